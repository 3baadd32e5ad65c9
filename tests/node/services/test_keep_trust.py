"""What a node believes survives a restart whole: a directory that was replaced never comes back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from marke.errors import UntrustedError
from marke.protocol.wire import seal
from marke.signing.fingerprint import root_fingerprint
from marke.signing.root import RoleName
from marke.signing.trust import TrustState
from marke.vocabulary.actor import SYSTEM
from marke_ground.store.engine import open_engine, reading, transaction
from marke_node.services.keep_trust import keep_directory, keep_root, load_trust
from marke_node.store.federation import FEDERATION, TRUST_ROOTS
from marke_node.store.tables import METADATA
from support.known_keys import BOB, BOB_KEY, DIRECTORY_KEYS, NOON, ROOT_KEYS, a_collective, a_directory, a_root

WITHOUT_BOB = (a_collective(), a_collective(BOB, BOB_KEY, revoked=NOON - timedelta(hours=2)))


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Give the database of a node that pinned its first root."""
    found = open_engine("sqlite://")
    METADATA.create_all(found)
    joined = {"id": 1, "hub_url": "http://127.0.0.1:1", "collective_name": "Alice", "enrolment": "{}", "asked": NOON}
    with transaction(found) as session:
        words = root_fingerprint(a_root().to_bytes())
        session.execute(insert(FEDERATION).values(fingerprint=words, **joined))
        pinned = seal(a_root(), ROOT_KEYS[:3]).decode()
        session.execute(insert(TRUST_ROOTS).values(version=1, envelope=pinned, kept=NOON))
    yield found
    found.dispose()


def hear_directory(engine: Engine, envelope: bytes, *, now: datetime = NOON) -> TrustState:
    """Let a node that was just started hear a directory."""
    with transaction(engine) as session:
        trust = load_trust(session, allow_demo=False)
        return keep_directory(session, trust=trust, envelope=envelope, by=SYSTEM, now=now)


def believed(engine: Engine) -> TrustState:
    """Return what the node believes after it was switched off and on."""
    with reading(engine) as session:
        return load_trust(session, allow_demo=False)


def test_an_old_directory_does_not_come_back_when_a_signer_of_the_new_one_retires(engine: Engine) -> None:
    old = seal(a_directory(1), DIRECTORY_KEYS[:2])
    hear_directory(engine, old)
    held = hear_directory(engine, seal(a_directory(2, WITHOUT_BOB), DIRECTORY_KEYS))
    with transaction(engine) as session:
        root = seal(a_root(2, crew={RoleName.DIRECTORY: (DIRECTORY_KEYS[:2], 2)}), ROOT_KEYS[:3])
        held = keep_root(session, trust=held, envelope=root, by=SYSTEM, now=NOON)
    assert believed(engine) == held
    with pytest.raises(UntrustedError, match="rolled_back_directory"):
        hear_directory(engine, old)


def test_an_old_directory_does_not_come_back_when_the_clock_is_hours_slow(engine: Engine) -> None:
    old = seal(a_directory(1, issued=NOON - timedelta(days=3)), DIRECTORY_KEYS[:2])
    hear_directory(engine, old)
    hear_directory(engine, seal(a_directory(2, WITHOUT_BOB, issued=NOON), DIRECTORY_KEYS[:2]))
    with pytest.raises(UntrustedError, match="rolled_back_directory"):
        hear_directory(engine, old, now=NOON - timedelta(hours=3))
    assert believed(engine).directory_version == 2
