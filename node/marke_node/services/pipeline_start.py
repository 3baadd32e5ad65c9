"""Where a walk begins: what is on file about a round, as the context of the first step."""

from datetime import datetime

from marke.errors import NotFoundError, ProgrammerError
from marke.reasons import Reason
from marke.vocabulary.actor import Actor
from marke_ground.store.engine import Session
from marke_node.services.pipeline import Context, Standpoint
from marke_node.services.standing_rules import read_standing
from marke_node.store import rounds_log


def take_round(session: Session, round_id: str) -> rounds_log.RoundRow:
    """Return the row of a round, held for this transaction; raises NotFoundError(UNKNOWN_ROUND)."""
    row = rounds_log.find_round(session, round_id, lock=True)
    if row is None:
        raise NotFoundError(Reason.UNKNOWN_ROUND)
    return row


def context_of(
    session: Session, row: rounds_log.RoundRow, standpoint: Standpoint, *, board_agreed: bool, by: Actor, now: datetime
) -> Context:
    """Return the first context of a walk over a round's question."""
    question = rounds_log.find_question(session, row.question_hash)
    if question is None:
        raise ProgrammerError("a round stands on file without its question")
    return Context(
        session=session,
        standpoint=standpoint,
        by=by,
        now=now,
        round_id=row.id,
        question_envelope=question.envelope.encode("utf-8"),
        question_hash=row.question_hash,
        standing=read_standing(session),
        board_agreed=board_agreed,
    )
