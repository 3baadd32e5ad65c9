"""Server-side web sessions: a random token in the browser, its hash in the database, an end, and revocation.

The session is made new at every sign-in (no fixation), ends after half an hour without use and after twelve hours in
any case, and ends at once when it is revoked.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.store.access import AccessTables
from marke_ground.store.engine import Session
from marke_ground.web.site import Chance

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_STEP = timedelta(minutes=1)
TOKEN_BYTES = 32


@dataclass(frozen=True)
class WebSession:
    """Somebody is signed in."""

    token_hash: str
    actor: Actor
    seen: datetime
    expires: datetime


def token_hash(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def form_token(secret: str) -> str:
    """Return the CSRF token that belongs to a cookie's secret; the secret does not follow from it."""
    return hashlib.sha256(b"marke form|" + secret.encode("utf-8", "replace")).hexdigest()


def start(session: Session, tables: AccessTables, *, actor: Actor, chance: Chance, now: datetime) -> str:
    """Sign somebody in; returns the token for the cookie."""
    token = chance(TOKEN_BYTES).hex()
    session.execute(
        insert(tables.sessions).values(
            token_hash=token_hash(token),
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            started=now,
            seen=now,
            expires=now + LONGEST,
        )
    )
    return token


def find(session: Session, tables: AccessTables, *, token: str, now: datetime) -> WebSession | None:
    """Return the session of a token, or None when it is unknown, revoked, idle too long or over."""
    row = session.execute(
        select(tables.sessions).where(
            tables.sessions.c.token_hash == token_hash(token),
            tables.sessions.c.revoked.is_(None),
            tables.sessions.c.expires > now,
            tables.sessions.c.seen > now - IDLE,
        )
    ).one_or_none()
    if row is None:
        return None
    return WebSession(
        token_hash=row.token_hash,
        actor=Actor(ActorKind(row.actor_kind), row.actor_id),
        seen=row.seen,
        expires=row.expires,
    )


def touch(session: Session, tables: AccessTables, *, found: WebSession, now: datetime) -> None:
    """Remember that a session is in use; the guard does so at most once every `SEEN_STEP`."""
    session.execute(update(tables.sessions).where(tables.sessions.c.token_hash == found.token_hash).values(seen=now))


def revoke(session: Session, tables: AccessTables, *, token: str, now: datetime) -> None:
    """End the session of a token, if it has one."""
    session.execute(
        update(tables.sessions)
        .where(tables.sessions.c.token_hash == token_hash(token), tables.sessions.c.revoked.is_(None))
        .values(revoked=now)
    )


def revoke_all(session: Session, tables: AccessTables, *, actor: Actor, now: datetime) -> int:
    """End every session of one person; returns how many there were."""
    done = session.execute(
        update(tables.sessions)
        .where(
            tables.sessions.c.actor_kind == actor.kind.value,
            tables.sessions.c.actor_id == actor.id,
            tables.sessions.c.revoked.is_(None),
        )
        .values(revoked=now)
    )
    return done.rowcount
