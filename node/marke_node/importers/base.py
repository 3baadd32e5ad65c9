"""The shape every importer has: sniff, parse, preview, commit, and a list of rejected rows with their reasons."""

import base64
import hmac
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Protocol
from zoneinfo import ZoneInfo

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_node.importers.cells import RowError
from marke_node.importers.drafts import (
    Draft,
    check_draft,
    look_at_mean,
    series_of,
    sort_draft,
    used,
)
from marke_node.importers.rejects import Notice, RejectList
from marke_node.importers.source import OLD_ENCODING, Examined, FileKind, Progress, table_rows
from marke_node.readings.model import MeterRef, ParsedSeries, ReadingKind, Register

if TYPE_CHECKING:
    from _csv import Reader

_PSEUDONYM_BYTES = 15


@dataclass(frozen=True)
class ParseContext:
    """What a parser needs besides the file."""

    now: datetime
    household: str
    """Id of the household the file came from; names meters in files that do not number them."""
    secret: bytes = field(repr=False)
    """Key of this node under which meter numbers become pseudonyms."""
    progress: Progress | None = None
    unit_confirmed: bool = False
    """True when a person checked that the units are right, however much was used."""

    def meter(self, number: str) -> MeterRef:
        """Return the pseudonym of a meter's number (EAN); the number itself goes no further than this line."""
        return self._pseudonym("number", number)

    def unnumbered_meter(self, commodity: str) -> MeterRef:
        """Return the pseudonym of the household's only meter of a commodity, for files that do not number it."""
        return self._pseudonym("household", f"{self.household}|{commodity}")

    def _pseudonym(self, kind: str, text: str) -> MeterRef:
        digest = hmac.digest(self.secret, f"marke/meter/1|{kind}|{text}".encode(), "sha256")
        return MeterRef("mtr_" + base64.b32encode(digest[:_PSEUDONYM_BYTES]).decode("ascii").lower())


@dataclass(frozen=True)
class ParsedFile:
    """What a file of readings holds; nothing of it is stored yet."""

    rows: int
    meters: tuple[MeterRef, ...]
    """In order of appearance: pages call them meter 1, meter 2."""
    series: tuple[ParsedSeries, ...]
    rejects: tuple[Notice, ...]
    rejected: int
    notices: tuple[Notice, ...]

    @property
    def unit_doubt(self) -> Notice | None:
        """Return the first doubt about a unit that nobody confirmed: until then nothing of the file is taken."""
        return next((one for one in self.notices if one.reason is Reason.IMPORT_UNIT_UNUSUAL), None)


@dataclass(frozen=True)
class RegisterPreview:
    """One register of one meter in a file; times in UTC seconds, total in the register's smallest unit."""

    meter: int
    register: Register
    kind: ReadingKind
    interval_s: int
    readings: int
    first: int
    last: int
    total: int


@dataclass(frozen=True)
class Kept:
    """What storing did: how many readings (or members) are new, known already, or known otherwise."""

    added: int = 0
    unchanged: int = 0
    changed: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.added + other.added, self.unchanged + other.unchanged, self.changed + other.changed)


class Keeper(Protocol):
    """Where parsed readings go; the services hand one in, so that importers stay below them."""

    def keep(self, household: str, series: Sequence[ParsedSeries]) -> Kept:
        """Store series of one household; the same again changes nothing."""
        ...


class FileDraft:
    """A file while it is read: drafts per meter and register, rejected rows, and what was odd."""

    def __init__(self, context: ParseContext) -> None:
        self.context = context
        self.rejects = RejectList()
        self.notices: list[Notice] = []
        self.zone: ZoneInfo | None = None
        self.rows = 0
        self.left_empty = 0
        self.confirmed: frozenset[Register] = frozenset(Register if context.unit_confirmed else ())
        """Registers whose unit a person checked."""
        self._meters: list[MeterRef] = []
        self._drafts: dict[tuple[int, Register], Draft] = {}

    def meter(self, ref: MeterRef) -> int:
        """Return the place of a meter in the file, 0 for the first."""
        if ref not in self._meters:
            self._meters.append(ref)
        return self._meters.index(ref)

    def draft(self, meter: int, register: Register, kind: ReadingKind) -> Draft:
        """Return the draft of a register of a meter, new or begun; one file holds one kind of it."""
        return self._drafts.setdefault((meter, register), Draft(meter, register, kind))

    def complete(self, meter: int, one: Register, other: Register) -> None:
        """Give two tariffs that take turns the same moments: while one counts, the other stands still at zero."""
        pair = [self._drafts.get((meter, register)) for register in (one, other)]
        if pair[0] is None and pair[1] is None:
            return
        first, second = (
            draft or self.draft(meter, register, ReadingKind.USE)
            for draft, register in zip(pair, (one, other), strict=True)
        )
        known, known_other = set(first.times), set(second.times)
        for source, target, present in ((first, second, known_other), (second, first, known)):
            for row, moment in zip(source.rows[:], source.times[:], strict=True):
                if moment not in present:
                    target.add(row, moment, 0)

    def finish(self, *, tariffs_take_turns: bool = False) -> ParsedFile:
        """Sort, check and close everything; raises BadInputError when too little of the file can be trusted."""
        repeated = sum(sort_draft(draft, self.zone, self.rejects) for draft in self._drafts.values())
        if tariffs_take_turns:
            self._complete_all()
        now = int(self.context.now.timestamp())
        for draft in self._drafts.values():
            self.notices += check_draft(draft, now, self.rejects)
        self.rejects.refuse_when_too_many(self.rows)
        self._drop_rejected()
        drafts = [draft for draft in self._drafts.values() if draft.times]
        if not drafts:
            raise BadInputError(Reason.IMPORT_NO_READINGS, rows=self.rows)
        for draft in drafts:
            self.notices += look_at_mean(draft, unit_confirmed=draft.register in self.confirmed)
        if repeated:
            self.notices.append(Notice(Reason.IMPORT_ROWS_REPEATED, details={"count": repeated}))
        if self.left_empty:
            self.notices.append(Notice(Reason.IMPORT_ROWS_EMPTY, details={"count": self.left_empty}))
        series = tuple(series_of(draft, self._meters[draft.meter]) for draft in drafts)
        return ParsedFile(
            self.rows, tuple(self._meters), series, tuple(self.rejects.kept), self.rejects.count, tuple(self.notices)
        )

    def _complete_all(self) -> None:
        for meter in range(len(self._meters)):
            self.complete(meter, Register.ELECTRICITY_DELIVERED_T1, Register.ELECTRICITY_DELIVERED_T2)
            self.complete(meter, Register.ELECTRICITY_FED_IN_T1, Register.ELECTRICITY_FED_IN_T2)
        for draft in self._drafts.values():
            sort_draft(draft, None, self.rejects)

    def _drop_rejected(self) -> None:
        bad = self.rejects.rows
        if bad:
            for draft in self._drafts.values():
                draft.keep([place for place, row in enumerate(draft.rows) if row not in bad])


