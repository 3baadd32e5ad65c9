"""Moving a round on when it is time: from deciding to open, from open to its end. Safe to call at any moment."""

from collections import Counter
from datetime import datetime
from typing import assert_never

from sqlalchemy import func, select

from marke.protocol.conversation import Combine, GiveUp, OpenTheRound, Turnout, hub_advances, phase_from_text
from marke.protocol.messages import Result
from marke_ground.store.engine import Session
from marke_hub.services.close_round import close_with_result, close_without_result
from marke_hub.services.hub import Hub
from marke_hub.services.open_round import open_round
from marke_hub.store.rounds import ROUNDS, STANDINGS


def due_rounds(session: Session, *, now: datetime) -> tuple[str, ...]:
    """Return the rounds whose phase is over, the longest overdue first."""
    query = (
        select(ROUNDS.c.round_id)
        .where(ROUNDS.c.phase.in_(("deciding", "open")), ROUNDS.c.due <= now)
        .order_by(ROUNDS.c.due, ROUNDS.c.round_id)
    )
    return tuple(session.execute(query).scalars())


def advance_round(session: Session, *, round_id: str, hub: Hub, now: datetime) -> str | None:
    """Move one round on when it is time and return its new phase; None when another worker has it or it is not time."""
    query = select(ROUNDS).where(ROUNDS.c.round_id == round_id).with_for_update(skip_locked=True)
    row = session.execute(query).first()
    if row is None:
        return None
    turnout = turnout_of(session, round_id)
    question = hub.questions.checked(session, row.question_hash).question
    before = phase_from_text(row.phase, until=row.decide_until, closes=row.closes)
    phase, effect = hub_advances(before, turnout, question.windows, smallest_round=question.smallest_round, now=now)
    match effect:
        case None:
            return None
        case OpenTheRound():
            open_round(session, round_id=round_id, question_hash=row.question_hash, opening=effect, hub=hub, now=now)
            return phase.phase
        case Combine() | GiveUp():
            close = close_with_result if isinstance(effect, Combine) else close_without_result
            end = close(
                session,
                round_id=round_id,
                question_hash=row.question_hash,
                coverage=turnout.coverage(),
                hub=hub,
                now=now,
            )
            return "resulted" if isinstance(end, Result) else "voided"
        case never:
            assert_never(never)


def turnout_of(session: Session, round_id: str) -> Turnout:
    """Count where every invited collective stands; this, not any counter, is what coverage is made of."""
    query = (
        select(STANDINGS.c.standing, STANDINGS.c.refusal, func.count())
        .where(STANDINGS.c.round_id == round_id)
        .group_by(STANDINGS.c.standing, STANDINGS.c.refusal)
    )
    found: Counter[tuple[str, str | None]] = Counter()
    for standing, refusal, number in session.execute(query):
        found[standing, refusal] += number
    return Turnout(
        invited=found["invited", None],
        said_yes=found["said_yes", None],
        answered=found["answered", None],
        refused_policy=found["said_no", "policy"],
        refused_not_enough=found["said_no", "not_enough"],
        refused_technical=found["said_no", "technical"],
    )
