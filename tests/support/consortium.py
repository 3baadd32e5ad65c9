"""A consortium for tests of the hub: people with keys, a hub, and collectives that answer as a node would."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from marke.protocol import wire
from marke.protocol.messages import (
    Cell,
    Contribution,
    Decision,
    Enrolment,
    HiddenCell,
    RefusalClass,
    ShownCell,
)
from marke.questions.check import CheckedQuestion
from marke.signing.envelope import Envelope, cosign
from marke.signing.keys import PrivateKey
from marke.signing.root import Constants
from marke.vocabulary.actor import Actor, ActorKind
from marke.vocabulary.ids import content_hash
from marke_ground.store.engine import Session, transaction
from marke_hub.config import Environment, HubConfig
from marke_hub.services.admit_collective import admit_collective, revoke_collective
from marke_hub.services.collect_signatures import collect_signatures, export_question
from marke_hub.services.draft_question import QuestionDraft, draft_question, read_question_draft
from marke_hub.services.found_consortium import Holder, OfflineRole, RootDraft, draft_root, publish_root
from marke_hub.services.hub import Hub
from marke_hub.services.invite_collective import invite_collective
from marke_hub.services.keep_directory import draft_directory, publish_directory
from marke_hub.services.offer_question import offer_question
from marke_hub.services.receive_enrolment import receive_enrolment
from marke_hub.services.trust_shelf import TrustShelf

BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OPERATOR = Actor(ActorKind.OPERATOR, "opr_aaaaaaaaaaaaaaaa")
MEANS = ("count", "sum", "squares")


def key_of(name: str) -> PrivateKey:
    """Return the key of somebody in the tests; the same name gives the same key."""
    return PrivateKey.from_seed(hashlib.sha256(name.encode()).digest())


def counting_chance() -> Callable[[int], bytes]:
    """Return chance that never repeats and is the same in every run."""
    numbers = count()
    return lambda size: hashlib.shake_256(str(next(numbers)).encode()).digest(size)


@dataclass
class MovingClock:
    """A clock that tests set forward."""

    instant: datetime = BEGIN

    def now(self) -> datetime:
        """Return the instant it stands at."""
        return self.instant

    def forward(self, **time: float) -> datetime:
        """Move on, and return the new instant."""
        self.instant += timedelta(**time)
        return self.instant


@dataclass(frozen=True)
class Collective:
    """A collective with its node's key."""

    id: str
    key: PrivateKey

    def decision(self, round_id: str, question: str, *, now: datetime, refusal: RefusalClass | None = None) -> bytes:
        """Sign a yes, or a no of some class."""
        return wire.seal(
            Decision(
                question_hash=question,
                round_id=round_id,
                collective=self.id,
                outcome="accepted" if refusal is None else "refused",
                refusal=refusal,
                decided=now,
            ),
            [self.key],
        )

    def contribution(
        self, round_id: str, checked: CheckedQuestion, shown: dict[str, tuple[int, ...]], *, now: datetime
    ) -> bytes:
        """Sign an answer with these groups shown and the others hidden."""
        cells: list[Cell] = [
            ShownCell(leaf=leaf, values=shown[leaf]) if leaf in shown else HiddenCell(leaf=leaf)
            for leaf in checked.layout.all_leaves
        ]
        return wire.seal(
            Contribution(
                round_id=round_id,
                question_hash=checked.hash,
                layout_hash=checked.layout.hash,
                collective=self.id,
                cells=tuple(cells),
                made=now,
            ),
            [self.key],
        )


