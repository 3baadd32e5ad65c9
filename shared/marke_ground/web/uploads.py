"""Where an upload lands while it comes in: a nameless file in the server's own folder, gone when the request ends."""

import tempfile
from pathlib import Path
from typing import IO

from flask import Request

SPOOL_BYTES = 256 * 1024
"""Smaller uploads stay in memory."""


def request_class(folder: Path | None) -> type[Request]:
    """Return a request class that streams files of an upload into a folder; None leaves it to the system's own."""
    if folder is None:
        return Request

    class UploadRequest(Request):
        """A request whose files never leave the server's own folder."""

        _arriving: tuple[IO[bytes], ...] = ()

        def _get_file_stream(
            self,
            total_content_length: int | None,
            content_type: str | None,
            filename: str | None = None,
            content_length: int | None = None,
        ) -> IO[bytes]:
            del total_content_length, content_type, filename, content_length
            stream = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES, dir=str(folder))  # noqa: SIM115 - close() below
            self._arriving = (*self._arriving, stream)
            return stream

        def close(self) -> None:
            """Let go of every file, also of one that was cut off halfway."""
            super().close()
            for stream in self._arriving:
                stream.close()

    return UploadRequest
