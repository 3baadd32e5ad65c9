"""The node's side of one round: what a collective may say next, and what it must do. See `conversation`."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias, assert_never

from pydantic import Field, TypeAdapter

from marke.errors import ConversationError
from marke.protocol.messages import RefusalClass, Round
from marke.reasons import Reason
from marke.vocabulary.document import Document, Instant, Sha256
from marke.vocabulary.ids import RoundId


class Exchange(Document):
    """What one round is about, from the offer on."""

    round_id: RoundId
    question_hash: Sha256
    decide_until: Instant


class Offered(Document):
    """The question arrived and was verified; nobody decided yet."""

    state: Literal["offered"] = "offered"
    exchange: Exchange


class Deciding(Document):
    """The question waits for people of the collective."""

    state: Literal["deciding"] = "deciding"
    exchange: Exchange


class Accepted(Document):
    """The collective said yes; the round has not opened."""

    state: Literal["accepted"] = "accepted"
    exchange: Exchange
    decision: Sha256


class Refused(Document):
    """The collective said no, at once or by taking its yes back; it never answers this round."""

    state: Literal["refused"] = "refused"
    exchange: Exchange
    decision: Sha256
    refusal: RefusalClass


class Lapsed(Document):
    """The decision window closed without a word; the collective counts as silent."""

    state: Literal["lapsed"] = "lapsed"
    exchange: Exchange


class RoundOpen(Document):
    """The round is open and the collective is eligible: it may answer once."""

    state: Literal["round_open"] = "round_open"
    exchange: Exchange
    decision: Sha256
    closes: Instant


class Contributed(Document):
    """The answer is signed and lies in the outbox. From here on there is no other answer, ever."""

    state: Literal["contributed"] = "contributed"
    exchange: Exchange
    contribution: Sha256


class Receipted(Document):
    """The hub signed that it has the answer, byte for byte."""

    state: Literal["receipted"] = "receipted"
    exchange: Exchange
    contribution: Sha256


class Resulted(Document):
    """The combined answer is here. End."""

    state: Literal["resulted"] = "resulted"
    exchange: Exchange
    contribution: Sha256 | None
    result: Sha256


class Voided(Document):
    """The round gave no figure. End."""

    state: Literal["voided"] = "voided"
    exchange: Exchange
    contribution: Sha256 | None
    void: Sha256


NodeState: TypeAlias = (
    Offered | Deciding | Accepted | Refused | Lapsed | RoundOpen | Contributed | Receipted | Resulted | Voided
)
_NODE_STATE: TypeAdapter[NodeState] = TypeAdapter(Annotated[NodeState, Field(discriminator="state")])


def node_state_from_bytes(data: bytes) -> NodeState:
    """Read a state back from the bytes of its `to_bytes`; for the node's own store, which is trusted."""
    return _NODE_STATE.validate_json(data)


class Held(Document):
    """The collective's rules say that people decide."""


class Decided(Document):
    """The collective decided; `decision` is the content hash of the signed envelope."""

    decision: Sha256
    refusal: RefusalClass | None = None
    """None means accepted."""


class RoundOpened(Document):
    """The hub's signed Round arrived."""

    closes: Instant


class AnswerSigned(Document):
    """The collective's one contribution is computed and signed."""

    contribution: Sha256


class ReceiptCame(Document):
    """A receipt signed by the hub arrived for some content."""

    content: Sha256


class ResultCame(Document):
    """The signed Result arrived."""

    result: Sha256


class VoidCame(Document):
    """The signed Void arrived."""

    void: Sha256


NodeEvent: TypeAlias = Held | Decided | RoundOpened | AnswerSigned | ReceiptCame | ResultCame | VoidCame


class AskPeople(Document):
    """Show the question to those who decide."""


class SendDecision(Document):
    """Put the signed decision in the outbox."""

    decision: Sha256


class ComputeAnswer(Document):
    """Run the rest of the pipeline and sign the contribution before `closes`."""

    closes: Instant


class SendContribution(Document):
    """Put the signed contribution in the outbox, in the same transaction as the new state."""

    contribution: Sha256


class KeepReceipt(Document):
    """Store the receipt and take its message out of the outbox."""

    content: Sha256


class ShowOutcome(Document):
    """Show the result (or that there is none) to the members; stop sending anything about this round."""


NodeEffect: TypeAlias = AskPeople | SendDecision | ComputeAnswer | SendContribution | KeepReceipt | ShowOutcome
NodeStep: TypeAlias = tuple[NodeState, tuple[NodeEffect, ...]]


def offered(exchange: Exchange) -> NodeState:
    """Return the first state of a round: a verified offer."""
    return Offered(exchange=exchange)


def node_next(state: NodeState, event: NodeEvent, *, now: datetime) -> NodeStep:
    """Return the node's next state and what to do; raises ConversationError when the event may not follow."""
    if isinstance(state, Resulted | Voided):
        return _after_the_end(state, event)
    if isinstance(event, ResultCame | VoidCame):
        return _ended(state, event), (ShowOutcome(),)
    return _underway(state, event, now)


