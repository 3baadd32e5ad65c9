"""Answering a question in an open round: everything is checked again, then one transaction holds the whole answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from marke.errors import ConversationError
from marke.protocol import node_side as talk
from marke.reasons import Reason
from marke.vocabulary.actor import Actor, ActorKind
from marke.vocabulary.ids import content_hash
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_node.services.pipeline import Deferred, Proceed, Refused, Standpoint, Step, filled, walk
from marke_node.services.pipeline_start import context_of, take_round
from marke_node.services.pipeline_steps import ANSWER_STEPS
from marke_node.services.write_decision import write_decision
from marke_node.store import rounds_log


@dataclass(frozen=True)
class Answered:
    """The answer is signed and lies in the outbox."""

    content_hash: str


@dataclass(frozen=True)
class TookBack:
    """The yes became a no: something changed since the decision."""

    reason: Reason


@dataclass(frozen=True)
class NotNow:
    """Nothing to answer at this moment: the round is not open, closed, or was answered."""


AnswerOutcome: TypeAlias = Answered | TookBack | NotNow


def answer_question(
    session: Session,
    *,
    round_id: str,
    standpoint: Standpoint,
    by: Actor,
    now: datetime,
    steps: Sequence[Step] = ANSWER_STEPS,
) -> AnswerOutcome:
    """Answer the question of an open round once, or take the yes back when a check fails now.

    Raises NotFoundError(UNKNOWN_ROUND) and StorageError; then nothing was written.
    """
    row = take_round(session, round_id)
    state = rounds_log.state_of(row)
    if not isinstance(state, talk.RoundOpen) or not row.opens <= now < row.closes:
        return NotNow()
    agreed = _board_agreed(session, round_id)
    context = context_of(session, row, standpoint, board_agreed=agreed, by=by, now=now)
    match walk(steps, context):
        case Proceed(context=reached):
            return _signed(session, state, filled(reached.envelope), by, now)
        case Refused() as refused:
            write_decision(session, state=state, signer=standpoint.signer, refused=refused, by=by, now=now)
            return TookBack(refused.reason)
        case Deferred(reason=reason):
            # the rules grew stricter since an automatic yes: without the board there is no answer
            refused = Refused(reason)
            write_decision(session, state=state, signer=standpoint.signer, refused=refused, by=by, now=now)
            return TookBack(reason)
        case never:
            assert_never(never)


def _signed(session: Session, state: talk.RoundOpen, envelope: bytes, by: Actor, now: datetime) -> Answered:
    content = content_hash(envelope)
    moved, effects = talk.node_next(state, talk.AnswerSigned(contribution=content), now=now)
    if not effects:
        raise ConversationError(Reason.ANSWERED_ALREADY)
    rounds_log.write_state(session, state.exchange.round_id, moved)
    record(session, by=by, verb="answer_question", subject=state.exchange.round_id, now=now)
    return Answered(content)


def _board_agreed(session: Session, round_id: str) -> bool:
    decision = rounds_log.last_decision(session, round_id)
    return decision is not None and decision.decided_by.startswith(f"{ActorKind.BOARD.value}:")
