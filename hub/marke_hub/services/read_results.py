"""Looking at results: the signed document, and the figures finished from it. Public ones are for everybody."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from marke.errors import NotFoundError
from marke.protocol.messages import Coverage, Result, Void
from marke.questions.check import CheckedQuestion
from marke.questions.model import Publication, Question
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke.statistics.combine import from_parts
from marke.statistics.finish import finish
from marke.statistics.readings import FinishedReading
from marke_ground.store.engine import Session
from marke_hub.services.hub import Hub
from marke_hub.store.rounds import OUTCOMES, ROUNDS


@dataclass(frozen=True)
class OutcomeView:
    """What came of one round, without its figures."""

    round_id: str
    question_hash: str
    question: Question
    kind: str
    """result or void."""
    coverage: Coverage
    made: datetime


@dataclass(frozen=True)
class ResultView:
    """One outcome with its figures. A void has none: too few collectives answered, which is not the same as zero."""

    outcome: OutcomeView
    checked: CheckedQuestion
    readings: tuple[FinishedReading, ...]
    envelope: str = field(repr=False)
    """The signed Result or Void, for whoever verifies it."""


def list_results(session: Session, *, hub: Hub, public_only: bool) -> tuple[OutcomeView, ...]:
    """Return every outcome, the newest first; nothing is left out."""
    rows = session.execute(_outcomes().order_by(OUTCOMES.c.made.desc(), OUTCOMES.c.round_id)).all()
    found = (_outcome(session, row, hub) for row in rows)
    return tuple(outcome for outcome in found if not public_only or _is_public(outcome.question))


def read_result(session: Session, *, round_id: str, hub: Hub, public_only: bool) -> ResultView:
    """Return one outcome with its readings finished; raises RESULT_UNKNOWN, also for what is not public."""
    row = session.execute(_outcomes().where(OUTCOMES.c.round_id == round_id)).first()
    if row is None:
        raise NotFoundError(Reason.RESULT_UNKNOWN, round=round_id[:24])
    outcome = _outcome(session, row, hub)
    if public_only and not _is_public(outcome.question):
        raise NotFoundError(Reason.RESULT_UNKNOWN, round=round_id[:24])
    checked = hub.questions.checked(session, outcome.question_hash)
    readings = _finish(checked, _document(row)) if outcome.kind == "result" else ()
    return ResultView(outcome, checked, readings, row.envelope)


def _finish(checked: CheckedQuestion, document: Result | Void) -> tuple[FinishedReading, ...]:
    if isinstance(document, Void):
        return ()
    spreads = document.spread or ((),) * len(document.cells)
    parts = [
        (cell.leaf, cell.collectives, cell.values, spread) for cell, spread in zip(document.cells, spreads, strict=True)
    ]
    return finish(checked, from_parts(checked, parts, answered=document.coverage.answered))


def _outcomes() -> Select[Any]:
    return select(OUTCOMES, ROUNDS.c.question_hash).join(ROUNDS, ROUNDS.c.round_id == OUTCOMES.c.round_id)


def _outcome(session: Session, row: Row[Any], hub: Hub) -> OutcomeView:
    document = _document(row)
    question = hub.questions.checked(session, row.question_hash).question
    return OutcomeView(row.round_id, row.question_hash, question, row.kind, document.coverage, document.made)


def _document(row: Row[Any]) -> Result | Void:
    payload = Envelope.from_text(row.envelope).payload
    return Result.from_bytes(payload) if row.kind == "result" else Void.from_bytes(payload)


def _is_public(question: Question) -> bool:
    return question.publication is Publication.PUBLIC