def _underway(
    state: NodeState, event: Held | Decided | RoundOpened | AnswerSigned | ReceiptCame, now: datetime
) -> NodeStep:
    match event:
        case Held():
            return _held(state)
        case Decided():
            return _decided(state, event, now)
        case RoundOpened():
            return _round_opened(state, event)
        case AnswerSigned():
            return _answer_signed(state, event, now)
        case ReceiptCame():
            return _receipt_came(state, event)
        case never:
            assert_never(never)


def _ended(state: NodeState, event: ResultCame | VoidCame) -> NodeState:
    mine = state.contribution if isinstance(state, Contributed | Receipted) else None
    match event:
        case ResultCame(result=result):
            return Resulted(exchange=state.exchange, contribution=mine, result=result)
        case VoidCame(void=void):
            return Voided(exchange=state.exchange, contribution=mine, void=void)
        case never:
            assert_never(never)


def may_still_refuse(state: NodeState) -> bool:
    """Say whether a yes can still be taken back: until the contribution is signed."""
    return isinstance(state, Offered | Deciding | Accepted | RoundOpen)


def _not_now(state: NodeState, event: NodeEvent) -> ConversationError:
    return ConversationError(Reason.CONVERSATION_NOT_NOW, state=state.state, event=type(event).__name__)


def _after_the_end(state: Resulted | Voided, event: NodeEvent) -> NodeStep:
    match state, event:
        case Resulted(result=result), ResultCame(result=again) if result == again:
            return state, ()
        case Voided(void=void), VoidCame(void=again) if void == again:
            return state, ()
        case _, RoundOpened():
            return state, ()
        case _, ReceiptCame(content=content):
            return state, (KeepReceipt(content=content),)
        case _:
            raise _not_now(state, event)


def _held(state: NodeState) -> NodeStep:
    match state:
        case Offered(exchange=exchange):
            return Deciding(exchange=exchange), (AskPeople(),)
        case Deciding():
            return state, ()
        case _:
            raise _not_now(state, Held())


def _decided(state: NodeState, event: Decided, now: datetime) -> NodeStep:
    match state:
        case Offered() | Deciding():
            if now >= state.exchange.decide_until:
                raise ConversationError(Reason.DECISION_WINDOW_CLOSED)
            return _new_decision(state, event)
        case Accepted(decision=before) | RoundOpen(decision=before) | Refused(decision=before):
            if event.decision == before:
                return state, ()
            if event.refusal is None or isinstance(state, Refused):
                raise ConversationError(Reason.DECIDED_OTHERWISE)
            return _new_decision(state, event)
        case Contributed() | Receipted():
            raise ConversationError(Reason.ANSWERED_ALREADY)
        case _:
            raise _not_now(state, event)


def _new_decision(state: NodeState, event: Decided) -> NodeStep:
    effects = (SendDecision(decision=event.decision),)
    if event.refusal is None:
        return Accepted(exchange=state.exchange, decision=event.decision), effects
    return Refused(exchange=state.exchange, decision=event.decision, refusal=event.refusal), effects


def _round_opened(state: NodeState, event: RoundOpened) -> NodeStep:
    match state:
        case Accepted(exchange=exchange, decision=decision):
            opened = RoundOpen(exchange=exchange, decision=decision, closes=event.closes)
            return opened, (ComputeAnswer(closes=event.closes),)
        case Offered() | Deciding():
            return Lapsed(exchange=state.exchange), ()
        case RoundOpen(closes=closes) if closes != event.closes:
            raise ConversationError(Reason.ROUND_CHANGED)
        case _:
            return state, ()


def _answer_signed(state: NodeState, event: AnswerSigned, now: datetime) -> NodeStep:
    match state:
        case RoundOpen(exchange=exchange, closes=closes):
            if now >= closes:
                raise ConversationError(Reason.ROUND_CLOSED)
            signed = Contributed(exchange=exchange, contribution=event.contribution)
            return signed, (SendContribution(contribution=event.contribution),)
        case Contributed(contribution=before) | Receipted(contribution=before):
            if before != event.contribution:
                raise ConversationError(Reason.ANSWERED_ALREADY)
            return state, ()
        case _:
            raise _not_now(state, event)


def _receipt_came(state: NodeState, event: ReceiptCame) -> NodeStep:
    keep = (KeepReceipt(content=event.content),)
    match state:
        case Contributed(exchange=exchange, contribution=mine) if mine == event.content:
            return Receipted(exchange=exchange, contribution=mine), keep
        case Offered() | Deciding() | Lapsed():
            raise _not_now(state, event)
        case _:
            return state, keep


def heard_round(opened: Round) -> RoundOpened:
    """Turn a verified Round into the node's event."""
    return RoundOpened(closes=opened.closes)
