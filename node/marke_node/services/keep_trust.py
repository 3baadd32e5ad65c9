"""Whom the node trusts: the chain of roots from the pinned one on, and the newest directory. Kept before it is used."""

from datetime import datetime

from sqlalchemy import func, insert, select

from marke.errors import NotFoundError
from marke.reasons import Reason
from marke.signing.trust import KeptDirectory, TrustState
from marke.vocabulary.actor import Actor
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_node.store.federation import FEDERATION, TRUST_DIRECTORIES, TRUST_ROOTS


def load_trust(session: Session, *, allow_demo: bool) -> TrustState:
    """Verify everything that was kept once more, in the order of keeping, and return the state of trust.

    Raises NotFoundError(NOT_JOINED), and whatever TrustState raises when what was kept does not hold any more: nothing
    is passed over, for a directory that was passed over would let an older one come back.
    """
    fingerprint = session.execute(select(FEDERATION.c.fingerprint)).scalar_one_or_none()
    texts = session.execute(select(TRUST_ROOTS.c.envelope).order_by(TRUST_ROOTS.c.version)).scalars()
    roots = [text.encode("utf-8") for text in texts]
    if fingerprint is None or not roots:
        raise NotFoundError(Reason.NOT_JOINED)
    rows = session.execute(_DIRECTORIES)
    directories = [KeptDirectory(row.envelope.encode("utf-8"), row.root_version) for row in rows]
    return TrustState.restore(roots, directories, fingerprint=fingerprint, allow_demo=allow_demo)


_DIRECTORIES = select(TRUST_DIRECTORIES.c.envelope, TRUST_DIRECTORIES.c.root_version).order_by(
    TRUST_DIRECTORIES.c.number
)


def kept_versions(session: Session) -> tuple[int, int]:
    """Return the newest root version and the number of directories that are kept; they say whether trust moved."""
    root, directory = session.execute(_KEPT_VERSIONS).one()
    return int(root), int(directory)


_KEPT_VERSIONS = select(
    select(func.coalesce(func.max(TRUST_ROOTS.c.version), 0)).scalar_subquery(),
    select(func.coalesce(func.max(TRUST_DIRECTORIES.c.number), 0)).scalar_subquery(),
)


def keep_root(session: Session, *, trust: TrustState, envelope: bytes, by: Actor, now: datetime) -> TrustState:
    """Move to the next root: verified by both key sets, and kept before it is used; the present one changes nothing."""
    moved = trust.with_root(envelope, now=now)
    if moved.root.version == trust.root.version:
        return moved
    session.execute(insert(TRUST_ROOTS).values(version=moved.root.version, envelope=envelope.decode("utf-8"), kept=now))
    record(session, by=by, verb="keep_root", subject=f"root:{moved.root.version}", now=now)
    return moved


def keep_directory(session: Session, *, trust: TrustState, envelope: bytes, by: Actor, now: datetime) -> TrustState:
    """Move to a newer directory; the one already held is left as it is."""
    moved = trust.with_directory(envelope, now=now)
    if moved.directory_version == trust.directory_version:
        return moved
    session.execute(
        insert(TRUST_DIRECTORIES).values(
            version=moved.directory.version,
            root_version=moved.root.version,
            envelope=envelope.decode("utf-8"),
            kept=now,
        )
    )
    record(session, by=by, verb="keep_directory", subject=f"directory:{moved.directory.version}", now=now)
    return moved
