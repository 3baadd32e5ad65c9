"""What the hub sent, verified and filed: each message moves one conversation one step, or is not believed at all.

One message, one transaction. A message that was heard before changes nothing, because delivery is at least once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import insert

from marke.codebook.builtin import read_builtin
from marke.errors import BadInputError, ConflictError, NotFoundError, UntrustedError
from marke.protocol import node_side as talk
from marke.protocol.messages import QuestionOffer, Result, Round, Void
from marke.protocol.opening import check_opening
from marke.protocol.wire import Verified, open_message, open_offer, wire_type
from marke.questions.check import check
from marke.questions.model import Question, release_key
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke.signing.root import Directory, TrustRoot
from marke.signing.trust import TrustState
from marke.vocabulary.actor import Actor, ActorKind
from marke.vocabulary.ids import content_hash
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_node.services.keep_trust import keep_directory, keep_root
from marke_node.services.read_question import combined_of
from marke_node.services.read_register import question_in
from marke_node.store import outbox, rounds_log
from marke_node.store.rounds import QUESTIONS, RESULTS

HUB: Final = Actor(ActorKind.HUB, "hub")


@dataclass(frozen=True)
class TrustMoved:
    """A newer root or directory; use this state of trust from now on."""

    trust: TrustState


@dataclass(frozen=True)
class Offered:
    """A new question waits for a decision."""

    round_id: str


@dataclass(frozen=True)
class Opened:
    """A round opened; where the collective said yes, an answer is due."""

    round_id: str


@dataclass(frozen=True)
class Ended:
    """A round has its result, or has none."""

    round_id: str


@dataclass(frozen=True)
class HeardBefore:
    """Nothing new."""


Received: TypeAlias = TrustMoved | Offered | Opened | Ended | HeardBefore


def receive(session: Session, *, envelope: bytes, trust: TrustState, now: datetime) -> Received:
    """Verify one message of the hub and file what it says.

    Raises UntrustedError, BadInputError, ConflictError or NotFoundError when it is not believed or does not fit; then
    nothing was changed.
    """
    kind = Envelope.from_bytes(envelope).payload_type
    handler = _HANDLERS.get(kind)
    if handler is None:
        raise UntrustedError(Reason.UNKNOWN_MESSAGE, kind=kind[:80])
    return handler(session, envelope, trust, now)


def _root(session: Session, envelope: bytes, trust: TrustState, now: datetime) -> Received:
    return TrustMoved(keep_root(session, trust=trust, envelope=envelope, by=HUB, now=now))


def _directory(session: Session, envelope: bytes, trust: TrustState, now: datetime) -> Received:
    return TrustMoved(keep_directory(session, trust=trust, envelope=envelope, by=HUB, now=now))


def _offer(session: Session, envelope: bytes, trust: TrustState, now: datetime) -> Received:
    opened, asked = _open_offer(trust, envelope, now)
    offer, question = opened.document, asked.document
    known = rounds_log.find_round(session, offer.round_id)
    if known is not None:
        if known.question_hash != offer.question_hash:
            raise ConflictError(Reason.ROUND_OF_OTHER_QUESTION)
        return HeardBefore()
    _keep_question(session, offer, question, now)
    exchange = talk.Exchange(
        round_id=offer.round_id, question_hash=offer.question_hash, decide_until=question.windows.decide_until
    )
    rounds_log.add_round(
        session,
        question_hash=offer.question_hash,
        offer=envelope.decode("utf-8"),
        state=talk.offered(exchange),
        now=now,
    )
    record(session, by=HUB, verb="offer_question", subject=offer.round_id, now=now)
    return Offered(offer.round_id)


def _open_offer(
    trust: TrustState, envelope: bytes, now: datetime
) -> tuple[Verified[QuestionOffer], Verified[Question]]:
    """Open an offer; one that came so late that its question is over is opened as of the moment it was offered.

    So a node that was away still knows what was asked. It cannot decide or answer any more: the window is closed.
    """
    try:
        return open_offer(trust, envelope, now=now)
    except UntrustedError as error:
        if error.reason is not Reason.EXPIRED:
            raise
        offered = QuestionOffer.from_bytes(Envelope.from_bytes(envelope).payload).offered
        return open_offer(trust, envelope, now=min(offered, now))


def _keep_question(session: Session, offer: QuestionOffer, question: Question, now: datetime) -> None:
    """File a question when it is new; a nonce that another question used is a replay."""
    if rounds_log.find_question(session, offer.question_hash) is not None:
        return
    if rounds_log.nonce_is_used(session, question.nonce):
        raise UntrustedError(Reason.QUESTION_REPLAYED)
    session.execute(
        insert(QUESTIONS).values(
            hash=offer.question_hash,
            envelope=offer.question,
            release_key=release_key(question.bundle),
            nonce=question.nonce,
            received=now,
        )
    )


def _round(session: Session, envelope: bytes, trust: TrustState, now: datetime) -> Received:
    opened = open_message(trust, envelope, Round, now=now).document
    row = _known_round(session, opened.round_id, opened.question_hash)
    before = rounds_log.state_of(row)
    question = question_in(_stored_question(session, opened.question_hash))
    is_undecided = isinstance(before, talk.Offered | talk.Deciding)
    check_opening(question, opened, is_undecided=is_undecided, now=now)
    state, _ = talk.node_next(before, talk.heard_round(opened), now=now)
    if row.opening is not None:
        return HeardBefore()
    rounds_log.write_opening(session, opened, envelope.decode("utf-8"))
    rounds_log.write_state(session, opened.round_id, state)
    record(session, by=HUB, verb="open_round", subject=opened.round_id, now=now)
    return Opened(opened.round_id)


def _result(session: Session, envelope: bytes, trust: TrustState, now: datetime) -> Received:
    result = open_message(trust, envelope, Result, now=now).document
    content = content_hash(envelope)
    return _end(session, result, ("result", content, envelope), talk.ResultCame(result=content), now)


def _void(session: Session, envelope: bytes, trust: TrustState, now: datetime) -> Received:
    void = open_message(trust, envelope, Void, now=now).document
    content = content_hash(envelope)
    return _end(session, void, ("void", content, envelope), talk.VoidCame(void=content), now)


def _end(
    session: Session,
    ended: Result | Void,
    message: tuple[str, str, bytes],
    event: talk.ResultCame | talk.VoidCame,
    now: datetime,
) -> Received:
    kind, content, envelope = message
    row = _known_round(session, ended.round_id, ended.question_hash)
    before = rounds_log.state_of(row)
    state, effects = talk.node_next(before, event, now=now)
    if not effects:
        return HeardBefore()
    if isinstance(ended, Result):
        _check_fit(session, ended)
    session.execute(
        insert(RESULTS).values(
            round_id=ended.round_id, kind=kind, content_hash=content, envelope=envelope.decode("utf-8"), received=now
        )
    )
    rounds_log.write_state(session, ended.round_id, state)
    outbox.drop_waiting(session, round_id=ended.round_id)
    record(session, by=HUB, verb="end_round", subject=ended.round_id, now=now, details={"kind": kind})
    return Ended(ended.round_id)


def _check_fit(session: Session, result: Result) -> None:
    """Return quietly when a result is one of its question; else the right one must still be able to follow.

    Raises UntrustedError(RESULT_DOES_NOT_FIT) and BadInputError(CELLS_DO_NOT_FIT).
    """
    question = question_in(_stored_question(session, result.question_hash))
    try:
        checked = check(question, read_builtin(question.codebook))
    except (BadInputError, NotFoundError):
        return  # of a codebook that this version does not have: no page shows its figures either
    combined_of(checked, result)


def _stored_question(session: Session, question_hash: str) -> str:
    """Return the envelope of the question of a round that was offered."""
    found = rounds_log.find_question(session, question_hash)
    if found is None:
        raise NotFoundError(Reason.UNKNOWN_ROUND)
    return str(found.envelope)


def _known_round(session: Session, round_id: str, question_hash: str) -> rounds_log.RoundRow:
    row = rounds_log.find_round(session, round_id, lock=True)
    if row is None:
        raise NotFoundError(Reason.UNKNOWN_ROUND)
    if row.question_hash != question_hash:
        raise ConflictError(Reason.ROUND_OF_OTHER_QUESTION)
    return row


_Handler: TypeAlias = Callable[[Session, bytes, TrustState, datetime], Received]
_HANDLERS: Final[Mapping[str, _Handler]] = {
    wire_type(TrustRoot).payload_type: _root,
    wire_type(Directory).payload_type: _directory,
    wire_type(QuestionOffer).payload_type: _offer,
    wire_type(Round).payload_type: _round,
    wire_type(Result).payload_type: _result,
    wire_type(Void).payload_type: _void,
}
