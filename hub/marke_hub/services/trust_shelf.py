"""What the hub itself believes: every root and the newest directory, verified once per process and version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from sqlalchemy import Row, ScalarSelect, func, select

from marke.errors import NotFoundError
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke.signing.fingerprint import root_fingerprint
from marke.signing.keys import PublicKey
from marke.signing.trust import KeptDirectory, TrustState
from marke_ground.store.engine import Session
from marke_hub.store.trust import TRUST_DOCUMENTS

_KEYS_KEPT: Final = timedelta(seconds=30)
"""How long the table of token keys may lag behind a revocation that was announced for a moment in the future."""


@dataclass(frozen=True)
class Heads:
    """The newest versions that were published; 0 while there is none."""

    root: int
    directory: int


@dataclass(frozen=True)
class Held:
    """Everything verified under one pair of versions."""

    heads: Heads
    trust: TrustState
    roots: tuple[str, ...]
    """Envelopes as text, version 1 first."""
    directory: str | None
    """The envelope with the signatures that count now; None while there is none, or its keys were taken away."""


@dataclass
class TrustShelf:
    """Keeps the verified state of trust in memory, and reads it again only when a newer version was published."""

    allow_demo: bool
    _held: Held | None = None
    _keys: tuple[Heads, datetime, Mapping[str, PublicKey]] | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    def held(self, session: Session) -> Held:
        """Return what is believed, whatever the clock says: each use looks at the dates itself.

        Raises NotFoundError(HUB_NOT_FOUNDED) before the first root is published.
        """
        heads = read_heads(session)
        if heads.root == 0:
            raise NotFoundError(Reason.HUB_NOT_FOUNDED)
        found = self._held
        if found is None or found.heads != heads:
            with self._lock:
                found = self._held = _restore(session, heads, allow_demo=self.allow_demo)
        return found

    def trust(self, session: Session) -> TrustState:
        """Return the state of trust; raises as `held` does."""
        return self.held(session).trust

    def network(self, session: Session) -> str:
        """Return the name of the federation, to which tokens are bound; no later root changes it."""
        return (self._held or self.held(session)).trust.network

    def token_keys(self, session: Session, *, now: datetime) -> Mapping[str, PublicKey]:
        """Return collective -> key of everybody who may call now; raises when root or directory has expired."""
        held = self.held(session)
        kept = self._keys
        if kept is None or kept[0] != held.heads or not timedelta(0) <= now - kept[1] < _KEYS_KEPT:
            kept = self._keys = (held.heads, now, held.trust.collective_keys(now=now))
        return kept[2]


def _newest(kind: str) -> ScalarSelect[Any]:
    return select(func.max(TRUST_DOCUMENTS.c.version)).where(TRUST_DOCUMENTS.c.kind == kind).scalar_subquery()


_HEADS: Final = select(_newest("root").label("root"), _newest("directory").label("directory"))


def read_heads(session: Session) -> Heads:
    """Return the newest published versions, in one look."""
    row = session.execute(_HEADS).one()
    return Heads(row.root or 0, row.directory or 0)


def _restore(session: Session, heads: Heads, *, allow_demo: bool) -> Held:
    """Verify what was published once more, in the order of publishing, exactly as a node does after a restart."""
    rows = session.execute(_PUBLISHED).all()
    roots = [row for row in rows if row.kind == "root"]
    directories = [
        KeptDirectory(row.envelope.encode("utf-8"), _root_of(row, roots)) for row in rows if row.kind == "directory"
    ]
    # the hub published the first root itself; people compare its words when they join
    words = root_fingerprint(Envelope.from_text(roots[0].envelope).payload)
    chain = [row.envelope.encode("utf-8") for row in roots]
    trust = TrustState.restore(chain, directories, fingerprint=words, allow_demo=allow_demo)
    found = trust.directory_envelope
    return Held(heads, trust, tuple(row.envelope for row in roots), None if found is None else found.to_text())


_PUBLISHED: Final = select(TRUST_DOCUMENTS).order_by(TRUST_DOCUMENTS.c.version)


def _root_of(row: Row[tuple[object, ...]], roots: Sequence[Row[tuple[object, ...]]]) -> int:
    """Return the root under which a directory was published; rows of before that was noted say when it was."""
    if row.root_version is not None:
        return int(row.root_version)
    return max((int(root.version) for root in roots if root.published <= row.published), default=1)
