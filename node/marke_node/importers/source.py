"""A file as it came in: measured, hashed and looked at before a single row is read. Its name is never kept.

File names carry meter numbers and people's names, so nothing here takes one.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO

from marke.errors import BadInputError
from marke.reasons import Reason

if TYPE_CHECKING:
    from _csv import Reader

MOST_BYTES = 256 * 2**20
"""The largest file taken: 5,000 households' year of hourly readings of one register is about this size."""

OLD_ENCODING = "cp1252"
"""Windows-1252, which older Dutch programs write."""

HEAD_BYTES = 65_536
_CHUNK = 2**20
_ZIP, _GZIP, _OLD_EXCEL = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"

Progress = Callable[[int], None]
"""Told how many bytes were read since the last call."""


class FileKind(StrEnum):
    """What the bytes are."""

    TEXT = "text"
    WORKBOOK = "workbook"


@dataclass(frozen=True)
class Examined:
    """What is known of a file before its rows are read."""

    kind: FileKind
    size: int
    sha256: str
    encoding: str
    ends_with_newline: bool
    first_line: str


def examine(file: BinaryIO, *, progress: Progress | None = None) -> Examined:
    """Measure, hash and recognise a file by streaming it once; the file must be seekable and is left at its start.

    Raises BadInputError: empty, larger than MOST_BYTES (the end is looked at before anything is read, and counted again
    while reading), compressed, binary, UTF-16, or neither UTF-8 nor Windows-1252.
    """
    _refuse_size(file.seek(0, io.SEEK_END))
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    kind = _kind(head)
    looked = _Look(is_text=kind is FileKind.TEXT)
    while chunk := file.read(_CHUNK):
        looked.at(chunk)
        if progress is not None:
            progress(len(chunk))
    file.seek(0)
    encoding = looked.encoding() if kind is FileKind.TEXT else ""
    first_line = head.decode(encoding, errors="ignore").splitlines()[0] if kind is FileKind.TEXT else ""
    return Examined(
        kind, looked.size, "sha256:" + looked.digest.hexdigest(), encoding, looked.last in b"\r\n", first_line
    )


class _Look:
    """What one pass over the bytes finds out."""

    def __init__(self, *, is_text: bool) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self.last = b""
        self._is_text = is_text
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8-sig")()

    def at(self, chunk: bytes) -> None:
        self.size += len(chunk)
        _refuse_size(self.size)
        self.digest.update(chunk)
        self.last = chunk[-1:]
        if not self._is_text:
            return
        if b"\x00" in chunk:
            raise BadInputError(Reason.IMPORT_BINARY)
        if self._utf8 is not None:
            try:
                self._utf8.decode(chunk)
            except UnicodeDecodeError:
                self._utf8 = None
        if self._utf8 is None:
            _refuse_unreadable(chunk)

    def encoding(self) -> str:
        try:
            if self._utf8 is not None:
                self._utf8.decode(b"", final=True)
                return "utf-8-sig"
        except UnicodeDecodeError:
            pass
        return OLD_ENCODING


def _refuse_unreadable(chunk: bytes) -> None:
    try:
        chunk.decode(OLD_ENCODING)
    except UnicodeDecodeError as error:
        raise BadInputError(Reason.IMPORT_WRONG_ENCODING, encoding="UTF-8, Windows-1252") from error


def _refuse_size(size: int) -> None:
    if size == 0:
        raise BadInputError(Reason.IMPORT_EMPTY)
    if size > MOST_BYTES:
        raise BadInputError(Reason.IMPORT_TOO_LARGE, most_mb=MOST_BYTES // 2**20)


def _kind(head: bytes) -> FileKind:
    if head.startswith(_ZIP):
        return FileKind.WORKBOOK
    if head.startswith(_GZIP):
        raise BadInputError(Reason.IMPORT_COMPRESSED)
    if head.startswith(_OLD_EXCEL):
        raise BadInputError(Reason.IMPORT_OLD_WORKBOOK)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _looks_like_utf16(head):
        raise BadInputError(Reason.IMPORT_WRONG_ENCODING, encoding="UTF-16")
    if b"\x00" in head:
        raise BadInputError(Reason.IMPORT_BINARY)
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise BadInputError(Reason.IMPORT_EMPTY)
    return FileKind.TEXT


def _looks_like_utf16(head: bytes) -> bool:
    # Latin text in UTF-16 has a zero in every other place and none in the places between
    start = head[:2_000]
    return len(start) > 1 and any(set(start[side::2]) == {0} and 0 not in start[1 - side :: 2] for side in (0, 1))


@contextmanager
def table_rows(
    file: BinaryIO, examined: Examined, separator: str, *, progress: Progress | None = None
) -> Iterator["Reader"]:
    """Read a text file as rows of cells; `line_num` of the reader is the row number a person sees in an editor.

    Raises BadInputError for a quoted cell that never ends and for bytes of two encodings in one file. The file stays
    open and is left at its start.
    """
    text = io.TextIOWrapper(file, encoding=examined.encoding, newline="")
    lines = text if progress is None else _counted(text, progress)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        yield reader
    except csv.Error as error:
        raise BadInputError(Reason.IMPORT_BROKEN_QUOTES, row=reader.line_num) from error
    except UnicodeDecodeError as error:
        raise BadInputError(Reason.IMPORT_WRONG_ENCODING, encoding="UTF-8, Windows-1252") from error
    finally:
        text.detach()
        file.seek(0)


def _counted(lines: Iterator[str], progress: Progress) -> Iterator[str]:
    read = 0
    for line in lines:
        read += len(line)
        if read > _CHUNK:
            progress(read)
            read = 0
        yield line
    progress(read)
