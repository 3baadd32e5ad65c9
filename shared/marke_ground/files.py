"""Files for people and programs: written wholly or not at all, never over another, readable as told from the start."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from marke.errors import ConflictError, StorageError
from marke.reasons import Reason

PRIVATE: Final = 0o600
OPEN: Final = 0o644

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_CANNOT_LINK: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
"""What a memory stick (FAT) says when asked for a second name of a file."""


def write_wholly(path: Path, data: bytes, *, mode: int = OPEN, replaces: bool = False) -> None:
    """Write a small file wholly or not at all; raises as `writing_wholly` does."""
    with writing_wholly(path, mode=mode, replaces=replaces) as file:
        file.write(data)


@contextmanager
def writing_wholly(path: Path, *, mode: int = OPEN, replaces: bool = False) -> Iterator[BinaryIO]:
    """Give a file to write to that gets its name at the end: wholly or not at all, also when the disk is full.

    Raises ConflictError(FILE_EXISTS) when there is one already and it may not be replaced, StorageError(DISK_FULL), and
    StorageError(FILE_UNWRITABLE); whatever happens, nothing half stays behind.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replaces:
            draft.replace(path)
        else:
            _name_anew(draft, path)
    except FileExistsError as error:
        raise ConflictError(Reason.FILE_EXISTS, file=path.name[:80]) from error
    except OSError as error:
        raise disk_fault(error, StorageError(Reason.FILE_UNWRITABLE, file=path.name[:80])) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def disk_fault(error: OSError, otherwise: StorageError) -> StorageError:
    """Return DISK_FULL when that is what the system reported, else the given error."""
    return StorageError(Reason.DISK_FULL) if error.errno in _FULL else otherwise


def _name_anew(draft: Path, path: Path) -> None:
    """Give a finished draft its name unless something has that name; raises FileExistsError."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _CANNOT_LINK:
            raise
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
        draft.replace(path)
