"""The two documents that trust hangs from: the root (roles, keys, constants) and the directory. Protocol 4.

Here stands what they may say; how a node moves from one version to the next stands in `marke.signing.trust`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from marke.signing.keys import KeyText, PublicKey
from marke.vocabulary.document import Document, Instant, Line, Sha256
from marke.vocabulary.ids import CollectiveId, KeyId

ROOT_PAYLOAD_TYPE: Final = "application/vnd.marke.root.v1+json"
DIRECTORY_PAYLOAD_TYPE: Final = "application/vnd.marke.directory.v1+json"

HARD_FLOOR_COLLECTIVES: Final = 5
"""No consortium may publish over fewer (architecture 7); a demo, whose households are synthetic, may."""

_Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class RoleName(StrEnum):
    """Who may say what. The hub's online key relays and orders; it can neither ask, nor admit, nor rewrite."""

    ROOT = "root"
    DIRECTORY = "directory"
    APPROVERS = "approvers"
    HUB = "hub"


OFFLINE_ROLES: Final = (RoleName.ROOT, RoleName.DIRECTORY, RoleName.APPROVERS)


class KeyEntry(Document):
    """A key of the consortium, and who holds it: an office, never a private person's data."""

    key: KeyText
    name: Line
    organisation: Line


class Role(Document):
    """Keys that may speak in this role, and how many of them must."""

    keys: tuple[KeyId, ...] = Field(min_length=1, max_length=32)
    threshold: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _can_be_met(self) -> "Role":
        if len(set(self.keys)) != len(self.keys):
            raise ValueError("a key stands twice in one role")
        if self.threshold > len(self.keys):
            raise ValueError("the threshold is higher than the number of keys")
        return self


class Constants(Document):
    """What no question and no node may go below; a change needs the root's keys."""

    smallest_round: Annotated[int, Field(ge=1)]
    """Fewest answering collectives for any figure."""
    smallest_group: Annotated[int, Field(ge=5)]
    """Fewest households in a group that is shown."""
    smallest_group_special: Annotated[int, Field(ge=5)]
    """The same for special categories such as health and income."""
    shortest_decision_minutes: Annotated[int, Field(ge=0)]
    """Shortest window in which collectives decide."""
    directory_age_days: Annotated[int, Field(ge=0)]
    """Days that a collective stands in the directory before it counts."""
    pilot: bool
    """Says openly that this consortium is below the ordinary sizes."""

    @model_validator(mode="after")
    def _special_is_stricter(self) -> "Constants":
        if self.smallest_group_special < self.smallest_group:
            raise ValueError("smallest_group_special is below smallest_group")
        return self


class TrustRoot(Document):
    """One version of the consortium's constitution in keys; signed by a threshold of the root role."""

    type: Literal["marke/root/1"] = "marke/root/1"
    version: _Version
    consortium: Line
    demo: bool
    issued: Instant
    expires: Instant
    keys: Mapping[KeyId, KeyEntry]
    roles: Mapping[RoleName, Role]
    constants: Constants

    @model_validator(mode="after")
    def _holds_together(self) -> "TrustRoot":
        if self.expires <= self.issued:
            raise ValueError("it expires before it is issued")
        _check_keys(self.keys, self.roles)
        if not self.demo:
            _check_production(self.keys, self.roles, self.constants)
        return self

    def keys_of(self, role: RoleName) -> Mapping[str, PublicKey]:
        """Return the public keys of a role by key id."""
        return {key_id: self.keys[key_id].key for key_id in self.roles[role].keys}

    def threshold_of(self, role: RoleName) -> int:
        """Return how many distinct keys of the role must sign."""
        return self.roles[role].threshold


class CollectiveEntry(Document):
    """A collective that the consortium admitted: its node's key, since when, and until when."""

    id: CollectiveId
    name: Line
    key: KeyText
    admitted: Instant
    revoked: Instant | None = None

    def may_speak(self, *, now: datetime) -> bool:
        """Say whether the collective is admitted and not revoked at this moment."""
        return self.admitted <= now and (self.revoked is None or now < self.revoked)


class Directory(Document):
    """Who takes part and what codebooks mean; signed by a threshold of the directory role."""

    type: Literal["marke/directory/1"] = "marke/directory/1"
    version: _Version
    issued: Instant
    expires: Instant
    collectives: tuple[CollectiveEntry, ...]
    codebooks: Mapping[Line, Sha256]
    """Codebook version -> content hash: a word means the same at every node."""

    @model_validator(mode="after")
    def _names_each_once(self) -> "Directory":
        if self.expires <= self.issued:
            raise ValueError("it expires before it is issued")
        if len({entry.id for entry in self.collectives}) != len(self.collectives):
            raise ValueError("a collective stands in it twice")
        if len({entry.key.key_id for entry in self.collectives}) != len(self.collectives):
            raise ValueError("two collectives have one key")
        return self

    def entry(self, collective: str) -> CollectiveEntry | None:
        """Return the collective with this id, or None when it was never admitted."""
        return next((entry for entry in self.collectives if entry.id == collective), None)

    def entry_of_key(self, key_id: str) -> CollectiveEntry | None:
        """Return the collective that speaks with this key, or None."""
        return next((entry for entry in self.collectives if entry.key.key_id == key_id), None)

    def counting(self, constants: Constants, *, now: datetime) -> tuple[CollectiveEntry, ...]:
        """Return the collectives that count: admitted at least the root's number of days, and not revoked."""
        since = now - timedelta(days=constants.directory_age_days)
        return tuple(entry for entry in self.collectives if entry.may_speak(now=now) and entry.admitted <= since)


def _check_keys(keys: Mapping[str, KeyEntry], roles: Mapping[RoleName, Role]) -> None:
    if set(roles) != set(RoleName):
        raise ValueError("a role is missing")
    if any(entry.key.key_id != key_id for key_id, entry in keys.items()):
        raise ValueError("a key stands under another key's id")
    used = {key_id for role in roles.values() for key_id in role.keys}
    if used != set(keys):
        raise ValueError("a role names a key that is not listed, or a listed key has no role")
    if set(roles[RoleName.HUB].keys) & {key_id for name in OFFLINE_ROLES for key_id in roles[name].keys}:
        raise ValueError("the hub's online key also has an offline role")


def _check_production(keys: Mapping[str, KeyEntry], roles: Mapping[RoleName, Role], constants: Constants) -> None:
    for name in OFFLINE_ROLES:
        if roles[name].threshold < 2:  # noqa: PLR2004 - one person alone
            raise ValueError(f"one person alone could act as {name.value}")
    root = roles[RoleName.ROOT]
    if len({keys[key_id].organisation for key_id in root.keys}) < root.threshold:
        raise ValueError("the root's keys are held by too few organisations")
    if constants.smallest_round < HARD_FLOOR_COLLECTIVES:
        raise ValueError("smallest_round is below the hard floor of five collectives")
