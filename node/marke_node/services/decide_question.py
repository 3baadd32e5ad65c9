"""Deciding on a question: by itself when the rules say so, else held until the board speaks. Silence is no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from marke.errors import ProgrammerError
from marke.protocol import node_side as talk
from marke.reasons import Reason
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_node.services.pipeline import Deferred, Proceed, Refused, Standpoint, Step, walk
from marke_node.services.pipeline_start import context_of, take_round
from marke_node.services.pipeline_steps import DECIDE_STEPS
from marke_node.services.write_decision import write_decision
from marke_node.store import rounds_log


@dataclass(frozen=True)
class SaidYes:
    """The question was accepted; the answer follows when the round opens."""


@dataclass(frozen=True)
class SaidNo:
    """The question was refused, and why; the hub hears the class only."""

    reason: Reason


@dataclass(frozen=True)
class NotYet:
    """Nothing was decided: the board must, or it is too early."""

    reason: Reason


Decided: TypeAlias = SaidYes | SaidNo | NotYet


def decide(
    session: Session,
    *,
    round_id: str,
    standpoint: Standpoint,
    by: Actor,
    now: datetime,
    steps: Sequence[Step] = DECIDE_STEPS,
) -> Decided:
    """Walk a question through the steps of deciding and write down what came of it.

    When the board itself decides, a question that is held for it goes on to the other steps.

    Raises NotFoundError(UNKNOWN_ROUND) and ConversationError when it was decided before or the window is closed.
    """
    row = take_round(session, round_id)
    state = rounds_log.state_of(row)
    talk.node_next(state, talk.Decided(decision="sha256:" + "0" * 64), now=now)
    context = context_of(session, row, standpoint, board_agreed=by.kind is ActorKind.BOARD, by=by, now=now)
    match walk(steps, context):
        case Proceed():
            write_decision(session, state=state, signer=standpoint.signer, refused=None, by=by, now=now)
            return SaidYes()
        case Refused() as refused:
            write_decision(session, state=state, signer=standpoint.signer, refused=refused, by=by, now=now)
            return SaidNo(refused.reason)
        case Deferred(reason=reason):
            if reason is Reason.HELD_FOR_BOARD:
                _hold(session, state, by, now)
            return NotYet(reason)
        case never:
            assert_never(never)


def approve_question(session: Session, *, round_id: str, standpoint: Standpoint, by: Actor, now: datetime) -> Decided:
    """Say yes for the board: the question still has to pass every other step, and may turn out a no."""
    if by.kind is not ActorKind.BOARD:
        raise ProgrammerError("only the board approves a question")
    return decide(session, round_id=round_id, standpoint=standpoint, by=by, now=now)


def refuse_question(
    session: Session, *, round_id: str, standpoint: Standpoint, by: Actor, now: datetime, why: str = ""
) -> SaidNo:
    """Say no for the board; also takes back a yes, until the answer is signed.

    `why` is what members will read; it stays inside the collective.

    Raises NotFoundError(UNKNOWN_ROUND) and ConversationError when it is too late.
    """
    state = rounds_log.state_of(take_round(session, round_id))
    refused = Refused(Reason.REFUSED_BY_BOARD, {"why": why} if why else {})
    write_decision(session, state=state, signer=standpoint.signer, refused=refused, by=by, now=now)
    return SaidNo(refused.reason)


def _hold(session: Session, state: talk.NodeState, by: Actor, now: datetime) -> None:
    held, effects = talk.node_next(state, talk.Held(), now=now)
    if effects:
        rounds_log.write_state(session, state.exchange.round_id, held)
        record(session, by=by, verb="hold_question", subject=state.exchange.round_id, now=now)
