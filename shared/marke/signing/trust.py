"""What a program believes about the consortium, as a value that can only move forward. No I/O: bytes in, state out.

The rules are those of TUF 5.3 (client workflow), applied to our root and directory; protocol 5 numbers them. The
caller fetches one root version at a time, and writes what it received to disk before it uses the state that came back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from marke.clock import instant_to_text
from marke.errors import UntrustedError
from marke.reasons import Reason
from marke.signing.envelope import Envelope, Opened, verify
from marke.signing.fingerprint import root_fingerprint, tidy
from marke.signing.keys import PublicKey
from marke.signing.root import (
    DIRECTORY_PAYLOAD_TYPE,
    ROOT_PAYLOAD_TYPE,
    CollectiveEntry,
    Directory,
    RoleName,
    TrustRoot,
)
from marke.vocabulary.ids import content_hash

CLOCK_TOLERANCE: Final = timedelta(seconds=300)
"""How far two clocks may differ before a message counts as coming from the future."""


LONGEST_LEAP: Final = 100_000
"""How many versions of the directory one step may skip, so that thieves of its keys cannot count to the end at once."""


@dataclass(frozen=True)
class KeptDirectory:
    """A directory as it was kept, and the version of the root under which it was believed then."""

    envelope: bytes = field(repr=False)
    root_version: int


@dataclass(frozen=True)
class TrustState:
    """The root and directory that are believed now, and the keys that were believed before.

    Made by `pin` or `restore`; moved by `with_root` and `with_directory`, which return a new state or raise and leave
    this one as it is. Every method raises UntrustedError (what is signed does not hold) or BadInputError (not a
    message at all).
    """

    root: TrustRoot
    root_payload: bytes = field(repr=False)
    network: str
    """The hash of the first root: the name of this federation, the same under every later root."""
    directory_envelope: Envelope | None = field(default=None, repr=False)
    """The held directory with the signatures that count under the present root."""
    held_directory: Directory | None = None
    directory_version: int = 0
    """The highest version that was ever held, also when its content was forgotten: what a node says when it asks."""
    retired: frozenset[str] = frozenset()
    """Key ids that earlier versions named and the present ones do not."""

    @classmethod
    def pin(cls, root_envelope: bytes, *, fingerprint: str, now: datetime, allow_demo: bool = False) -> "TrustState":
        """Begin to believe: a root whose six words a person compared (protocol 5.1).

        Raises WRONG_FINGERPRINT, DEMO_ROOT (a demo root outside a demo), and whatever `verify` raises.
        """
        state = _pinned(root_envelope, fingerprint, allow_demo=allow_demo)
        check_not_from_future(state.root.issued, now=now)
        return state

    @classmethod
    def restore(
        cls, roots: Sequence[bytes], directories: Sequence[KeptDirectory], *, fingerprint: str, allow_demo: bool = False
    ) -> "TrustState":
        """Believe again what was kept, root and directory in the order in which they were kept (protocol 5.7).

        It passes the very steps it passed when it came, so the state is the one that was left. The clock has no say:
        every date was looked at when the document came, and a clock that was set back must not make a node forget.
        What has expired is still held, so that an older one is refused, but opens nothing.
        """
        state = _pinned(roots[0], fingerprint, allow_demo=allow_demo)
        waiting = list(directories)
        for place, root in enumerate(roots):
            state = state if place == 0 else _followed(state, root)
            while waiting and waiting[0].root_version == state.root.version:
                state = _holding(state, Envelope.from_bytes(waiting.pop(0).envelope))
        if waiting:
            raise UntrustedError(Reason.SKIPPED_ROOT, held=state.root.version, offered=waiting[0].root_version)
        return state

    def with_root(self, data: bytes, *, now: datetime) -> "TrustState":
        """Move to the next version of the root (protocol 5.2).

        Hearing the present root again changes nothing. An expired root is accepted here, because it may introduce its
        successor; nothing else is opened under it. Raises ROLLED_BACK_ROOT, REPLACED_ROOT, SKIPPED_ROOT, REVOKED_KEY,
        TOO_FEW_SIGNATURES (of the old or of the new keys), DEMO_ROOT, NOT_YET_VALID.
        """
        state = _followed(self, data)
        if state is not self:
            check_not_from_future(state.root.issued, now=now)
        return state

    def with_directory(self, data: bytes, *, now: datetime) -> "TrustState":
        """Move to a later directory; versions may be skipped, never taken back (protocol 5.4).

        Hearing the present directory again changes nothing. Raises ROOT_EXPIRED, ROLLED_BACK_DIRECTORY,
        REPLACED_DIRECTORY, LEAPT_DIRECTORY, KEY_IN_TWO_ROLES, REVOKED_KEY, NOT_YET_VALID, and last of all
        DIRECTORY_EXPIRED.
        """
        self.check_root_fresh(now=now)
        state = _holding(self, Envelope.from_bytes(data))
        if state is not self:
            check_not_from_future(state.directory.issued, now=now)
        state.check_directory_fresh(now=now)
        return state

    @property
    def directory(self) -> Directory:
        """Return the directory that is believed; raises NO_DIRECTORY while there is none."""
        if self.held_directory is None:
            raise UntrustedError(Reason.NO_DIRECTORY)
        return self.held_directory

    @property
    def fingerprint(self) -> str:
        """Return the six words of the present root."""
        return root_fingerprint(self.root_payload)

    def open(self, envelope: bytes, *, payload_type: str, role: RoleName, now: datetime) -> Opened:
        """Open a message that a threshold of a role signed, under a root that has not expired (protocol 5.3)."""
        return self._open_by_role(Envelope.from_bytes(envelope), payload_type, role, self.root.threshold_of(role), now)

    def open_incomplete(self, envelope: bytes, *, payload_type: str, role: RoleName, now: datetime) -> Opened:
        """Open a message that is still collecting signatures of a role: at least one, fewer than it needs perhaps.

        For the desk where signatures are gathered. What it returns is not approved; only `open` says that.
        """
        return self._open_by_role(Envelope.from_bytes(envelope), payload_type, role, 1, now)

    def open_from(self, envelope: bytes, *, payload_type: str, collective: str, now: datetime) -> Opened:
        """Open a message that exactly this collective signed, admitted and not revoked at `now` (protocol 5.5).

        `now` is the moment of receipt. Raises ROOT_EXPIRED, DIRECTORY_EXPIRED, UNKNOWN_COLLECTIVE, NOT_YET_ADMITTED,
        REVOKED_COLLECTIVE, WRONG_SENDER (another collective signed it), and whatever `verify` raises.
        """
        entry = self._speaking(collective, now=now)
        found = Envelope.from_bytes(envelope)
        keys = {entry.key.key_id: entry.key}
        _refuse_retired(self.retired, found, keys)
        if any(one.key_id not in keys and self.directory.entry_of_key(one.key_id) for one in found.signatures):
            raise UntrustedError(Reason.WRONG_SENDER, collective=collective)
        return verify(found, payload_type=payload_type, keys=keys, threshold=1)

    def sender(self, envelope: bytes) -> CollectiveEntry:
        """Return the collective whose key the envelope names; says nothing yet about whether it signed.

        Raises REVOKED_KEY or UNKNOWN_SIGNER when no collective of the directory has that key.
        """
        signatures = Envelope.from_bytes(envelope).signatures
        if not signatures:
            raise UntrustedError(Reason.TOO_FEW_SIGNATURES, found=0, needed=1)
        key_id = signatures[0].key_id
        entry = self.directory.entry_of_key(key_id)
        if entry is None:
            raise UntrustedError(
                Reason.REVOKED_KEY if key_id in self.retired else Reason.UNKNOWN_SIGNER, key=key_id[:8]
            )
        return entry

    def collective_keys(self, *, now: datetime) -> Mapping[str, PublicKey]:
        """Return collective id -> key of everybody who may speak now: the keys that API tokens are checked with."""
        self.check_root_fresh(now=now)
        self.check_directory_fresh(now=now)
        return {entry.id: entry.key for entry in self.directory.collectives if entry.may_speak(now=now)}

    def check_root_fresh(self, *, now: datetime) -> None:
        """Return quietly while the root is valid; raises ROOT_EXPIRED after that."""
        if now >= self.root.expires:
            raise UntrustedError(Reason.ROOT_EXPIRED, version=self.root.version, day=instant_to_text(self.root.expires))

    def check_directory_fresh(self, *, now: datetime) -> None:
        """Return quietly while the directory is valid; raises NO_DIRECTORY or DIRECTORY_EXPIRED otherwise."""
        found = self.directory
        if now >= found.expires:
            raise UntrustedError(Reason.DIRECTORY_EXPIRED, version=found.version, day=instant_to_text(found.expires))

    def _open_by_role(
        self, envelope: Envelope, payload_type: str, role: RoleName, threshold: int, now: datetime
    ) -> Opened:
        keys = self.root.keys_of(role)
        _refuse_retired(self.retired, envelope, keys)
        opened = verify(envelope, payload_type=payload_type, keys=keys, threshold=threshold)
        self.check_root_fresh(now=now)
        return opened

    def _speaking(self, collective: str, *, now: datetime) -> CollectiveEntry:
        self.check_root_fresh(now=now)
        self.check_directory_fresh(now=now)
        entry = self.directory.entry(collective)
        if entry is None:
            raise UntrustedError(Reason.UNKNOWN_COLLECTIVE, collective=collective[:24])
        if now < entry.admitted:
            raise UntrustedError(Reason.NOT_YET_ADMITTED, collective=entry.id, day=instant_to_text(entry.admitted))
        refuse_after_revocation(entry, now)
        return entry


def check_not_from_future(stated: datetime, *, now: datetime) -> None:
    """Return quietly unless the stated moment lies beyond our clock and its tolerance; raises NOT_YET_VALID then."""
    if stated > now + CLOCK_TOLERANCE:
        raise UntrustedError(
            Reason.NOT_YET_VALID, day=instant_to_text(stated), minutes=round((stated - now).total_seconds() / 60)
        )


def refuse_after_revocation(entry: CollectiveEntry, moment: datetime) -> None:
    """Return quietly unless the collective was revoked at this moment; raises REVOKED_COLLECTIVE then."""
    if entry.revoked is not None and moment >= entry.revoked:
        raise UntrustedError(Reason.REVOKED_COLLECTIVE, collective=entry.id, day=instant_to_text(entry.revoked))


def _pinned(data: bytes, fingerprint: str, *, allow_demo: bool) -> TrustState:
    """Protocol 5.1, all but the date."""
    envelope = Envelope.from_bytes(data)
    if tidy(fingerprint) != root_fingerprint(envelope.payload):
        raise UntrustedError(Reason.WRONG_FINGERPRINT, found=root_fingerprint(envelope.payload))
    root = TrustRoot.from_exact_bytes(envelope.payload)
    _check_root_signatures(envelope, root, root)
    if root.demo and not allow_demo:
        raise UntrustedError(Reason.DEMO_ROOT)
    return TrustState(root, envelope.payload, content_hash(envelope.payload))


def _followed(state: TrustState, data: bytes) -> TrustState:
    """Protocol 5.2, all but the date; the present root leaves the state as it is."""
    envelope = Envelope.from_bytes(data)
    if envelope.payload_type != ROOT_PAYLOAD_TYPE:
        raise UntrustedError(Reason.WRONG_PAYLOAD_TYPE, expected=ROOT_PAYLOAD_TYPE)
    if envelope.payload == state.root_payload:
        return state
    root = TrustRoot.from_exact_bytes(envelope.payload)
    _check_next_version(state.root.version, root.version)
    _refuse_retired(state.retired, envelope, root.keys_of(RoleName.ROOT))
    _check_root_signatures(envelope, state.root, root)
    if root.demo != state.root.demo:
        raise UntrustedError(Reason.DEMO_ROOT)
    retired = (state.retired | set(state.root.keys)) - set(root.keys)
    return _without_stale_directory(replace(state, root=root, root_payload=envelope.payload, retired=retired))


def _check_root_signatures(envelope: Envelope, old: TrustRoot, new: TrustRoot) -> None:
    """Protocol 5.2: a threshold of the old keys and a threshold of the new keys, each counted apart."""
    keys = {**old.keys_of(RoleName.ROOT), **new.keys_of(RoleName.ROOT)}
    opened = verify(envelope, payload_type=ROOT_PAYLOAD_TYPE, keys=keys, threshold=1)
    for root in (old, new):
        found = len(set(opened.signers) & set(root.roles[RoleName.ROOT].keys))
        needed = root.threshold_of(RoleName.ROOT)
        if found < needed:
            raise UntrustedError(Reason.TOO_FEW_SIGNATURES, found=found, needed=needed)


def _check_next_version(held: int, offered: int) -> None:
    if offered < held:
        raise UntrustedError(Reason.ROLLED_BACK_ROOT, held=held, offered=offered)
    if offered == held:
        raise UntrustedError(Reason.REPLACED_ROOT, version=held)
    if offered > held + 1:
        raise UntrustedError(Reason.SKIPPED_ROOT, held=held, offered=offered)


def _holding(state: TrustState, envelope: Envelope) -> TrustState:
    """Protocol 5.4, all but the dates; the present directory leaves the state as it is."""
    held = state.directory_envelope
    if held is not None and envelope.payload == held.payload:
        return state
    keys = state.root.keys_of(RoleName.DIRECTORY)
    _refuse_retired(state.retired, envelope, keys)
    threshold = state.root.threshold_of(RoleName.DIRECTORY)
    opened = verify(envelope, payload_type=DIRECTORY_PAYLOAD_TYPE, keys=keys, threshold=threshold)
    directory = Directory.from_exact_bytes(opened.payload)
    _check_later_directory(state, directory)
    named = _collective_keys(directory)
    retired = (state.retired | _collective_keys(state.held_directory)) - named
    version = directory.version
    return replace(
        state, directory_envelope=envelope, held_directory=directory, directory_version=version, retired=retired
    )


def _check_later_directory(state: TrustState, directory: Directory) -> None:
    held = state.directory_version
    if directory.version < held:
        raise UntrustedError(Reason.ROLLED_BACK_DIRECTORY, held=held, offered=directory.version)
    if directory.version == held:
        raise UntrustedError(Reason.REPLACED_DIRECTORY, version=held)
    if directory.version > held + LONGEST_LEAP:
        raise UntrustedError(Reason.LEAPT_DIRECTORY, held=held, offered=directory.version, most=LONGEST_LEAP)
    if _collective_keys(directory) & set(state.root.keys):
        raise UntrustedError(Reason.KEY_IN_TWO_ROLES)


def _without_stale_directory(state: TrustState) -> TrustState:
    """Keep the directory only when a threshold of the new root's keys had signed it, and by those signatures.

    A directory by keys that were taken away is forgotten. Its number is not: whoever may still sign signed older ones
    too, and none of those may come back. A thief who counted ahead gained at most LONGEST_LEAP a step (ADR 0021).
    """
    envelope = state.directory_envelope
    if envelope is None:
        return state
    keys = state.root.keys_of(RoleName.DIRECTORY)
    still = tuple(one for one in envelope.signatures if one.key_id in keys)
    clash = _collective_keys(state.held_directory) & set(state.root.keys)
    if len(still) >= state.root.threshold_of(RoleName.DIRECTORY) and not clash:
        return replace(state, directory_envelope=replace(envelope, signatures=still))
    return replace(state, directory_envelope=None, held_directory=None)


def _collective_keys(directory: Directory | None) -> frozenset[str]:
    return frozenset() if directory is None else frozenset(entry.key.key_id for entry in directory.collectives)


def _refuse_retired(retired: frozenset[str], envelope: Envelope, keys: Iterable[str]) -> None:
    for one in envelope.signatures:
        if one.key_id in retired and one.key_id not in keys:
            raise UntrustedError(Reason.REVOKED_KEY, key=one.key_id[:8])
