"""Inviting: a one-time pass with the fingerprint of the first root, handed over outside the network."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert

from marke.protocol.messages import Invitation
from marke.signing.envelope import Envelope
from marke.signing.fingerprint import root_fingerprint
from marke.vocabulary.actor import Actor
from marke.vocabulary.ids import new_id
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.services.hub import Hub
from marke_hub.store.collectives import INVITATIONS

VALID: Final = timedelta(days=30)
_ID_BYTES, _SECRET_BYTES = 10, 16


def invite_collective(
    session: Session, *, label: str, hub: Hub, by: Actor, now: datetime, valid: timedelta = VALID
) -> Invitation:
    """Make an invitation for one collective; `label` is what operators call it. Raises before the hub is founded."""
    held = hub.trust.held(session)
    invitation = Invitation(
        id=new_id("inv", hub.chance(_ID_BYTES)),
        secret=hub.chance(_SECRET_BYTES).hex(),
        hub_url=hub.config.site_url,
        fingerprint=root_fingerprint(Envelope.from_text(held.roots[0]).payload),
        expires=now.replace(microsecond=0) + valid,
    )
    session.execute(
        insert(INVITATIONS).values(
            invitation_id=invitation.id,
            secret=invitation.secret,
            label=label[:80],
            made=now,
            expires=invitation.expires,
        )
    )
    record(session, by=by, verb="invite_collective", subject=invitation.id, now=now)
    return invitation
