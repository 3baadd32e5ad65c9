"""One-time sign-in links that the command line prints.

Opening a link shows a button and changes nothing, because mail and chat programs open links by themselves; pressing the
button consumes it. A link works once, for fifteen minutes, and its address holds a random token and nothing else.
"""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from marke.errors import UntrustedError
from marke.reasons import Reason
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.store.access import AccessTables
from marke_ground.store.engine import Session
from marke_ground.web.sessions import TOKEN_BYTES, token_hash
from marke_ground.web.site import Chance

LIFE = timedelta(minutes=15)
PATH = "/signin/"
"""A link is the site's address, this path and the token."""


def issue(session: Session, tables: AccessTables, *, actor: Actor, chance: Chance, now: datetime) -> str:
    """Make a link for somebody; returns its token. Print `<site address>/signin/<token>`."""
    token = chance(TOKEN_BYTES).hex()
    session.execute(
        insert(tables.links).values(
            token_hash=token_hash(token),
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            made=now,
            expires=now + LIFE,
        )
    )
    return token


def look(session: Session, tables: AccessTables, *, token: str, now: datetime) -> Actor:
    """Return whom an unused link is for, without using it.

    Raises UntrustedError(LINK_NOT_VALID) when it is unknown, used or too old; which of these is not told.
    """
    row = session.execute(
        select(tables.links.c.actor_kind, tables.links.c.actor_id).where(
            tables.links.c.token_hash == token_hash(token),
            tables.links.c.used.is_(None),
            tables.links.c.expires > now,
        )
    ).one_or_none()
    if row is None:
        raise UntrustedError(Reason.LINK_NOT_VALID)
    return Actor(ActorKind(row.actor_kind), row.actor_id)


def consume(session: Session, tables: AccessTables, *, token: str, now: datetime) -> Actor:
    """Use a link up and return whom it is for; raises UntrustedError(LINK_NOT_VALID) when it does not work (any more).

    One UPDATE decides, so that of two presses at the same moment one wins.
    """
    taken = session.execute(
        update(tables.links)
        .where(
            tables.links.c.token_hash == token_hash(token),
            tables.links.c.used.is_(None),
            tables.links.c.expires > now,
        )
        .values(used=now)
    )
    if taken.rowcount != 1:
        raise UntrustedError(Reason.LINK_NOT_VALID)
    row = session.execute(
        select(tables.links.c.actor_kind, tables.links.c.actor_id).where(tables.links.c.token_hash == token_hash(token))
    ).one()
    return Actor(ActorKind(row.actor_kind), row.actor_id)
