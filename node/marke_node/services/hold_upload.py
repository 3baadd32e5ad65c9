"""Files on their way in: kept in the node's own folder between preview and commit, and never under their own name."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from marke.errors import BadInputError, NotFoundError, StorageError
from marke.reasons import Reason
from marke_node.importers.source import MOST_BYTES

FOLDER: Final = "uploads"
KEPT: Final = timedelta(hours=12)
"""An upload that nobody commits is gone after this."""

_NAME_BYTES: Final = 16
_NAME: Final = re.compile(r"[0-9a-f]{32}")
_NOTE: Final = ".json"
_OURS: Final = re.compile(r"[0-9a-f]{32}(\.json|\.new)?")
_PRIVATE: Final = 0o700
_CHUNK: Final = 2**20

Kind: TypeAlias = Literal["readings", "members"]


class Held(BaseModel):
    """What is known of an upload: how it is read, whose it is as far as that was chosen, and what became of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kind: Kind
    mapping: str = ""
    file_hash: str = ""
    """Hash of the file that was looked at."""
    name: str = ""
    """Part of a name that was searched for."""
    household: str = ""
    meters: tuple[tuple[int, str], ...] = ()
    """Household of each meter by its place in the file, when there is more than one of a kind."""
    taken: str = ""
    """Id of the import that took the file; then the file itself is gone."""

    @property
    def choice(self) -> tuple[str, tuple[tuple[int, str], ...]]:
        """Return whose the file is, so that two choices can be compared."""
        return self.household, self.meters


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

    @contextmanager
    def arriving(
        self, stream: IO[bytes], held: Held, *, chance: Callable[[int], bytes], now: datetime
    ) -> Iterator[str]:
        """Keep a stream while the block looks at it, and go on keeping it when the block found nothing against it.

        Raises BadInputError(IMPORT_TOO_LARGE) and StorageError(UPLOAD_NOT_KEPT); nothing is left then, nor when the
        block raises.
        """
        name = self.keep(stream, held, chance=chance, now=now)
        try:
            yield name
        except BaseException:
            self.drop(name)
            raise

    def keep(self, stream: IO[bytes], held: Held, *, chance: Callable[[int], bytes], now: datetime) -> str:
        """Write a stream to a new file and return its name; old ones go.

        Raises BadInputError(IMPORT_TOO_LARGE) and StorageError(UPLOAD_NOT_KEPT); nothing is left then.
        """
        self.drop_old(now=now)
        name = chance(_NAME_BYTES).hex()
        try:
            _copy(stream, self.folder / name)
            self.note(name, held)
        except OSError as error:
            self.drop(name)
            raise StorageError(Reason.UPLOAD_NOT_KEPT) from error
        except BadInputError:
            self.drop(name)
            raise
        return name

    def path(self, name: str) -> Path:
        """Return where an upload is kept; raises NotFoundError(UPLOAD_GONE) for any other name."""
        found = self._file(name)
        if not found.is_file():
            raise NotFoundError(Reason.UPLOAD_GONE)
        return found

    def held(self, name: str) -> Held:
        """Return what is known of an upload; raises NotFoundError(UPLOAD_GONE) for any other name."""
        try:
            return Held.model_validate_json(self._file(name).with_suffix(_NOTE).read_bytes())
        except (OSError, ValidationError) as error:
            raise NotFoundError(Reason.UPLOAD_GONE) from error

    def note(self, name: str, held: Held) -> None:
        """Write down what is known of an upload, wholly or not at all; raises StorageError(UPLOAD_NOT_KEPT)."""
        target = self._file(name).with_suffix(_NOTE)
        fresh = target.with_suffix(".new")
        try:
            fresh.write_text(held.model_dump_json(), "utf-8")
            fresh.replace(target)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise StorageError(Reason.UPLOAD_NOT_KEPT) from error

    def taken(self, name: str, *, into: str) -> None:
        """Forget the file of an upload; what stays for a while is the id of the import that took it."""
        self.note(name, Held(kind=self.held(name).kind, taken=into))
        self._file(name).unlink(missing_ok=True)

    def drop(self, name: str) -> None:
        """Forget an upload; one that is gone already stays so."""
        found = self._file(name)
        found.unlink(missing_ok=True)
        found.with_suffix(_NOTE).unlink(missing_ok=True)

    def drop_old(self, *, now: datetime) -> None:
        """Forget every upload that waited too long."""
        last = (now - KEPT).timestamp()
        for file in self.folder.glob("*"):
            if _OURS.fullmatch(file.name) and file.stat().st_mtime < last:
                file.unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFoundError(Reason.UPLOAD_GONE)
        return self.folder / name


def drop_old_uploads(home: Path, *, now: datetime) -> None:
    """Forget what waited too long in the folder of a node; a node that never took an upload has no such folder."""
    Uploads(home / FOLDER).drop_old(now=now)


def _copy(stream: IO[bytes], target: Path) -> None:
    size = 0
    with target.open("xb") as file:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > MOST_BYTES:
                raise BadInputError(Reason.IMPORT_TOO_LARGE, most_mb=MOST_BYTES // 2**20)
            file.write(chunk)
