"""The register: every question that was ever put to this collective, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from sqlalchemy import Row, select

from marke import canonical
from marke.protocol import node_side as talk
from marke.protocol.messages import RefusalClass
from marke.questions.model import Question
from marke.reasons import Language, Reason, sentence
from marke.signing.envelope import Envelope
from marke_ground.store.engine import Session
from marke_node.store import rounds_log
from marke_node.store.rounds import DECISIONS, QUESTIONS, ROUNDS

_QUESTIONS_KEPT: Final = 64

BoardSaid: TypeAlias = Literal["yes", "no"] | None


@dataclass(frozen=True)
class DecisionView:
    """What the collective decided, who did, and why. The reason never left; the hub knows the class only."""

    outcome: str
    """accepted or refused."""
    refusal: RefusalClass | None
    reason: Reason | None
    details: dict[str, str | int]
    decided_by: str
    """Kind and pseudonym: `board:mem_...`, or `system:agent` when a standing rule decided."""
    decided: datetime
    board_said: BoardSaid = None
    """What people said last, whatever the node could do after that; None when only a rule decided."""

    @property
    def is_by_board(self) -> bool:
        """Say whether people decided, and not a standing rule."""
        return self.decided_by.startswith("board:")

    @property
    def could_not(self) -> bool:
        """Say whether there is no answer although nobody said no: the node could not give one."""
        if self.outcome != "refused" or self.board_said == "no":
            return False
        return self.board_said == "yes" or self.refusal is not RefusalClass.POLICY

    def say(self, language: Language) -> str | None:
        """Return the sentence of the reason, for the collective's own eyes."""
        return None if self.reason is None else sentence(self.reason, language, self.details)


@dataclass(frozen=True)
class RegisterEntry:
    """One round of one question."""

    round_id: str
    question_hash: str
    question: Question
    stage: str
    """offered, deciding, accepted, refused, lapsed, round_open, contributed, receipted, resulted or voided."""
    received: datetime
    decide_until: datetime
    opens: datetime | None
    closes: datetime | None
    decision: DecisionView | None
    can_decide: bool
    """Whether people may say yes or no now."""
    can_take_back: bool
    """Whether a yes may still become a no."""


def read_register(session: Session, *, now: datetime, waiting_only: bool = False) -> tuple[RegisterEntry, ...]:
    """Return every round, the newest first; with `waiting_only` those on which the board must still decide."""
    query = select(ROUNDS, QUESTIONS.c.envelope).join(QUESTIONS, QUESTIONS.c.hash == ROUNDS.c.question_hash)
    if waiting_only:
        query = query.where(ROUNDS.c.stage == "deciding")
    rows = session.execute(query.order_by(ROUNDS.c.received.desc(), ROUNDS.c.id)).all()
    decisions = _decisions(session)
    entries = tuple(entry_of(row, row.envelope, decisions.get(row.id), now=now) for row in rows)
    return tuple(entry for entry in entries if entry.can_decide) if waiting_only else entries


def entry_of(
    row: rounds_log.RoundRow, question_envelope: str, decision: DecisionView | None, *, now: datetime
) -> RegisterEntry:
    """Return one entry from the rows of a round and its question."""
    state = rounds_log.state_of(row)
    may_decide = isinstance(state, talk.Offered | talk.Deciding) and now < state.exchange.decide_until
    said_yes = isinstance(state, talk.Accepted | talk.RoundOpen)
    return RegisterEntry(
        round_id=row.id,
        question_hash=row.question_hash,
        question=question_in(question_envelope),
        stage=row.stage,
        received=row.received,
        decide_until=state.exchange.decide_until,
        opens=row.opens,
        closes=row.closes,
        decision=decision,
        can_decide=may_decide,
        can_take_back=said_yes and talk.may_still_refuse(state),
    )


@lru_cache(maxsize=_QUESTIONS_KEPT)
def question_in(envelope: str) -> Question:
    """Return the question inside an envelope of our own file, which was verified when it came in."""
    return Question.from_bytes(Envelope.from_text(envelope).payload)


def last_decision_of(session: Session, round_id: str) -> DecisionView | None:
    """Return the decision that counts for a round, or None."""
    query = select(DECISIONS).where(DECISIONS.c.round_id == round_id).order_by(DECISIONS.c.number)
    return _folded(session.execute(query).all()).get(round_id)


def _folded(rows: Iterable[Row[tuple[object, ...]]]) -> dict[str, DecisionView]:
    """Return the last decision of each round, with what people said last in it."""
    found: dict[str, DecisionView] = {}
    for row in rows:
        before = found.get(row.round_id)
        found[row.round_id] = _decision_of(row, None if before is None else before.board_said)
    return found


def _decision_of(row: Row[tuple[object, ...]], said: BoardSaid) -> DecisionView:
    if row.decided_by.startswith("board:"):
        said = "no" if row.reason == Reason.REFUSED_BY_BOARD.value else "yes"
    details = canonical.from_bytes(row.details.encode("utf-8"))
    return DecisionView(
        outcome=row.outcome,
        refusal=None if row.refusal is None else RefusalClass(row.refusal),
        reason=None if row.reason is None else Reason(row.reason),
        details={str(name): value for name, value in details.items() if isinstance(value, str | int)}
        if isinstance(details, dict)
        else {},
        decided_by=row.decided_by,
        decided=row.decided,
        board_said=said,
    )


def _decisions(session: Session) -> dict[str, DecisionView]:
    return _folded(session.execute(select(DECISIONS).order_by(DECISIONS.c.number)).all())
