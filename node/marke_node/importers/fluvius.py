"""Fluvius' exports (Flanders): use per quarter or hour, local time, decimal comma, a status beside every value."""

from typing import TYPE_CHECKING

from marke.reasons import Reason
from marke_node.importers.base import FileDraft, KnownTable, expect_cells
from marke_node.importers.cells import ExactNumbers, RowError
from marke_node.importers.drafts import Draft
from marke_node.importers.moments import BRUSSELS, LocalMoments, day_first
from marke_node.readings.model import ReadingKind, Register

if TYPE_CHECKING:
    from _csv import Reader

_DATE, _CLOCK, _NUMBER, _REGISTER, _VOLUME, _UNIT = 0, 1, 4, 7, 8, 9

_ELECTRICITY = {
    "Afname Dag": Register.ELECTRICITY_DELIVERED_T2,
    "Afname Nacht": Register.ELECTRICITY_DELIVERED_T1,
    "Injectie Dag": Register.ELECTRICITY_FED_IN_T2,
    "Injectie Nacht": Register.ELECTRICITY_FED_IN_T1,
    "Afname": Register.ELECTRICITY_DELIVERED,
    "Injectie": Register.ELECTRICITY_FED_IN,
}
_GAS = {"Afname": Register.GAS}


class _Fluvius(KnownTable):
    separator = ";"
    closes_last_line = False
    registers: dict[str, Register]
    unit: str
    other_units: tuple[str, ...] = ()

    def read_rows(self, rows: "Reader", found: FileDraft) -> None:
        """Read one use a row; an empty volume means that no use was recorded, which is not zero."""
        moments, numbers = LocalMoments(BRUSSELS, day_first), ExactNumbers(3, decimal_comma=True)
        found.zone = moments.zone
        drafts: dict[tuple[str, str], Draft] = {}
        least = len(self.columns)
        for cells in rows:
            if not cells:
                continue
            try:
                if len(cells) < least:
                    expect_cells(cells, least)
                if not self._is_ours(cells[_UNIT]):
                    continue
                moment = moments.at(cells[_DATE], cells[_CLOCK])
                key = (cells[_NUMBER], cells[_REGISTER])
                draft = drafts.get(key)
                if draft is None:
                    draft = drafts[key] = self._draft(found, *key)
                volume = cells[_VOLUME]
                if volume:
                    draft.add(rows.line_num, moment, numbers[volume])
                else:
                    found.left_empty += 1
            except RowError as error:
                found.rejects.add_error(rows.line_num, error)

    def _is_ours(self, unit: str) -> bool:
        if unit == self.unit:
            return True
        if unit in self.other_units:
            return False
        raise RowError(Reason.IMPORT_ROW_UNIT, column="Eenheid", expected=self.unit)

    def _draft(self, found: FileDraft, number: str, register: str) -> Draft:
        known = self.registers.get(register)
        if known is None:
            raise RowError(Reason.IMPORT_UNKNOWN_VALUE, column="Register", known=", ".join(self.registers))
        # ="541..." keeps spreadsheets from rounding the number
        plain = number.removeprefix("=").strip('"')
        return found.draft(found.meter(found.context.meter(plain)), known, ReadingKind.USE)


class FluviusElectricity(_Fluvius):
    """Quarter-hour (or hourly) totals of electricity; day and night take turns."""

    name = "fluvius_electricity"
    title = "Fluvius (kWh)"
    columns = (
        "Van datum",
        "Van tijdstip",
        "Tot datum",
        "Tot tijdstip",
        "EAN",
        "Meter",
        "Metertype",
        "Register",
        "Volume",
        "Eenheid",
        "Validatiestatus",
    )
    registers = _ELECTRICITY
    unit = "kWh"
    tariffs_take_turns = True


class FluviusGas(_Fluvius):
    """Hourly totals of gas, every hour once in kWh and once in m3: the m3 are taken, the two are never added."""

    name = "fluvius_gas"
    title = "Fluvius gas"
    columns = (
        "Van datum",
        "Van tijdstip",
        "Tot datum",
        "Tot tijdstip",
        "EAN-code",
        "Meter",
        "Metertype",
        "Register",
        "Volume",
        "Eenheid",
        "Validatiestatus",
        "Calorische Bovenwaarde",
    )
    registers = _GAS
    unit = "m³"
    other_units = ("kWh",)
