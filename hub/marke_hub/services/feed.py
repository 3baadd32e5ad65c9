"""The feed of rounds: numbered without gaps, so that a node's cursor never skips an entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from sqlalchemy import bindparam, exists, func, insert, select, text

from marke_ground.store.engine import Session
from marke_hub.store.rounds import FEED, STANDINGS

FeedKind: TypeAlias = Literal["offer", "round", "void", "result"]

MOST_ENTRIES: Final = 100
"""Entries in one answer; the rest follows at once, `more` says so."""

MOST_BYTES: Final = 4 * 2**20
"""Characters of envelopes in one answer, so that a node on a thin line gets somewhere."""


@dataclass(frozen=True)
class FeedPage:
    """Some entries for one collective, oldest first, and where to go on."""

    envelopes: tuple[str, ...]
    cursor: int
    more: bool


_HEAD: Final = select(func.max(FEED.c.number))
_PAGE: Final = (
    select(FEED.c.number, FEED.c.envelope)
    .where(
        FEED.c.number > bindparam("after"),
        FEED.c.number <= bindparam("newest"),
        exists().where(STANDINGS.c.round_id == FEED.c.round_id, STANDINGS.c.collective_id == bindparam("collective")),
    )
    .order_by(FEED.c.number)
    .limit(MOST_ENTRIES + 1)
)


def append(session: Session, *, kind: FeedKind, round_id: str, envelope: str, now: datetime) -> int:
    """Add an entry and return its number. Writers wait for one another, so numbers appear in order."""
    if session.dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('marke feed'))"))
    number = head(session) + 1
    session.execute(insert(FEED).values(number=number, kind=kind, round_id=round_id, envelope=envelope, added=now))
    return number


def head(session: Session) -> int:
    """Return the number of the newest entry, 0 when there is none."""
    return int(session.execute(_HEAD).scalar() or 0)


def page(session: Session, *, collective: str, after: int) -> FeedPage:
    """Return what is new for a collective after its cursor; costs nothing when nothing is."""
    newest = head(session)
    if after >= newest:
        return FeedPage((), newest, more=False)
    rows = session.execute(_PAGE, {"collective": collective, "after": after, "newest": newest}).all()
    taken = _that_fit([(row.number, row.envelope) for row in rows])
    more = len(taken) < len(rows)
    return FeedPage(tuple(envelope for _, envelope in taken), taken[-1][0] if more else newest, more)


def _that_fit(rows: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    taken: list[tuple[int, str]] = []
    size = 0
    for number, envelope in rows[:MOST_ENTRIES]:
        size += len(envelope)
        if taken and size > MOST_BYTES:
            break
        taken.append((number, envelope))
    return taken
