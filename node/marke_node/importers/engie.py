"""ENGIE's export of hourly use: one row per meter and hour, electricity and gas in one file."""

from typing import TYPE_CHECKING

from marke.reasons import Reason
from marke_node.importers.base import FileDraft, KnownTable, expect_cells
from marke_node.importers.cells import ExactNumbers, RowError
from marke_node.importers.drafts import Draft
from marke_node.importers.moments import offset_moment
from marke_node.readings.model import ReadingKind, Register

if TYPE_CHECKING:
    from _csv import Reader

_CELLS = 5

_REGISTERS = {
    ("Elektriciteit", "true"): Register.ELECTRICITY_DELIVERED_T2,
    ("Elektriciteit", "false"): Register.ELECTRICITY_DELIVERED_T1,
    ("Gas", "0"): Register.GAS,
    ("Gas", "false"): Register.GAS,
}
"""`Piek` says whether the hour counts in the normal (peak) tariff; for gas it says nothing."""


class Engie(KnownTable):
    """The supplier's hourly export in long form."""

    name = "engie"
    title = "ENGIE"
    separator = ","
    columns = ("Datum", "EAN", "Verbruik", "Type", "Piek")
    tariffs_take_turns = True

    def read_rows(self, rows: "Reader", found: FileDraft) -> None:
        """Read one use a row into the draft of its meter, kind and tariff."""
        numbers = ExactNumbers(3)
        drafts: dict[tuple[str, str, str], Draft] = {}
        for cells in rows:
            if not cells:
                continue
            try:
                if len(cells) != _CELLS:
                    expect_cells(cells, _CELLS)
                when, number, use, kind, peak = cells[:_CELLS]
                draft = drafts.get((number, kind, peak))
                if draft is None:
                    draft = drafts[number, kind, peak] = _draft(found, number, kind, peak)
                moment, value = offset_moment(when), numbers[use]
            except RowError as error:
                found.rejects.add_error(rows.line_num, error)
                continue
            draft.add(rows.line_num, moment, value)


def _draft(found: FileDraft, number: str, kind: str, peak: str) -> Draft:
    register = _REGISTERS.get((kind, peak))
    if register is None:
        raise RowError(Reason.IMPORT_UNKNOWN_VALUE, column="Type, Piek", known="Elektriciteit, Gas; true, false, 0")
    return found.draft(found.meter(found.context.meter(number)), register, ReadingKind.USE)
