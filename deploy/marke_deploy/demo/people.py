"""The people of the demonstration's consortium. Their keys are made anew each time and kept in folders of their own."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from marke.signing.envelope import Envelope, cosign
from marke.signing.keys import PrivateKey, StretchCost, seal_private_key
from marke_hub.services.found_consortium import Holder, OfflineRole

ORGANISATIONS = (
    "Federatie Oost",
    "Universiteit aan de Vecht",
    "Onderzoekshuis",
    "Koepel van Dorpen",
    "Stichting Stroom",
)
"""Organisations that do not exist."""

_RANDOM_SECRET_COST = StretchCost(memory_kib=8, passes=1, lanes=1)
"""The files are sealed with 256 random bits, which need no stretching."""


@dataclass(frozen=True)
class Person:
    """Somebody of one organisation who holds one key."""

    name: str
    organisation: str
    key: PrivateKey

    @property
    def holder(self) -> Holder:
        """Return the person as the root names them."""
        return Holder(key=self.key.public, name=self.name, organisation=self.organisation)


def make_people(role: str, count: int, folder: Path) -> tuple[Person, ...]:
    """Make so many people of a role, each with a sealed key file that `marke key sign` can use."""
    return tuple(_make_person(role, number, folder) for number in range(count))


def _make_person(role: str, number: int, folder: Path) -> Person:
    organisation = ORGANISATIONS[number % len(ORGANISATIONS)]
    key, secret = PrivateKey.from_seed(secrets.token_bytes(32)), secrets.token_hex(32).encode("ascii")
    sealed = seal_private_key(
        key, secret=secret, salt=secrets.token_bytes(16), nonce=secrets.token_bytes(12), cost=_RANDOM_SECRET_COST
    )
    place = folder / f"{role}-{number + 1}"
    place.mkdir(mode=0o700, parents=True)
    for name, data in (("person.key", sealed), ("person.secret", secret + b"\n")):
        (place / name).write_bytes(data)
        (place / name).chmod(0o600)
    return Person(f"{role} {number + 1}", organisation, key)


def role_of(people: Sequence[Person], threshold: int) -> OfflineRole:
    """Return the role these people fill together."""
    return OfflineRole(threshold=threshold, holders=tuple(person.holder for person in people))


def sign_with(envelope: bytes, people: Sequence[Person], count: int) -> bytes:
    """Let the first so many people sign a file, as each would on a machine of their own."""
    signed = Envelope.from_bytes(envelope)
    for person in people[:count]:
        signed = cosign(signed, person.key)
    return signed.to_bytes()
