"""Looking at rounds: where each stands, and how many of how many have decided and answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select

from marke.errors import NotFoundError
from marke.protocol.messages import Coverage
from marke.questions.model import Question
from marke.reasons import Reason
from marke_ground.store.engine import Session
from marke_hub.services.advance_round import turnout_of
from marke_hub.services.hub import Hub
from marke_hub.store.rounds import ROUNDS, STANDINGS


@dataclass(frozen=True)
class RoundView:
    """One round, for a page or a program."""

    round_id: str
    question_hash: str
    question: Question
    phase: str
    """deciding, open, resulted or voided."""
    offered: datetime
    decide_until: datetime
    closes: datetime | None
    eligible: int | None
    coverage: Coverage


@dataclass(frozen=True)
class StandingView:
    """Where one invited collective stands: invited, said_yes, said_no or answered."""

    collective: str
    standing: str
    refusal: str | None


def list_rounds(session: Session, *, hub: Hub) -> tuple[RoundView, ...]:
    """Return every round, the newest first."""
    rows = session.execute(select(ROUNDS).order_by(ROUNDS.c.offered.desc(), ROUNDS.c.round_id)).all()
    return tuple(_view(session, row, hub) for row in rows)


def read_round(session: Session, *, round_id: str, hub: Hub) -> RoundView:
    """Return one round; raises NotFoundError(ROUND_UNKNOWN)."""
    row = session.execute(select(ROUNDS).where(ROUNDS.c.round_id == round_id)).first()
    if row is None:
        raise NotFoundError(Reason.ROUND_UNKNOWN, round=round_id[:24])
    return _view(session, row, hub)


def list_standings(session: Session, *, round_id: str) -> tuple[StandingView, ...]:
    """Return where every invited collective stands, by id; for operators only."""
    rows = session.execute(
        select(STANDINGS).where(STANDINGS.c.round_id == round_id).order_by(STANDINGS.c.collective_id)
    )
    return tuple(StandingView(row.collective_id, row.standing, row.refusal) for row in rows)


def _view(session: Session, row: Row[tuple[object, ...]], hub: Hub) -> RoundView:
    return RoundView(
        round_id=row.round_id,
        question_hash=row.question_hash,
        question=hub.questions.checked(session, row.question_hash).question,
        phase=row.phase,
        offered=row.offered,
        decide_until=row.decide_until,
        closes=row.closes,
        eligible=row.eligible,
        coverage=turnout_of(session, row.round_id).coverage(),
    )
