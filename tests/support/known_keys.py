"""A small consortium with known keys: what tests of trust and of the wire stand on; pure values, no server.

The keys come from names, so every run signs the same bytes. They are known to everybody who reads this file.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from marke.codebook.model import Purpose
from marke.protocol.messages import Contribution, Decision, ShownCell
from marke.protocol.wire import seal
from marke.questions.model import (
    Bundle,
    Lane,
    Publication,
    Question,
    Reading,
    Recipient,
    Statistic,
    Windows,
)
from marke.signing.fingerprint import root_fingerprint
from marke.signing.keys import PrivateKey
from marke.signing.root import CollectiveEntry, Constants, Directory, KeyEntry, Role, RoleName, TrustRoot
from marke.signing.trust import TrustState
from marke.vocabulary.document import Bilingual
from marke.vocabulary.ids import content_hash

FOUNDED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def key_of(name: str) -> PrivateKey:
    """Return the key that belongs to a name, the same in every run."""
    return PrivateKey.from_seed(hashlib.sha256(f"test key of {name}".encode()).digest())


ROOT_KEYS = tuple(key_of(f"root {number}") for number in range(1, 6))
DIRECTORY_KEYS = tuple(key_of(f"directory {number}") for number in range(1, 4))
APPROVER_KEYS = tuple(key_of(f"approver {number}") for number in range(1, 6))
HUB_KEY = key_of("hub")

ALICE_KEY, BOB_KEY, CHARLIE_KEY = key_of("alice"), key_of("bob"), key_of("charlie")
ALICE, BOB, CHARLIE = "col_aliceaaaaaaaaaaa", "col_bobaaaaaaaaaaaaa", "col_charlieaaaaaaaaa"
"""Collectives: Alice's and Bob's were admitted, Charlie's was not."""

ROUND = "rnd_aaaaaaaaaaaaaaaa"

CONSTANTS = Constants(
    smallest_round=5,
    smallest_group=10,
    smallest_group_special=15,
    shortest_decision_minutes=60,
    directory_age_days=30,
    pilot=True,
)

Crew = Mapping[RoleName, tuple[Sequence[PrivateKey], int]]

CREW: Crew = {
    RoleName.ROOT: (ROOT_KEYS, 3),
    RoleName.DIRECTORY: (DIRECTORY_KEYS, 2),
    RoleName.APPROVERS: (APPROVER_KEYS, 3),
    RoleName.HUB: ((HUB_KEY,), 1),
}


def a_root(
    version: int = 1,
    *,
    crew: Crew | None = None,
    demo: bool = False,
    issued: datetime = FOUNDED,
    expires: datetime = FOUNDED + timedelta(days=365),
    constants: Constants = CONSTANTS,
) -> TrustRoot:
    """Return a root; `crew` replaces the keys and threshold of some roles."""
    filled = {**CREW, **(crew or {})}
    entries = {
        key.public.key_id: KeyEntry(key=key.public, name=f"{role.value} {place}", organisation=f"Organisatie {place}")
        for role, (keys, _) in filled.items()
        for place, key in enumerate(keys, start=1)
    }
    roles = {
        role: Role(keys=tuple(key.public.key_id for key in keys), threshold=threshold)
        for role, (keys, threshold) in filled.items()
    }
    return TrustRoot(
        version=version,
        consortium="Proefkoepel",
        demo=demo,
        issued=issued,
        expires=expires,
        keys=entries,
        roles=roles,
        constants=constants,
    )


def a_collective(
    collective: str = ALICE,
    key: PrivateKey = ALICE_KEY,
    *,
    admitted: datetime = FOUNDED,
    revoked: datetime | None = None,
) -> CollectiveEntry:
    """Return an entry of the directory."""
    return CollectiveEntry(id=collective, name=collective[4:9], key=key.public, admitted=admitted, revoked=revoked)


def a_directory(
    version: int = 1,
    collectives: Sequence[CollectiveEntry] | None = None,
    *,
    issued: datetime = NOON - timedelta(days=1),
    expires: datetime = NOON + timedelta(days=7),
) -> Directory:
    """Return a directory with Alice's and Bob's collectives, unless others are given."""
    found = (a_collective(), a_collective(BOB, BOB_KEY)) if collectives is None else tuple(collectives)
    return Directory(
        version=version,
        issued=issued,
        expires=expires,
        collectives=found,
        codebooks={"2026.1": content_hash(b"codebook")},
    )


def pinned(root: TrustRoot | None = None, *, now: datetime = NOON) -> TrustState:
    """Return the state of a node that has just compared the six words."""
    found = root or a_root()
    return TrustState.pin(
        seal(found, ROOT_KEYS[:3]), fingerprint=root_fingerprint(found.to_bytes()), now=now, allow_demo=found.demo
    )


def a_trust(directory: Directory | None = None, *, root: TrustRoot | None = None, now: datetime = NOON) -> TrustState:
    """Return a state that holds a root and a directory."""
    return pinned(root, now=now).with_directory(seal(directory or a_directory(), DIRECTORY_KEYS[:2]), now=now)


def a_question(
    *,
    not_before: datetime = NOON - timedelta(hours=1),
    expires: datetime = NOON + timedelta(days=30),
    smallest_group: int = 10,
    smallest_round: int = 5,
    decide_until: datetime = NOON + timedelta(days=21),
    nonce: str = "0" * 32,
) -> Question:
    """Return a question about gas use that the root's floors allow."""
    return Question(
        title=Bilingual(nl="Gasverbruik per soort woning", en="Gas use by kind of dwelling"),
        reason=Bilingual(nl="Om te zien waar isoleren helpt.", en="To see where insulation helps."),
        bundle=Bundle(
            variable="energy.gas_use",
            period="2025",
            breakdown="dwelling_type",
            statistics=(Statistic.COUNT, Statistic.SUM),
        ),
        readings=(Reading.TABLE, Reading.MEAN),
        codebook="2026.1",
        codebook_hash=content_hash(b"codebook"),
        lane=Lane.OWN,
        purpose=Purpose.BENCHMARK,
        recipients=(Recipient.CONSORTIUM,),
        publication=Publication.PUBLIC,
        smallest_group=smallest_group,
        smallest_round=smallest_round,
        requester="Proefkoepel",
        nonce=nonce,
        not_before=not_before,
        expires=expires,
        windows=Windows(decide_until=decide_until, contribute_minutes=72 * 60),
    )


def a_decision(collective: str = ALICE, *, decided: datetime = NOON - timedelta(minutes=1)) -> Decision:
    """Return a yes to the question."""
    return Decision(
        question_hash=content_hash(a_question().to_bytes()),
        round_id=ROUND,
        collective=collective,
        outcome="accepted",
        decided=decided,
    )


def a_contribution(
    collective: str = ALICE, *, made: datetime = NOON - timedelta(minutes=1), total: int = 12_345
) -> Contribution:
    """Return an answer with one group in it."""
    return Contribution(
        round_id=ROUND,
        question_hash=content_hash(a_question().to_bytes()),
        layout_hash=content_hash(b"layout"),
        collective=collective,
        cells=(ShownCell(leaf="terraced", values=(10, total)),),
        made=made,
    )
