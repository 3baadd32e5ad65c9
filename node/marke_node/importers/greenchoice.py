"""Greenchoice's daily counters: newest day first, days missing, whole kWh."""

from typing import TYPE_CHECKING

from marke_node.importers.base import FileDraft, KnownTable, expect_cells
from marke_node.importers.cells import ExactNumbers, RowError
from marke_node.importers.moments import AMSTERDAM, LocalMoments, year_first
from marke_node.readings.model import ReadingKind, Register

if TYPE_CHECKING:
    from _csv import Reader

_REGISTERS = (
    Register.ELECTRICITY_DELIVERED_T2,
    Register.ELECTRICITY_DELIVERED_T1,
    Register.ELECTRICITY_FED_IN_T2,
    Register.ELECTRICITY_FED_IN_T1,
)
_CELLS = 5


class Greenchoice(KnownTable):
    """The supplier's list of electricity counters per day; a stand belongs to the start of its day."""

    name = "greenchoice"
    title = "Greenchoice"
    separator = ";"
    closes_last_line = False
    columns = ("OpnameDatum", "StandNormaal", "StandDal", "TerugleveringNormaal", "TerugleveringDal")

    def read_rows(self, rows: "Reader", found: FileDraft) -> None:
        """Read one day and four counters a row; an empty cell is a stand that was not read."""
        meter = found.meter(found.context.unnumbered_meter("electricity"))
        drafts = [found.draft(meter, register, ReadingKind.COUNTER) for register in _REGISTERS]
        moments, numbers = LocalMoments(AMSTERDAM, year_first), ExactNumbers(3, decimal_comma=True)
        for cells in rows:
            if not cells:
                continue
            try:
                expect_cells(cells, _CELLS)
                moment = moments.at(cells[0], "00:00")
                counters = [numbers[cell] if cell else None for cell in cells[1:_CELLS]]
            except RowError as error:
                found.rejects.add_error(rows.line_num, error)
                continue
            for draft, counter in zip(drafts, counters, strict=True):
                if counter is not None:
                    draft.add(rows.line_num, moment, counter)
