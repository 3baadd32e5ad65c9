"""Liander's daily counters: padded lines, electricity and gas in one file, a stand and a use per register."""

from typing import TYPE_CHECKING

from marke.reasons import Reason
from marke_node.importers.base import FileDraft, KnownTable, expect_cells
from marke_node.importers.cells import ExactNumbers, RowError
from marke_node.importers.drafts import Draft
from marke_node.importers.moments import AMSTERDAM, LocalMoments, day_first
from marke_node.importers.rejects import Notice
from marke_node.readings.model import ReadingKind, Register

if TYPE_CHECKING:
    from _csv import Reader

_CELLS = 11

_REGISTERS = {
    "E": (
        Register.ELECTRICITY_DELIVERED_T1,
        Register.ELECTRICITY_DELIVERED_T2,
        Register.ELECTRICITY_FED_IN_T1,
        Register.ELECTRICITY_FED_IN_T2,
    ),
    "G": (Register.GAS,),
}
"""Dutch meter numbers begin with E or G; reading1 and 3 are the low tariff, 2 and 4 the normal one."""


class Liander(KnownTable):
    """The grid operator's daily stands; the use beside a stand is only compared with the rise of the counter."""

    name = "liander"
    title = "Liander"
    separator = ","
    columns = (
        "eancodeasn",
        "meternummer",
        "meterreadingdate",
        "reading1",
        "usage1",
        "reading2",
        "usage2",
        "reading3",
        "usage3",
        "reading4",
        "usage4",
    )

    def read_rows(self, rows: "Reader", found: FileDraft) -> None:
        """Read one day of one meter a row: a stand and a use per register, empty where the meter has none."""
        moments, numbers = LocalMoments(AMSTERDAM, day_first), ExactNumbers(3)
        differs = 0
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            try:
                expect_cells(cells, _CELLS)
                cells = [cell.strip() for cell in cells[:_CELLS]]  # noqa: PLW2901 - the row without its padding
                drafts = _drafts(found, cells[0], cells[1])
                moment = moments.at(cells[2], "00:00")
                pairs = [
                    (numbers[stand] if stand else None, numbers[use] if use else None)
                    for stand, use in zip(cells[3::2], cells[4::2], strict=True)
                ]
            except RowError as error:
                found.rejects.add_error(rows.line_num, error)
                continue
            for draft, (stand, use) in zip(drafts, pairs, strict=False):
                if stand is not None:
                    differs += bool(use is not None and draft.values and stand - draft.values[-1] != use)
                    draft.add(rows.line_num, moment, stand)
        if differs:
            found.notices.append(Notice(Reason.IMPORT_USE_DIFFERS, details={"count": differs}))


def _drafts(found: FileDraft, number: str, meter_number: str) -> list[Draft]:
    registers = _REGISTERS.get(meter_number[:1])
    if registers is None:
        raise RowError(Reason.IMPORT_UNKNOWN_VALUE, column="meternummer", known="E..., G...")
    meter = found.meter(found.context.meter(number))
    return [found.draft(meter, register, ReadingKind.COUNTER) for register in registers]
