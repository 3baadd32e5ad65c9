"""A file on its way in: recognised, parsed, and its meters given to households. Nothing here is stored."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from marke.errors import BadInputError, NotFoundError, StorageError
from marke.reasons import Reason
from marke.vocabulary.units import ReadingUnit
from marke_ground.store.engine import Session
from marke_node.importers.base import Importer, ParseContext, ParsedFile
from marke_node.importers.mapped import Mapped
from marke_node.importers.mapping import ColumnMapping
from marke_node.importers.registry import find_importer
from marke_node.importers.source import Examined, Progress, examine
from marke_node.readings.model import MeterRef, Register
from marke_node.store.imports import IMPORT_RUNS, SAVED_MAPPINGS


@dataclass(frozen=True)
class ImportRequest:
    """A file of readings to be looked at or taken. The file's own name is used for nothing: it may hold a meter number.

    `secret` is the node's secret for pseudonyms. `meters` gives the household of each meter in the file (1 is the
    first), and is needed when the file holds more than one meter of a kind; else `household` owns them all.
    `expected_hash` is the hash a preview showed: another file is refused.
    """

    file: Path | BinaryIO = field(repr=False)
    secret: bytes = field(repr=False)
    household: str | None = None
    meters: Mapping[int, str] = field(default_factory=dict)
    mapping: str | ColumnMapping | None = None
    expected_hash: str | None = None
    progress: Progress | None = field(default=None, repr=False)
    unit_confirmed: bool = False
    """True when a person checked the units after IMPORT_UNIT_UNUSUAL was said."""


@dataclass(frozen=True)
class ReadImport:
    """A file that was read: what it is, by which importer, and what it holds."""

    examined: Examined
    importer: Importer
    parsed: ParsedFile


def read(session: Session, *, request: ImportRequest, now: datetime) -> ReadImport:
    """Recognise and parse a file; raises BadInputError, and NotFoundError for a mapping that is not saved."""
    with opened(request.file) as file:
        examined = examine(file, progress=request.progress)
        if request.expected_hash is not None and request.expected_hash != examined.sha256:
            raise BadInputError(Reason.IMPORT_CHANGED)
        importer = _importer(session, request.mapping, examined)
        household = request.household or request.meters.get(1, "")
        context = ParseContext(now, household, request.secret, request.progress, unit_confirmed=request.unit_confirmed)
        return ReadImport(examined, importer, importer.parse(file, examined, context))


@contextmanager
def opened(file: Path | BinaryIO) -> Iterator[BinaryIO]:
    """Open a path, or pass on what is open already; raises StorageError when a path cannot be read."""
    if not isinstance(file, Path):
        yield file
        return
    try:
        own = file.open("rb")
    except OSError as error:
        raise StorageError(Reason.IMPORT_UNREADABLE) from error
    with own:
        yield own


def _importer(session: Session, mapping: str | ColumnMapping | None, examined: Examined) -> Importer:
    match mapping:
        case None:
            return find_importer(examined)
        case str():
            return Mapped(read_mapping(session, name=mapping))
        case ColumnMapping():
            return Mapped(mapping)


def read_mapping(session: Session, *, name: str) -> ColumnMapping:
    """Return a saved mapping; raises NotFoundError(IMPORT_MAPPING_UNKNOWN)."""
    found = session.execute(select(SAVED_MAPPINGS.c.document).where(SAVED_MAPPINGS.c.name == name)).scalar()
    if found is None:
        raise NotFoundError(Reason.IMPORT_MAPPING_UNKNOWN, mapping=name[:60])
    return ColumnMapping.from_lax_bytes(found.encode("utf-8"))


def households_of_meters(parsed: ParsedFile, request: ImportRequest) -> Mapping[int, str]:
    """Return the household of every meter in a file, by its number from 1.

    Raises BadInputError when that is not known: IMPORT_NO_HOUSEHOLD when none was named, IMPORT_WHICH_HOUSEHOLD when
    there are several meters of a kind. Meters are asked about by their place in the file, never by their number.
    """
    count = len(parsed.meters)
    for meter in request.meters:
        if not 1 <= meter <= count:
            raise BadInputError(Reason.IMPORT_NO_SUCH_METER, meter=meter, meters=count)
    if not request.meters and not several_of_a_kind(parsed):
        if request.household is None:
            raise BadInputError(Reason.IMPORT_NO_HOUSEHOLD)
        return dict.fromkeys(range(1, count + 1), request.household)
    if set(request.meters) != set(range(1, count + 1)):
        raise BadInputError(Reason.IMPORT_WHICH_HOUSEHOLD, meters=count)
    return request.meters


def several_of_a_kind(parsed: ParsedFile) -> bool:
    """Say whether a file holds two meters of a kind: then they may be of two households."""
    kinds: set[tuple[MeterRef, str]] = {(series.meter, _kind(series.register)) for series in parsed.series}
    return any(times > 1 for times in Counter(kind for _, kind in kinds).values())


def _kind(register: Register) -> str:
    if register is Register.SOLAR:
        return "solar"
    return "gas" if register.unit is ReadingUnit.CUBIC_DECIMETRE else "electricity"


def was_imported(session: Session, *, file_hash: str) -> bool:
    """Say whether exactly this file was imported before."""
    query = select(IMPORT_RUNS.c.id).where(IMPORT_RUNS.c.file_hash == file_hash).limit(1)
    return session.execute(query).first() is not None