class Importer(ABC):
    """Reads one outside format of meter readings."""

    name: ClassVar[str]
    """What the format is called in commands and in the list of imports."""
    title: ClassVar[str]
    """What people call it, in any language: a name, no words."""

    @abstractmethod
    def sniff(self, examined: Examined) -> bool:
        """Say whether a file is of this format."""

    @abstractmethod
    def parse(self, file: BinaryIO, examined: Examined, context: ParseContext) -> ParsedFile:
        """Read the whole file into series of whole numbers; raises BadInputError with nothing kept."""

    def preview(self, parsed: ParsedFile) -> tuple[RegisterPreview, ...]:
        """Return what the file holds per meter and register."""
        return tuple(
            RegisterPreview(
                parsed.meters.index(series.meter) + 1,
                series.register,
                series.kind,
                series.interval_s,
                len(series.times),
                series.times[0],
                series.times[-1],
                used(series.kind, series.values),
            )
            for series in parsed.series
        )

    def commit(self, parsed: ParsedFile, households: Mapping[int, str], keeper: Keeper) -> Kept:
        """Hand every series to the household its meter belongs to (1 is the first meter in the file)."""
        kept = Kept()
        for household in sorted(set(households.values())):
            own = [
                series for series in parsed.series if households.get(parsed.meters.index(series.meter) + 1) == household
            ]
            if own:
                kept += keeper.keep(household, own)
        return kept

    def reject_list(self, parsed: ParsedFile) -> tuple[Notice, ...]:
        """Return the rejected rows, each with its number and reason, in the order of the file."""
        return tuple(sorted(parsed.rejects, key=lambda notice: notice.row or 0))


class KnownTable(Importer):
    """A text table with a header of its own. A subclass names its columns and reads its rows."""

    separator: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    """The header, as it stands in the file."""
    tariffs_take_turns: ClassVar[bool] = False
    """Whether a row counts in one tariff only and leaves the other out."""
    closes_last_line: ClassVar[bool] = True
    """Whether exports of this format end with a line end, so that a missing one tells of half a file."""

    def sniff(self, examined: Examined) -> bool:
        """Say whether a file is of this format, by its header."""
        return examined.kind is FileKind.TEXT and self.has_header(examined.first_line.split(self.separator))

    def has_header(self, cells: Sequence[str]) -> bool:
        """Say whether cells of a first line are this format's header; later versions may add columns at the end."""
        found = tuple(cell.strip().strip('"') for cell in cells)
        return found[: len(self.columns)] == self.columns

    def parse(self, file: BinaryIO, examined: Examined, context: ParseContext) -> ParsedFile:
        """Read every row after the header; refuses another header and half a file."""
        found = FileDraft(context)
        with table_rows(file, examined, self.separator, progress=context.progress) as rows:
            if not self.has_header(next(rows, [])):
                raise BadInputError(Reason.IMPORT_OTHER_FORMAT, format=self.title)
            self.read_rows(rows, found)
            last = rows.line_num
        found.rows = max(0, last - 1)
        if not examined.ends_with_newline and (self.closes_last_line or found.rejects.is_cut(last)):
            raise BadInputError(Reason.IMPORT_HALF_FILE, row=last)
        if examined.encoding == OLD_ENCODING:
            found.notices.append(Notice(Reason.IMPORT_OLD_ENCODING))
        return found.finish(tariffs_take_turns=self.tariffs_take_turns)

    @abstractmethod
    def read_rows(self, rows: "Reader", found: FileDraft) -> None:
        """Read every row after the header into drafts, rejecting what cannot be read."""


def expect_cells(cells: Sequence[str], count: int) -> None:
    """Raise RowError when a row has fewer cells than its header, or more that are not empty."""
    if len(cells) != count and (len(cells) < count or any(cell.strip() for cell in cells[count:])):
        raise RowError(Reason.IMPORT_CELL_COUNT, found=len(cells), expected=count)
