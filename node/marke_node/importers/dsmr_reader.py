"""DSMR-reader's hourly export: use per hour of two tariffs, two fed-in registers and gas, times with an offset."""

from typing import TYPE_CHECKING

from marke_node.importers.base import FileDraft, KnownTable, expect_cells
from marke_node.importers.cells import ExactNumbers, RowError
from marke_node.importers.moments import offset_moment
from marke_node.readings.model import ReadingKind, Register

if TYPE_CHECKING:
    from _csv import Reader

_REGISTERS = (
    Register.ELECTRICITY_DELIVERED_T1,
    Register.ELECTRICITY_DELIVERED_T2,
    Register.ELECTRICITY_FED_IN_T1,
    Register.ELECTRICITY_FED_IN_T2,
    Register.GAS,
)
_CELLS = 6


class DsmrReader(KnownTable):
    """The hourly CSV export of DSMR-reader."""

    name = "dsmr_reader"
    title = "DSMR-reader"
    separator = ","
    columns = (
        "Hour Start",
        "Electricity 1 (Dutch Users: Low Tariff)",
        "Electricity 2 (Dutch Users: Normal Tariff)",
        "Electricity 1 Returned (Dutch Users: Low Tariff)",
        "Electricity 2 Returned (Dutch Users: Normal Tariff)",
        "Gas",
    )

    def read_rows(self, rows: "Reader", found: FileDraft) -> None:
        """Read one moment and five uses a row; kWh and m3 have three decimals, so both become thousandths."""
        electricity = found.meter(found.context.unnumbered_meter("electricity"))
        gas = found.meter(found.context.unnumbered_meter("gas"))
        drafts = [
            found.draft(gas if register is Register.GAS else electricity, register, ReadingKind.USE)
            for register in _REGISTERS
        ]
        keep = [draft.values.append for draft in drafts]
        times, lines, numbers = drafts[0].times, drafts[0].rows, ExactNumbers(3)
        for cells in rows:
            if not cells:
                continue
            try:
                if len(cells) != _CELLS:
                    expect_cells(cells, _CELLS)
                moment = offset_moment(cells[0])
                uses = [numbers[cell] for cell in cells[1:_CELLS]]
            except RowError as error:
                found.rejects.add_error(rows.line_num, error)
                continue
            for append, use in zip(keep, uses, strict=True):
                append(use)
            times.append(moment)
            lines.append(rows.line_num)
        for draft in drafts[1:]:
            draft.times, draft.rows = times[:], lines[:]
