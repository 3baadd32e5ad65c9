"""A column mapping: how to read a table the node has no importer of its own for. Saved per node, reusable by name."""

import re
from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, StringConstraints

from marke.errors import BadInputError
from marke.reasons import Reason
from marke.vocabulary.document import Document, Line
from marke.vocabulary.units import ReadingUnit
from marke_node.importers.cells import RowError
from marke_node.importers.moments import LocalMoments, year_first
from marke_node.readings.model import ReadingKind, Register

MAPPING_TYPE: Literal["marke/mapping/1"] = "marke/mapping/1"

Unit = Literal["kWh", "Wh", "MWh", "m3", "dm3"]

PLACES: dict[Unit, int] = {"kWh": 3, "Wh": 0, "MWh": 6, "m3": 3, "dm3": 0}
"""How many decimals one unit of the file has in the unit readings are kept in."""

_GAS_UNITS: frozenset[Unit] = frozenset({"m3", "dm3"})

_FORM = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "MM": r"(?P<month>[0-9]{2})",
    "DD": r"(?P<day>[0-9]{2})",
    "HH": r"(?P<hour>[0-9]{2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "ss": r"(?P<second>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "D": r"(?P<day>[0-9]{1,2})",
    "H": r"(?P<hour>[0-9]{1,2})",
    "Z": r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})",
}
_TOKEN = re.compile("YYYY|MM|DD|HH|mm|ss|M|D|H|Z")
_WORKBOOK_FORM = re.compile("(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?: (?P<clock>[0-9:]{8}))?")


def _known_form(form: str) -> str:
    if {"year", "month", "day"} - set(form_pattern(form).groupindex):
        raise ValueError("a date form needs YYYY, MM and DD")
    return form


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError("not a time zone")
    return zone


def form_pattern(form: str) -> re.Pattern[str]:
    """Turn `DD-MM-YYYY HH:mm` into the pattern it stands for; other characters stand for themselves."""
    parts, end = list[str](), 0
    for token in _TOKEN.finditer(form):
        parts += [re.escape(form[end : token.start()]), _FORM[token[0]]]
        end = token.end()
    try:
        return re.compile("".join(parts) + re.escape(form[end:]), re.ASCII)
    except re.error:
        raise ValueError("a part of the date form stands there twice") from None


class MappedColumn(Document):
    """One column of values: which register it is, and in what unit its numbers stand."""

    column: Line
    measures: Register
    unit: Unit
    unit_confirmed: bool = False
    """True when a person checked the unit: the header names another wrongly, or the home uses very much."""


class ColumnMapping(Document):
    """How the columns of a table become readings."""

    type: Literal["marke/mapping/1"]
    name: Annotated[str, StringConstraints(pattern=r"^[\w][\w .()-]{0,59}$")]
    separator: Literal[",", ";", "\t", "|"] = ";"
    header_row: Annotated[int, Field(ge=1, le=50)] = 1
    decimal: Literal[".", ","] = ","
    kind: ReadingKind
    date_column: Line
    clock_column: Line | None = None
    form: Annotated[str, StringConstraints(min_length=6, max_length=40), AfterValidator(_known_form)]
    """The date (and time, in one cell or in two joined by a blank): YYYY MM DD HH mm ss, D M H for one or two digits, Z
    for an offset."""
    zone: Annotated[str, StringConstraints(max_length=40), AfterValidator(_known_zone)] = "Europe/Amsterdam"
    meter_column: Line | None = None
    sheet: Line | None = None
    columns: Annotated[tuple[MappedColumn, ...], Field(min_length=1, max_length=12)]

    @classmethod
    def from_lax_bytes(cls, data: bytes) -> Self:
        """Read a mapping; raises BadInputError also when a unit does not fit its register."""
        found = super().from_lax_bytes(data)
        for column in found.columns:
            is_gas = column.measures.unit is ReadingUnit.CUBIC_DECIMETRE
            if is_gas != (column.unit in _GAS_UNITS):
                raise BadInputError(Reason.IMPORT_UNIT_OF_REGISTER, unit=column.unit, register=column.measures.value)
        if len({column.measures for column in found.columns}) != len(found.columns):
            raise BadInputError(Reason.BAD_FIELD, field="columns", detail="a register twice")
        return found


class MappedMoments:
    """Reads the date and time of a mapped row; times without an offset are local times of the mapping's zone."""

    def __init__(self, mapping: ColumnMapping) -> None:
        self._pattern = form_pattern(mapping.form)
        self._local = LocalMoments(mapping.zone, year_first)
        self.zone: ZoneInfo | None = None if "offset" in self._pattern.groupindex else self._local.zone

    def at(self, text: str) -> int:
        """Return the UTC seconds of a date and time in the mapping's form; raises RowError for any other."""
        found = self._pattern.fullmatch(text)
        if found is None:
            return self._native(text)
        part = found.groupdict(default="00")
        day = f"{part['year']}-{part['month']:0>2}-{part['day']:0>2}"
        clock = f"{part.get('hour', '00'):0>2}:{part.get('minute', '00')}:{part.get('second', '00')}"
        if self.zone is None:
            return _with_offset(f"{day}T{clock}{part['offset']}")
        return self._local.at(day, clock)

    def _native(self, text: str) -> int:
        # a workbook's own dates arrive in one form, whatever the mapping says
        found = _WORKBOOK_FORM.fullmatch(text)
        if found is None or self.zone is None:
            raise RowError(Reason.IMPORT_BAD_TIME)
        return self._local.at(text[:10], found["clock"] or "00:00:00")


def _with_offset(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        raise RowError(Reason.IMPORT_BAD_TIME) from None


_UNIT_NAMES: tuple[tuple[str, Unit], ...] = (
    (r"mwh", "MWh"),
    (r"kwh", "kWh"),
    (r"dm3|dm³|(?<![a-z])liters?(?![a-z])", "dm3"),
    (r"m3|m³", "m3"),
    (r"(?<![a-z])wh(?![a-z])", "Wh"),
)


def named_unit(header: str) -> Unit | None:
    """Return the unit a header names, as in `Gas (m³)` or `GasUsageKwh`; None when it names none."""
    lower = header.lower()
    return next((unit for pattern, unit in _UNIT_NAMES if re.search(pattern, lower)), None)


def refuse_other_unit(column: MappedColumn, header: str) -> None:
    """Raise BadInputError when a header names another unit than the mapping, unless a person confirmed the mapping."""
    named = named_unit(header)
    if named is not None and named != column.unit and not column.unit_confirmed:
        raise BadInputError(Reason.IMPORT_UNIT_CONTRADICTION, column=column.column[:60], unit=column.unit, named=named)
