"""Files on their way in: kept in the node's own folder between preview and commit, and never under their own name."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final

from marke.errors import NotFoundError, StorageError
from marke.reasons import Reason

FOLDER: Final = "uploads"
KEPT: Final = timedelta(hours=12)
"""An upload that nobody commits is gone after this."""

_NAME_BYTES: Final = 16
_NAME: Final = re.compile(r"[0-9a-f]{32}")
_PRIVATE: Final = 0o700


@dataclass(frozen=True)
class Uploads:
    """The folder of uploads of one node; the file's own name is used for nothing, it may hold a meter number."""

    folder: Path

    @classmethod
    def at(cls, home: Path) -> "Uploads":
        """Return the folder inside a node's home, made private when it is new; raises StorageError."""
        folder = home / FOLDER
        try:
            folder.mkdir(mode=_PRIVATE, parents=False, exist_ok=True)
        except OSError as error:
            raise StorageError(Reason.UPLOAD_NOT_KEPT) from error
        return cls(folder)

    def keep(self, stream: IO[bytes], *, chance: Callable[[int], bytes], now: datetime) -> str:
        """Write a stream to a new file and return its name; old ones go. Raises StorageError(UPLOAD_NOT_KEPT)."""
        self.drop_old(now=now)
        name = chance(_NAME_BYTES).hex()
        target = self.folder / name
        try:
            with target.open("xb") as file:
                shutil.copyfileobj(stream, file, 1024 * 1024)
        except OSError as error:
            target.unlink(missing_ok=True)
            raise StorageError(Reason.UPLOAD_NOT_KEPT) from error
        return name

    def path(self, name: str) -> Path:
        """Return where an upload is kept; raises NotFoundError(UPLOAD_GONE) for any other name."""
        found = self.folder / name if _NAME.fullmatch(name) else None
        if found is None or not found.is_file():
            raise NotFoundError(Reason.UPLOAD_GONE)
        return found

    def drop(self, name: str) -> None:
        """Forget an upload."""
        self.path(name).unlink(missing_ok=True)

    def drop_old(self, *, now: datetime) -> None:
        """Forget every upload that waited too long."""
        last = (now - KEPT).timestamp()
        for file in self.folder.iterdir():
            if _NAME.fullmatch(file.name) and file.stat().st_mtime < last:
                file.unlink(missing_ok=True)
