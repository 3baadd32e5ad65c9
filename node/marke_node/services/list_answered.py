"""In which rounds this collective gave an answer: what a register owes its members first."""

from sqlalchemy import select

from marke_ground.store.engine import Session
from marke_node.store.rounds import CONTRIBUTIONS


def list_answered(session: Session) -> frozenset[str]:
    """Return the rounds for which an answer was signed, whatever came of them."""
    return frozenset(session.execute(select(CONTRIBUTIONS.c.round_id)).scalars())