@dataclass
class Consortium:
    """Alice's consortium: three people for every role, two of whom must sign; the directory too."""

    engine: Engine
    hub: Hub
    clock: Any = field(default_factory=MovingClock)
    """A MovingClock, or for real servers one that follows real time."""
    collectives: list[Collective] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Periods a test asked about, when it asks more than once."""

    @property
    def now(self) -> datetime:
        """Return the present instant of the test."""
        found: datetime = self.clock.instant
        return found

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open one transaction."""
        with transaction(self.engine) as session:
            yield session

    @property
    def network(self) -> str:
        """Return the hash of the first root: whom a token is for."""
        with self.session() as session:
            return self.hub.trust.network(session)

    def sign(self, envelope: bytes, role: str, people: int = 2) -> bytes:
        """Let the first so many people of a role sign a file, elsewhere."""
        signed = Envelope.from_bytes(envelope)
        for number in range(people):
            signed = cosign(signed, key_of(f"{role} {number}"))
        return signed.to_bytes()

    def root_draft(self, **changes: object) -> RootDraft:
        """Return what the founders wrote."""
        draft = RootDraft(
            consortium="Collectieven Samen",
            organisation="Collectieven Samen",
            demo=True,
            root=_role("root"),
            directory=_role("directory"),
            approvers=_role("approvers"),
            constants=Constants(
                smallest_round=2,
                smallest_group=10,
                smallest_group_special=15,
                shortest_decision_minutes=1,
                directory_age_days=0,
                pilot=True,
            ),
        )
        return draft.model_copy(update=changes)

    def found(self) -> None:
        """Hold the founding ceremony."""
        with self.session() as session:
            envelope = draft_root(session, draft=self.root_draft(), hub=self.hub, by=OPERATOR, now=self.now)
        signed = self.sign(envelope, "root")
        with self.session() as session:
            publish_root(session, envelope=signed, hub=self.hub, by=OPERATOR, now=self.now)

    def enrolment(self, name: str, label: str = "een dorp") -> bytes:
        """Invite a collective and return the signed request of its new node."""
        with self.session() as session:
            invitation = invite_collective(session, label=label, hub=self.hub, by=OPERATOR, now=self.now)
        key = key_of(name)
        return wire.seal(
            Enrolment(
                invitation=invitation.id,
                secret_hash=content_hash(f"{invitation.secret}|{key.public.to_text()}".encode()),
                collective_name=name,
                public_key=key.public.to_text(),
                capabilities=("own",),
                software="marke test",
                made=self.now,
            ),
            [key],
        )

    def enrol(self, *names: str) -> list[Collective]:
        """Let collectives join and publish the directory that names them."""
        for name in names:
            body = self.enrolment(name)
            with self.session() as session:
                waiting = receive_enrolment(session, body=body, now=self.now)
                found = admit_collective(
                    session, fingerprint=waiting.fingerprint, hub=self.hub, by=OPERATOR, now=self.now
                )
            self.collectives.append(Collective(found, key_of(name)))
        self.publish_directory()
        return self.collectives

    def revoke(self, collective: str) -> None:
        """Revoke a collective and publish the directory that says so."""
        with self.session() as session:
            revoke_collective(session, collective=collective, by=OPERATOR, now=self.now)
        self.publish_directory()

    def publish_directory(self) -> None:
        """Draft, sign and publish the next directory."""
        with self.session() as session:
            envelope = draft_directory(session, by=OPERATOR, now=self.now)
        with self.session() as session:
            signed = self.sign(envelope, "directory")
            publish_directory(session, envelope=signed, hub=self.hub, by=OPERATOR, now=self.now)

    def draft(self, **changes: object) -> CheckedQuestion:
        """Draft the sample question with some changes."""
        return self.draft_of(read_question_draft(SAMPLE_DRAFT).model_copy(update=changes))

    def sample(self, period: str = "2025", publication: str = "public") -> QuestionDraft:
        """Return the sample draft of some year, for some public."""
        text = SAMPLE_DRAFT.decode().replace("2025", period).replace('"public"', f'"{publication}"')
        return read_question_draft(text.encode())

    def draft_of(self, draft: QuestionDraft) -> CheckedQuestion:
        """Take in a draft."""
        with self.session() as session:
            return draft_question(session, draft=draft, hub=self.hub, by=OPERATOR, now=self.now).checked

    def approve(self, question: str, people: int = 2) -> None:
        """Let approvers sign a question, and bring the file back."""
        with self.session() as session:
            signed = self.sign(export_question(session, question=question), "approvers", people)
            collect_signatures(session, envelope=signed, hub=self.hub, by=OPERATOR, now=self.now)

    def offer(self, question: str) -> str:
        """Offer an approved question; returns the round."""
        with self.session() as session:
            return offer_question(session, question=question, hub=self.hub, by=OPERATOR, now=self.now)

    def ask(self, period: str = "2025", **changes: object) -> tuple[str, CheckedQuestion]:
        """Draft, approve and offer the sample question, of some year."""
        bundle = read_question_draft(SAMPLE_DRAFT).bundle.model_copy(update={"period": period})
        checked = self.draft(**{"bundle": bundle, **changes})
        self.approve(checked.hash)
        return self.offer(checked.hash), checked


def _role(name: str) -> OfflineRole:
    return OfflineRole(
        threshold=2,
        holders=tuple(
            Holder(
                key=key_of(f"{name} {number}").public, name=f"{name} {number}", organisation=f"organisation {number}"
            )
            for number in range(3)
        ),
    )


def new_consortium(engine: Engine, home: Path, clock: object | None = None) -> Consortium:
    """Return a consortium that was founded on an empty hub."""
    config = HubConfig(
        home=home, database_url=f"sqlite:///{home / 'hub.db'}", environment=Environment.DEMO, poll_seconds=1
    )
    hub = Hub(config=config, key=key_of("hub"), chance=counting_chance(), trust=TrustShelf(allow_demo=True))
    found = Consortium(engine, hub, clock or MovingClock())
    found.found()
    return found


SAMPLE_DRAFT = b"""
purpose = "benchmark"
publication = "public"
recipients = ["member_collectives"]
readings = ["table", "mean"]
requester = "werkgroep energie"
smallest_group = 10
smallest_round = 2
decide_minutes = 60
contribute_minutes = 60
spare_minutes = 0

[title]
nl = "Gasverbruik naar woningtype"
en = "Gas use by dwelling type"

[reason]
nl = "Om te zien welke woningen het meest kunnen winnen."
en = "To see which homes have most to gain."

[bundle]
variable = "energy.gas_use"
period = "2025"
breakdown = "dwelling_type"
statistics = ["count", "sum", "squares"]
"""
