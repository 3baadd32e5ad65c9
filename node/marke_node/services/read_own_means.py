"""The collective's own means, to lay beside a national table: computed and shown here, and never sent."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import select

from marke.protocol.messages import ShownCell
from marke.questions.check import CheckedQuestion
from marke.vocabulary.units import to_published
from marke_ground.store.engine import Session
from marke_node.services.stored_cells import cells_from_text, means_from_text
from marke_node.store import rounds_log
from marke_node.store.rounds import ANSWERS_UNROUNDED


def read_own_means(session: Session, *, round_id: str, checked: CheckedQuestion) -> Mapping[str, Decimal]:
    """Return group -> own mean in the unit of the variable, before rounding, for the groups this collective showed.

    Empty when the collective gave no answer in this round, or the question asks for no sums.
    """
    given = rounds_log.find_contribution(session, round_id)
    if given is None:
        return {}
    row = session.execute(
        select(ANSWERS_UNROUNDED.c.cells, ANSWERS_UNROUNDED.c.means).where(
            ANSWERS_UNROUNDED.c.release_key == given.release_key
        )
    ).one_or_none()
    if row is None:
        return {}
    pairs = {**means_from_text(row.means), **_pairs(row.cells, checked)}
    return {
        leaf: to_published(Decimal(total) / count, checked.variable.decimals)
        for leaf, (total, count) in pairs.items()
        if count
    }


def _pairs(cells: str, checked: CheckedQuestion) -> Mapping[str, tuple[int, int]]:
    count, total = checked.layout.column("count"), checked.layout.column("sum")
    if count is None or total is None:
        return {}
    return {
        cell.leaf: (cell.values[total], cell.values[count])
        for cell in cells_from_text(cells)
        if isinstance(cell, ShownCell) and cell.leaf in checked.leaves
    }
