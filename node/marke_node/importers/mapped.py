"""Any table of readings, CSV or Excel, read by a saved column mapping."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from typing import BinaryIO

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_node.importers.base import FileDraft, Importer, ParseContext, ParsedFile, expect_cells
from marke_node.importers.cells import ExactNumbers, RowError
from marke_node.importers.drafts import Draft
from marke_node.importers.mapping import PLACES, ColumnMapping, MappedMoments, refuse_other_unit
from marke_node.importers.registry import SEPARATORS
from marke_node.importers.rejects import Notice
from marke_node.importers.source import OLD_ENCODING, Examined, FileKind, table_rows
from marke_node.importers.workbook import workbook_rows
from marke_node.readings.model import MeterRef, Register

Rows = Iterator[tuple[int, list[str]]]


class Mapped(Importer):
    """Reads tables by a mapping; the mapping takes the place of a header it would know."""

    name = "mapped"
    title = "CSV, XLSX + mapping"

    def __init__(self, mapping: ColumnMapping) -> None:
        self.mapping = mapping

    def sniff(self, examined: Examined) -> bool:
        """Say yes to every table: the person who chose the mapping decides."""
        return examined.kind in FileKind

    def parse(self, file: BinaryIO, examined: Examined, context: ParseContext) -> ParsedFile:
        """Read a table by the mapping; raises BadInputError when its columns, units or too many rows do not fit."""
        found = FileDraft(context)
        found.confirmed |= {column.measures for column in self.mapping.columns if column.unit_confirmed}
        with self._open(file, examined, context) as rows:
            header = next(islice(rows, self.mapping.header_row - 1, None), (0, []))[1]
            last = self._read(rows, self._columns(header), found)
        if examined.kind is FileKind.TEXT:
            self._look_at_end(examined, found, last)
        return found.finish()

    @contextmanager
    def _open(self, file: BinaryIO, examined: Examined, context: ParseContext) -> Iterator[Rows]:
        if examined.kind is FileKind.WORKBOOK:
            with workbook_rows(file, sheet=self.mapping.sheet, decimal=self.mapping.decimal) as rows:
                yield rows
        else:
            with table_rows(file, examined, self.mapping.separator, progress=context.progress) as reader:
                yield ((reader.line_num, cells) for cells in reader)

    def _columns(self, header: list[str]) -> "_Columns":
        names = [cell.strip() for cell in header]
        mapping = self.mapping
        wanted = [mapping.date_column, mapping.clock_column, mapping.meter_column]
        for column in [name for name in wanted if name] + [value.column for value in mapping.columns]:
            if column not in names:
                _refuse_other_separator(mapping, names)
                raise BadInputError(Reason.IMPORT_MISSING_COLUMN, column=column[:60])
        for value in mapping.columns:
            refuse_other_unit(value, value.column)
        return _Columns(mapping, names)

    def _read(self, rows: Rows, columns: "_Columns", found: FileDraft) -> int:
        moments = MappedMoments(self.mapping)
        found.zone = moments.zone
        number = 0
        for number, cells in rows:
            if not any(cells):
                continue
            found.rows += 1
            try:
                if len(cells) < columns.least:
                    expect_cells(cells, columns.least)
                moment = moments.at(columns.when(cells))
                drafts = columns.drafts(cells, found)
                values = columns.values(cells)
            except RowError as error:
                found.rejects.add_error(number, error)
                continue
            for draft, value in zip(drafts, values, strict=True):
                if value is None:
                    found.left_empty += 1
                else:
                    draft.add(number, moment, value)
        return number

    def _look_at_end(self, examined: Examined, found: FileDraft, last: int) -> None:
        if examined.encoding == OLD_ENCODING:
            found.notices.append(Notice(Reason.IMPORT_OLD_ENCODING))
        if examined.ends_with_newline:
            return
        if found.rejects.is_cut(last):
            raise BadInputError(Reason.IMPORT_HALF_FILE, row=last)
        found.notices.append(Notice(Reason.IMPORT_LAST_LINE_OPEN, last))


class _Columns:
    """Where in a row everything stands."""

    def __init__(self, mapping: ColumnMapping, names: list[str]) -> None:
        self._mapping = mapping
        self._date = names.index(mapping.date_column)
        self._clock = None if mapping.clock_column is None else names.index(mapping.clock_column)
        self._meter = None if mapping.meter_column is None else names.index(mapping.meter_column)
        comma = mapping.decimal == ","
        by_unit = {unit: ExactNumbers(places, decimal_comma=comma) for unit, places in PLACES.items()}
        self._values = [(names.index(column.column), by_unit[column.unit]) for column in mapping.columns]
        self._drafts: dict[str, list[Draft]] = {}
        places = [self._date, self._clock or 0, self._meter or 0, *map(itemgetter(0), self._values)]
        self.least = max(places) + 1

    def when(self, cells: list[str]) -> str:
        """Return the date and time of a row as one text."""
        day = cells[self._date].strip()
        return day if self._clock is None else f"{day[:10]} {cells[self._clock].strip()}"

    def values(self, cells: list[str]) -> list[int | None]:
        """Return the row's values in the order of the mapping; None where the cell is empty."""
        return [numbers[cells[place]] if cells[place] else None for place, numbers in self._values]

    def drafts(self, cells: list[str], found: FileDraft) -> list[Draft]:
        """Return the drafts of the row's meter, in the order of the mapping."""
        number = "" if self._meter is None else cells[self._meter].strip().removeprefix("=").strip('"')
        known = self._drafts.get(number)
        if known is None:
            known = self._drafts[number] = [
                found.draft(found.meter(self._ref(number, column.measures, found)), column.measures, self._mapping.kind)
                for column in self._mapping.columns
            ]
        return known

    def _ref(self, number: str, register: Register, found: FileDraft) -> MeterRef:
        if number:
            return found.context.meter(number)
        if self._meter is not None:
            raise RowError(Reason.IMPORT_FIELD_EMPTY, field=self._mapping.meter_column or "")
        return found.context.unnumbered_meter(_commodity(register))


def _commodity(register: Register) -> str:
    if register is Register.GAS:
        return "gas"
    return "solar" if register is Register.SOLAR else "electricity"


def _refuse_other_separator(mapping: ColumnMapping, names: list[str]) -> None:
    if len(names) != 1:
        return
    for separator, said in SEPARATORS.items():
        if separator != mapping.separator and mapping.date_column in names[0].split(separator):
            raise BadInputError(
                Reason.IMPORT_WRONG_SEPARATOR,
                format=mapping.name,
                found=said,
                expected=SEPARATORS[mapping.separator],
            )
