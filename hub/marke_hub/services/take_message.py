"""What decisions and contributions have in common: who sends it to which round, one place in the books, one receipt."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

from sqlalchemy import Row, bindparam, insert, select, update

from marke.errors import BadInputError, NotFoundError
from marke.protocol import wire
from marke.protocol.conversation import (
    Answered,
    DecisionPhase,
    HubEvent,
    Invited,
    Phase,
    SaidNo,
    SaidYes,
    Standing,
    hub_receives,
    phase_from_text,
)
from marke.protocol.messages import Contribution, Decision, Receipt, RefusalClass
from marke.reasons import Reason
from marke.vocabulary.actor import Actor, ActorKind
from marke.vocabulary.ids import content_hash
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.services.hub import Hub
from marke_hub.store.rounds import MESSAGES, ROUNDS, STANDINGS


@dataclass(frozen=True)
class Arrival:
    """Bytes that a collective, known by its token, put at the door of a round."""

    kind: Literal["decision", "contribution"]
    round_id: str
    collective: str
    body: bytes = field(repr=False)

    @cached_property
    def content(self) -> str:
        """Return the content hash of the envelope."""
        return content_hash(self.body)


@dataclass(frozen=True)
class Recorded:
    """The signed receipt, whether the message was new, and whether it was the last that the phase waited for."""

    receipt: bytes = field(repr=False)
    is_new: bool
    is_last: bool = False


@dataclass(frozen=True)
class Place:
    """Where a collective stands in a round, held against other writers until the end of the transaction."""

    phase: Phase
    standing: Standing
    waiting_for: int


_RECEIPT: Final = select(MESSAGES.c.receipt, MESSAGES.c.kind, MESSAGES.c.round_id, MESSAGES.c.collective_id).where(
    MESSAGES.c.content_hash == bindparam("content")
)
_ROUND: Final = (
    select(ROUNDS.c.question_hash, ROUNDS.c.phase, ROUNDS.c.decide_until, ROUNDS.c.closes, ROUNDS.c.waiting_for)
    .where(ROUNDS.c.round_id == bindparam("round"))
    .with_for_update()
)
_STANDING: Final = select(STANDINGS).where(
    STANDINGS.c.round_id == bindparam("round"), STANDINGS.c.collective_id == bindparam("collective")
)
_MOVE: Final = update(STANDINGS).where(
    STANDINGS.c.round_id == bindparam("round"), STANDINGS.c.collective_id == bindparam("who")
)
_WAIT: Final = update(ROUNDS).where(ROUNDS.c.round_id == bindparam("round"))


def earlier_receipt(session: Session, arrival: Arrival) -> Recorded | None:
    """Return the receipt that was given for exactly these bytes at this door, if they came before."""
    row = session.execute(_RECEIPT, {"content": arrival.content}).first()
    door = (arrival.kind, arrival.round_id, arrival.collective)
    if row is None or (row.kind, row.round_id, row.collective_id) != door:
        return None
    return Recorded(row.receipt.encode("utf-8"), is_new=False)


def refuse_mixup(session: Session, arrival: Arrival, document: Decision | Contribution) -> Place:
    """Return the place of the sender when the message says what the door says, and hold it.

    Raises BadInputError(OTHER_ADDRESS), NotFoundError(ROUND_UNKNOWN) also for who was not invited: a stranger learns
    nothing about rounds.
    """
    if document.round_id != arrival.round_id or document.collective != arrival.collective:
        raise BadInputError(Reason.OTHER_ADDRESS)
    # the row of the round is the lock of all its standings on PostgreSQL; on SQLite there is one writer anyway
    where = {"round": arrival.round_id, "collective": arrival.collective}
    row = session.execute(_ROUND, where).first()
    standing = session.execute(_STANDING, where).first()
    if row is None or standing is None:
        raise NotFoundError(Reason.ROUND_UNKNOWN, round=arrival.round_id[:24])
    if document.question_hash != row.question_hash:
        raise BadInputError(Reason.OTHER_ADDRESS)
    phase = phase_from_text(row.phase, until=row.decide_until, closes=row.closes)
    return Place(phase, standing_from_row(standing), row.waiting_for)


def keep_message(
    session: Session, *, arrival: Arrival, place: Place, event: HubEvent, hub: Hub, now: datetime
) -> Recorded:
    """Move the collective's standing, store the message byte for byte with its receipt, and write the audit line."""
    standing, _ = hub_receives(place.phase, place.standing, event, now=now)
    receipt = wire.seal(
        Receipt(
            round_id=arrival.round_id,
            collective=arrival.collective,
            content_hash=arrival.content,
            received=now.replace(microsecond=0),
        ),
        [hub.key],
    )
    session.execute(
        insert(MESSAGES),
        {
            "content_hash": arrival.content,
            "kind": arrival.kind,
            "round_id": arrival.round_id,
            "collective_id": arrival.collective,
            "envelope": arrival.body.decode("utf-8"),
            "receipt": receipt.decode("utf-8"),
            "received": now,
        },
    )
    _move(session, arrival, standing)
    is_last = _was_waited_for(place) and _one_less(session, arrival.round_id, place.waiting_for - 1, now)
    by = Actor(ActorKind.COLLECTIVE, arrival.collective)
    record(session, by=by, verb=f"record_{arrival.kind}", subject=arrival.round_id, now=now)
    return Recorded(receipt, is_new=True, is_last=is_last)


def standing_from_row(row: Row[tuple[object, ...]]) -> Standing:
    """Rebuild a standing from its row."""
    match row.standing:
        case "said_yes":
            return SaidYes(decision=row.decision)
        case "said_no":
            return SaidNo(decision=row.decision, refusal=RefusalClass(row.refusal))
        case "answered":
            return Answered(decision=row.decision, contribution=row.contribution)
        case _:
            return Invited()


def _was_waited_for(place: Place) -> bool:
    """Say whether the phase waited for this collective: for its decision, or for the answer of one that said yes."""
    return isinstance(place.standing, Invited if isinstance(place.phase, DecisionPhase) else SaidYes)


def _move(session: Session, arrival: Arrival, standing: Standing) -> None:
    values = {
        "standing": standing.standing,
        "decision": None if isinstance(standing, Invited) else standing.decision,
        "refusal": standing.refusal.value if isinstance(standing, SaidNo) else None,
        "contribution": standing.contribution if isinstance(standing, Answered) else None,
    }
    session.execute(_MOVE, {"round": arrival.round_id, "who": arrival.collective, **values})


def _one_less(session: Session, round_id: str, waiting_for: int, now: datetime) -> bool:
    """Write down that the phase waits for one fewer; return whether that was the last, and the phase is due now."""
    is_last = waiting_for == 0
    values = {"waiting_for": waiting_for, "due": now} if is_last else {"waiting_for": waiting_for}
    session.execute(_WAIT, {"round": round_id, **values})
    return is_last
