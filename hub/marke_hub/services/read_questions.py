"""Looking at questions: where each is on its way from draft to result, and who signed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from marke.codebook.builtin import read_builtin
from marke.errors import NotFoundError
from marke.questions.explain import explain
from marke.questions.model import Question
from marke.reasons import Language, Reason
from marke.signing.envelope import Envelope
from marke.signing.root import KeyEntry, RoleName
from marke_ground.store.engine import Session
from marke_hub.services.collect_signatures import Signatures, count_signatures
from marke_hub.services.hub import Hub
from marke_hub.store.questions import QUESTIONS
from marke_hub.store.rounds import ROUNDS


@dataclass(frozen=True)
class QuestionView:
    """One question on its way."""

    question_hash: str
    question: Question
    state: str
    """draft, waiting_for_signatures, approved, too_late; then the phase of its newest round: deciding, open, resulted,
    voided."""
    signatures: Signatures
    drafted: datetime
    round_id: str | None
    """Its newest round."""


@dataclass(frozen=True)
class Approver:
    """Somebody who may approve, and whether this question has that signature."""

    key_id: str
    entry: KeyEntry
    signed: bool


def list_questions(session: Session, *, hub: Hub, now: datetime) -> tuple[QuestionView, ...]:
    """Return every question, the newest first."""
    rows = session.execute(select(QUESTIONS).order_by(QUESTIONS.c.drafted.desc(), QUESTIONS.c.question_hash)).all()
    return tuple(_view(session, row, hub, now) for row in rows)


def read_question(session: Session, *, question: str, hub: Hub, now: datetime) -> QuestionView:
    """Return one question by its hash, or by the first twelve or more characters of it; raises QUESTION_UNKNOWN."""
    wanted = question if question.startswith("sha256:") else f"sha256:{question}"
    rows = session.execute(
        select(QUESTIONS).where(QUESTIONS.c.question_hash.startswith(wanted, autoescape=True)).limit(2)
    ).all()
    if len(rows) != 1 or len(wanted) < _SHORTEST_NAME:
        raise NotFoundError(Reason.QUESTION_UNKNOWN, question=wanted[:20])
    return _view(session, rows[0], hub, now)


_SHORTEST_NAME = len("sha256:") + 12


def explain_question(view: QuestionView, language: Language) -> str:
    """Return what a question asks, in words."""
    return explain(view.question, read_builtin(view.question.codebook), language)


def list_approvers(view: QuestionView, *, session: Session, hub: Hub) -> tuple[Approver, ...]:
    """Return everybody who may approve at present, and whether they signed."""
    root = hub.trust.trust(session).root
    return tuple(
        Approver(key_id, root.keys[key_id], key_id in view.signatures.signers)
        for key_id in root.roles[RoleName.APPROVERS].keys
    )


def _view(session: Session, row: Row[Any], hub: Hub, now: datetime) -> QuestionView:
    question = hub.questions.checked(session, row.question_hash).question
    trust = hub.trust.trust(session)
    signatures = count_signatures(trust, Envelope.from_text(row.envelope), row.question_hash)
    asked = session.execute(
        select(ROUNDS.c.round_id, ROUNDS.c.phase)
        .where(ROUNDS.c.question_hash == row.question_hash)
        .order_by(ROUNDS.c.offered.desc())
    ).first()
    return QuestionView(
        question_hash=row.question_hash,
        question=question,
        state=asked.phase if asked is not None else _state(question, signatures, now),
        signatures=signatures,
        drafted=row.drafted,
        round_id=None if asked is None else asked.round_id,
    )


def _state(question: Question, signatures: Signatures, now: datetime) -> str:
    if now >= question.windows.decide_until:
        return "too_late"
    if signatures.is_approved:
        return "approved"
    return "waiting_for_signatures" if signatures.signers else "draft"
