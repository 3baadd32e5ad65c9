"""Receiving a request to join. It admits nobody: a person compares the fingerprint of the key, and then people sign."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select, update

from marke.errors import BadInputError, ConflictError, UntrustedError
from marke.protocol import wire
from marke.protocol.messages import Enrolment
from marke.reasons import Reason
from marke.signing.fingerprint import six_words
from marke.signing.keys import PublicKey
from marke.vocabulary.actor import Actor, ActorKind
from marke.vocabulary.ids import content_hash
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.store.collectives import ENROLMENTS, INVITATIONS


@dataclass(frozen=True)
class Waiting:
    """The request is here; `fingerprint` are the six words of the node's key that both sides compare."""

    fingerprint: str
    is_new: bool


def receive_enrolment(session: Session, *, body: bytes, now: datetime) -> Waiting:
    """Keep a request that was signed by its own key and carries the secret of an invitation; again is harmless.

    Raises UntrustedError (INVITATION_UNKNOWN for an unknown, expired or wrong pass: which of them is not told),
    ConflictError(INVITATION_USED), and what opening an envelope raises.
    """
    enrolment = wire.open_enrolment(body, now=now).document
    key = PublicKey.from_text(enrolment.public_key)
    waiting = Waiting(six_words(key.raw), is_new=True)
    content = content_hash(body)
    if session.execute(select(ENROLMENTS.c.content_hash).where(ENROLMENTS.c.content_hash == content)).first():
        return Waiting(waiting.fingerprint, is_new=False)
    _use_invitation(session, enrolment, now)
    session.execute(
        insert(ENROLMENTS).values(
            content_hash=content,
            invitation_id=enrolment.invitation,
            name=enrolment.collective_name,
            public_key=enrolment.public_key,
            software=enrolment.software,
            envelope=body.decode("utf-8"),
            received=now,
        )
    )
    by = Actor(ActorKind.STRANGER, enrolment.invitation)
    record(session, by=by, verb="receive_enrolment", subject=content, now=now)
    return waiting


def _use_invitation(session: Session, enrolment: Enrolment, now: datetime) -> None:
    query = select(INVITATIONS).where(INVITATIONS.c.invitation_id == enrolment.invitation).with_for_update()
    row = session.execute(query).first()
    if row is not None and row.used is not None:
        raise ConflictError(Reason.INVITATION_USED)
    if row is None or now >= row.expires or not _knows_secret(row, enrolment):
        raise UntrustedError(Reason.INVITATION_UNKNOWN)
    known = select(ENROLMENTS.c.content_hash).where(ENROLMENTS.c.public_key == enrolment.public_key)
    if session.execute(known).first():
        raise BadInputError(Reason.KEY_IN_USE)
    session.execute(
        update(INVITATIONS).where(INVITATIONS.c.invitation_id == enrolment.invitation).values(used=now, secret=None)
    )


def _knows_secret(row: Row[tuple[object, ...]], enrolment: Enrolment) -> bool:
    expected = content_hash(f"{row.secret}|{enrolment.public_key}".encode())
    return row.secret is not None and hmac.compare_digest(expected, enrolment.secret_hash)
