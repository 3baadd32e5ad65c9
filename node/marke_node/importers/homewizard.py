"""HomeWizard's P1 exports: counters every quarter of an hour, in local clock time without a zone."""

from typing import TYPE_CHECKING

from marke_node.importers.base import FileDraft, KnownTable, expect_cells
from marke_node.importers.cells import ExactNumbers, RowError
from marke_node.importers.drafts import Draft
from marke_node.importers.moments import AMSTERDAM, LocalMoments, year_first
from marke_node.readings.model import ReadingKind, Register

if TYPE_CHECKING:
    from _csv import Reader

_ELECTRICITY = (
    Register.ELECTRICITY_DELIVERED_T1,
    Register.ELECTRICITY_DELIVERED_T2,
    Register.ELECTRICITY_FED_IN_T1,
    Register.ELECTRICITY_FED_IN_T2,
)


class _HomeWizard(KnownTable):
    separator = ","
    registers: tuple[Register, ...]
    commodity: str

    def read_rows(self, rows: "Reader", found: FileDraft) -> None:
        """Read one local moment and the counters a row; an empty cell means that the counter stood still."""
        meter = found.meter(found.context.unnumbered_meter(self.commodity))
        drafts = [found.draft(meter, register, ReadingKind.COUNTER) for register in self.registers]
        moments, numbers, least = LocalMoments(AMSTERDAM, year_first), ExactNumbers(3), len(drafts) + 1
        found.zone = moments.zone
        still: list[list[tuple[int, int]]] = [[] for _ in drafts]
        for cells in rows:
            if not cells:
                continue
            try:
                if len(cells) < least:
                    expect_cells(cells, least)
                moment = moments.at(cells[0][:10], cells[0][11:])
                counters = [numbers[cell] if cell else None for cell in cells[1:least]]
            except RowError as error:
                found.rejects.add_error(rows.line_num, error)
                continue
            for draft, waiting, counter in zip(drafts, still, counters, strict=True):
                if counter is None:
                    waiting.append((rows.line_num, moment))
                else:
                    if waiting:
                        found.left_empty += _stand_still(draft, waiting)
                    draft.add(rows.line_num, moment, counter)
        found.left_empty += sum(len(waiting) for waiting in still)


def _stand_still(draft: Draft, waiting: list[tuple[int, int]]) -> int:
    """Repeat the last counter at the moments in between; before the first value nothing is known: return how many."""
    unknown = 0 if draft.values else len(waiting)
    if draft.values:
        for row, moment in waiting:
            draft.add(row, moment, draft.values[-1])
    waiting.clear()
    return unknown


class HomeWizardElectricity(_HomeWizard):
    """The quarter-hour export of the electricity counters."""

    name = "homewizard_electricity"
    title = "HomeWizard P1 (kWh)"
    columns = ("time", "Import T1 kWh", "Import T2 kWh", "Export T1 kWh", "Export T2 kWh")
    registers = _ELECTRICITY
    commodity = "electricity"


class HomeWizardGas(_HomeWizard):
    """The quarter-hour export of the gas counter; most cells are empty, as gas meters report once an hour."""

    name = "homewizard_gas"
    title = "HomeWizard P1 gas"
    columns = ("time", "Total gas used")
    registers = (Register.GAS,)
    commodity = "gas"
