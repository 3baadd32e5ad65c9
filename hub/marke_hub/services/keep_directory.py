"""The directory: drafted from what operators admitted and revoked, signed by people elsewhere, and published."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from marke.codebook.builtin import builtin_versions, read_builtin
from marke.protocol import wire
from marke.signing.keys import PublicKey
from marke.signing.root import CollectiveEntry, Directory
from marke.signing.trust import TrustState
from marke.vocabulary.actor import Actor
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.services.found_consortium import keep_trust_document
from marke_hub.services.hub import Hub
from marke_hub.services.trust_shelf import read_heads
from marke_hub.store.collectives import COLLECTIVES

VALID_DAYS: Final = 90


def draft_directory(session: Session, *, valid_days: int = VALID_DAYS, by: Actor, now: datetime) -> bytes:
    """Return the next directory as an envelope without signatures."""
    issued = now.replace(microsecond=0)
    rows = session.execute(select(COLLECTIVES).order_by(COLLECTIVES.c.admitted, COLLECTIVES.c.collective_id)).all()
    directory = Directory(
        version=read_heads(session).directory + 1,
        issued=issued,
        expires=issued + timedelta(days=valid_days),
        collectives=tuple(
            CollectiveEntry(
                id=row.collective_id,
                name=row.name,
                key=PublicKey.from_text(row.public_key),
                admitted=row.admitted,
                revoked=row.revoked,
            )
            for row in rows
        ),
        codebooks={version: read_builtin(version).hash for version in builtin_versions()},
    )
    details = {"collectives": len(rows)}
    record(session, by=by, verb="draft_directory", subject=f"directory:{directory.version}", now=now, details=details)
    return wire.seal(directory, [])


def publish_directory(session: Session, *, envelope: bytes, hub: Hub, by: Actor, now: datetime) -> TrustState:
    """Verify a signed directory against the root and publish it; hearing the present one again changes nothing."""
    before = hub.trust.trust(session)
    trust = before.with_directory(envelope, now=now)
    version = trust.directory_version
    if version != before.directory_version:
        keep_trust_document(session, kind="directory", trust=trust, envelope=envelope, now=now)
        record(session, by=by, verb="publish_directory", subject=f"directory:{version}", now=now)
    return trust
