"""What the hub itself believes: every root and the newest directory, verified once per process and version."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from sqlalchemy import ScalarSelect, func, select

from marke.errors import NotFoundError, UntrustedError
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke.signing.fingerprint import root_fingerprint
from marke.signing.keys import PublicKey
from marke.signing.trust import TrustState
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


@dataclass
class TrustShelf:
    """Keeps the verified state of trust in memory, and reads it again only when a newer version was published."""

    allow_demo: bool
    _held: Held | None = None
    _keys: tuple[Heads, datetime, Mapping[str, PublicKey]] | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    def held(self, session: Session, *, now: datetime) -> Held:
        """Return what is believed now; raises NotFoundError(HUB_NOT_FOUNDED) before the first root is published."""
        heads = read_heads(session)
        if heads.root == 0:
            raise NotFoundError(Reason.HUB_NOT_FOUNDED)
        found = self._held
        if found is None or found.heads != heads:
            with self._lock:
                found = self._held = _restore(session, heads, now=now, allow_demo=self.allow_demo)
        return found

    def trust(self, session: Session, *, now: datetime) -> TrustState:
        """Return the state of trust; raises as `held` does."""
        return self.held(session, now=now).trust

    def token_keys(self, session: Session, *, now: datetime) -> Mapping[str, PublicKey]:
        """Return collective -> key of everybody who may call now; raises when root or directory has expired."""
        held = self.held(session, now=now)
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


def _restore(session: Session, heads: Heads, *, now: datetime, allow_demo: bool) -> Held:
    rows = session.execute(
        select(TRUST_DOCUMENTS.c.envelope).where(TRUST_DOCUMENTS.c.kind == "root").order_by(TRUST_DOCUMENTS.c.version)
    )
    roots = tuple(row.envelope for row in rows)
    directory: str | None = session.execute(
        select(TRUST_DOCUMENTS.c.envelope).where(
            TRUST_DOCUMENTS.c.kind == "directory", TRUST_DOCUMENTS.c.version == heads.directory
        )
    ).scalar()
    trust, directory = _believe(roots, directory, now=now, allow_demo=allow_demo)
    return Held(heads, trust, roots, directory)


def _believe(
    roots: tuple[str, ...], directory: str | None, *, now: datetime, allow_demo: bool
) -> tuple[TrustState, str | None]:
    """Verify what was published; a directory that a newer root disowned is dropped, so that a new one can come."""
    chain = [root.encode("utf-8") for root in roots]
    # the hub published the first root itself; people compare its words when they join
    words = root_fingerprint(Envelope.from_text(roots[0]).payload)
    if directory is not None:
        with suppress(UntrustedError):
            signed = directory.encode("utf-8")
            trust = TrustState.restore(chain, signed, fingerprint=words, now=now, allow_demo=allow_demo)
            return trust, directory
    return TrustState.restore(chain, None, fingerprint=words, now=now, allow_demo=allow_demo), None
