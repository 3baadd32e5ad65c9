"""Joining: pin the root whose six words a person compared, ask for admission, and find oneself in the directory."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from marke.clock import instant_to_text
from marke.errors import ConflictError, NotFoundError, UntrustedError
from marke.protocol.messages import Enrolment, Invitation
from marke.protocol.wire import seal
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke.signing.keys import PrivateKey
from marke.signing.trust import TrustState
from marke.vocabulary.actor import SYSTEM, Actor
from marke.vocabulary.ids import content_hash
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_node.services.pipeline_steps import CAPABILITIES
from marke_node.store.federation import AGENT_STATE, FEDERATION, ONE_ROW, TRUST_ROOTS

_FEDERATION = select(FEDERATION)


@dataclass(frozen=True)
class Pinned:
    """The first root as it came, and the trust that a person gave it by comparing its six words."""

    envelope: bytes
    trust: TrustState


@dataclass(frozen=True)
class Membership:
    """The federation this node joined, or asked to join."""

    hub_url: str
    collective_name: str
    collective: str | None
    """Absent until the consortium admitted the node."""
    enrolment: bytes
    asked: datetime


def join_federation(
    session: Session, *, invitation: Invitation, pinned: Pinned, request: bytes, by: Actor, now: datetime
) -> None:
    """Write down whom to trust and what was asked.

    Until the node is admitted it may ask again, on a new invitation of the same federation. Raises ConflictError
    (JOINED_ALREADY) and UntrustedError(INVITATION_EXPIRED).
    """
    if now >= invitation.expires:
        raise UntrustedError(Reason.INVITATION_EXPIRED, day=instant_to_text(invitation.expires))
    trust = pinned.trust
    before = session.execute(_FEDERATION).one_or_none()
    asked = {
        "hub_url": invitation.hub_url,
        "collective_name": Enrolment.from_bytes(Envelope.from_bytes(request).payload).collective_name,
        "enrolment": request.decode("utf-8"),
        "asked": now,
    }
    if before is None:
        session.execute(insert(FEDERATION).values(id=ONE_ROW, fingerprint=trust.fingerprint, **asked))
        root = {"version": trust.root.version, "envelope": pinned.envelope.decode("utf-8"), "kept": now}
        session.execute(insert(TRUST_ROOTS).values(root))
        session.execute(insert(AGENT_STATE).values(id=ONE_ROW, cursor=0, next_poll=now, wait_s=0))
    elif before.collective is None and before.fingerprint == trust.fingerprint:
        session.execute(update(FEDERATION).values(**asked))
    else:
        raise ConflictError(Reason.JOINED_ALREADY)
    record(session, by=by, verb="join_federation", subject=invitation.id, now=now)


def enrolment_of(
    invitation: Invitation, *, collective_name: str, key: PrivateKey, software: str, now: datetime
) -> bytes:
    """Return the signed request for admission. The secret travels only as a hash that is bound to this key."""
    public = key.public.to_text()
    request = Enrolment(
        invitation=invitation.id,
        secret_hash=content_hash(f"{invitation.secret}|{public}".encode()),
        collective_name=collective_name,
        public_key=public,
        capabilities=CAPABILITIES,
        software=software,
        made=now.replace(microsecond=0),
    )
    return seal(request, [key])


def has_asked(session: Session) -> bool:
    """Say whether a request for admission is written down, which the agent sends again by itself."""
    return session.execute(select(FEDERATION.c.id)).first() is not None


def read_membership(session: Session) -> Membership:
    """Return what this node joined; raises NotFoundError(NOT_JOINED)."""
    row = session.execute(_FEDERATION).one_or_none()
    if row is None:
        raise NotFoundError(Reason.NOT_JOINED)
    return Membership(
        hub_url=row.hub_url,
        collective_name=row.collective_name,
        collective=row.collective,
        enrolment=row.enrolment.encode("utf-8"),
        asked=row.asked,
    )


def notice_admission(session: Session, *, trust: TrustState, key: PrivateKey, now: datetime) -> str | None:
    """Look for the node's own key in the directory; keep and return the collective's id once it is there."""
    entry = None if trust.held_directory is None else trust.directory.entry_of_key(key.public.key_id)
    if entry is None or not entry.may_speak(now=now):
        return None
    session.execute(
        update(FEDERATION).where(FEDERATION.c.collective.is_(None)).values(collective=entry.id, admitted=now)
    )
    record(session, by=SYSTEM, verb="notice_admission", subject=entry.id, now=now)
    return entry.id
