"""Messages that were not believed: counted, so that the board and the consortium can see it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import func, insert, or_, select, update

from marke.errors import MarkeError
from marke.signing.envelope import Envelope
from marke.vocabulary.actor import SYSTEM
from marke.vocabulary.ids import content_hash
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_node.store.federation import INCIDENTS
from marke_node.store.rounds import RESULTS, ROUNDS

MOST_A_DAY: Final = 100
"""Different messages that are written down one by one; the rest of the day is one row with a count."""

_LONGEST_KIND = 80


@dataclass(frozen=True)
class Unbelieved:
    """A message that was refused, and why."""

    envelope: bytes = field(repr=False)
    error: MarkeError


def record_incidents(session: Session, *, refused: Sequence[Unbelieved], now: datetime) -> tuple[Unbelieved, ...]:
    """Write down which messages of one poll were refused and why; return them without those that were filed before.

    The same message again only raises its count. However much junk comes, it makes one audit line a poll and
    MOST_A_DAY rows a day. A message that was filed when it first came is no incident when it comes again after its
    key was withdrawn.
    """
    counted = tuple(one for one in refused if not _was_filed(session, one.envelope))
    known_today = _kept_on(session, now)
    new: list[Unbelieved] = []
    rest = 0
    for one in counted:
        content = content_hash(one.envelope)
        if _count_again(session, content, 1, now):
            continue
        if known_today + len(new) >= MOST_A_DAY:
            rest += 1
            continue
        _insert(session, content, _kind(one.envelope), one.error, 1, now)
        new.append(one)
    if rest:
        more = content_hash(f"more on {now.date().isoformat()}".encode())
        if not _count_again(session, more, rest, now):
            _insert(session, more, "more", counted[-1].error, rest, now)
            new.append(counted[-1])
    if new:
        first = new[0]
        details = {"reason": first.error.reason.value, "messages": len(counted)}
        subject = content_hash(first.envelope)
        record(session, by=SYSTEM, verb="refuse_message", subject=subject, now=now, details=details)
    return counted


def _was_filed(session: Session, envelope: bytes) -> bool:
    text = envelope.decode("utf-8", "replace")
    rounds = select(ROUNDS.c.id).where(or_(ROUNDS.c.offer == text, ROUNDS.c.opening == text))
    results = select(RESULTS.c.round_id).where(RESULTS.c.content_hash == content_hash(envelope))
    return any(session.execute(query).first() is not None for query in (rounds, results))


def _kept_on(session: Session, now: datetime) -> int:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    query = select(func.count()).select_from(INCIDENTS).where(INCIDENTS.c.first_seen >= midnight)
    return int(session.execute(query).scalar_one())


def _count_again(session: Session, content: str, times: int, now: datetime) -> bool:
    """Raise the count of an incident and say whether there is one."""
    change = update(INCIDENTS).where(INCIDENTS.c.content_hash == content)
    return session.execute(change.values(times=INCIDENTS.c.times + times, last_seen=now)).rowcount == 1


def _insert(session: Session, content: str, kind: str, error: MarkeError, times: int, now: datetime) -> None:
    row = {"content_hash": content, "kind": kind, "reason": error.reason.value, "times": times}
    session.execute(insert(INCIDENTS).values(first_seen=now, last_seen=now, **row))


def _kind(envelope: bytes) -> str:
    try:
        return Envelope.from_bytes(envelope).payload_type[:_LONGEST_KIND]
    except MarkeError:
        return "unreadable"
