"""Admitting: an operator compared the six words with the collective; the next directory will name it."""

from datetime import datetime

from sqlalchemy import Row, insert, select, update

from marke.errors import ConflictError, NotFoundError
from marke.reasons import Reason
from marke.signing.fingerprint import six_words, tidy
from marke.signing.keys import PublicKey
from marke.vocabulary.actor import Actor
from marke.vocabulary.ids import new_id
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.services.hub import Hub
from marke_hub.store.collectives import COLLECTIVES, ENROLMENTS

_ID_BYTES = 10


def admit_collective(session: Session, *, fingerprint: str, hub: Hub, by: Actor, now: datetime) -> str:
    """Admit the request whose key has these six words and return the collective's id; again returns the same id.

    The words are asked for, not the name: whoever admits must have compared them. Raises NotFoundError
    (ENROLMENT_UNKNOWN).
    """
    row = _waiting(session, tidy(fingerprint))
    if row.collective_id is not None:
        return str(row.collective_id)
    collective = new_id("col", hub.chance(_ID_BYTES))
    session.execute(
        insert(COLLECTIVES).values(
            collective_id=collective,
            name=row.name,
            public_key=row.public_key,
            admitted=now.replace(microsecond=0),
        )
    )
    session.execute(
        update(ENROLMENTS).where(ENROLMENTS.c.content_hash == row.content_hash).values(collective_id=collective)
    )
    record(session, by=by, verb="admit_collective", subject=collective, now=now)
    return collective


def _waiting(session: Session, fingerprint: str) -> Row[tuple[object, ...]]:
    rows = session.execute(select(ENROLMENTS)).all()
    found = [row for row in rows if six_words(PublicKey.from_text(row.public_key).raw) == fingerprint]
    if not found:
        raise NotFoundError(Reason.ENROLMENT_UNKNOWN)
    return found[0]


def revoke_collective(session: Session, *, collective: str, by: Actor, now: datetime) -> None:
    """Say that a collective's key is not to be believed from now on; it holds once the next directory is published.

    Raises NotFoundError(COLLECTIVE_UNKNOWN) and ConflictError(REVOKED_ALREADY).
    """
    query = select(COLLECTIVES.c.revoked).where(COLLECTIVES.c.collective_id == collective)
    row = session.execute(query).first()
    if row is None:
        raise NotFoundError(Reason.COLLECTIVE_UNKNOWN, collective=collective[:24])
    if row.revoked is not None:
        raise ConflictError(Reason.REVOKED_ALREADY, collective=collective)
    session.execute(
        update(COLLECTIVES).where(COLLECTIVES.c.collective_id == collective).values(revoked=now.replace(microsecond=0))
    )
    record(session, by=by, verb="revoke_collective", subject=collective, now=now)
