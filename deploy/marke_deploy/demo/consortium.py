"""The demonstration's consortium: a founding ceremony, a real hub process, questions signed by three of five."""

import json
import os
import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from marke.errors import NotFoundError, UnreachableError
from marke.protocol.messages import Invitation
from marke.reasons import Reason
from marke.signing.root import Constants
from marke.vocabulary.actor import Actor, ActorKind
from marke_deploy.demo.people import make_people, role_of, sign_with
from marke_ground.store.engine import open_engine, reading, transaction
from marke_ground.store.migrate import migrate
from marke_ground.web import links
from marke_hub.config import MIGRATIONS, HubConfig
from marke_hub.services.admit_collective import admit_collective
from marke_hub.services.collect_signatures import collect_signatures
from marke_hub.services.draft_question import QuestionDraft, draft_question
from marke_hub.services.found_consortium import RootDraft, draft_root, publish_root
from marke_hub.services.hub import open_hub
from marke_hub.services.invite_collective import invite_collective
from marke_hub.services.keep_directory import draft_directory, publish_directory
from marke_hub.services.keep_operators import operator_named
from marke_hub.services.offer_question import offer_question
from marke_hub.services.read_results import ResultView, read_result
from marke_hub.store.hub_key import make_hub_key
from marke_hub.store.metadata import ACCESS

OPERATOR = Actor(ActorKind.OPERATOR, "demo")
APPROVERS, APPROVERS_NEEDED = 5, 3
DIRECTORY_KEEPERS, DIRECTORY_NEEDED = 3, 2
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0


def present() -> datetime:
    """Return the present instant: the demonstration is a shell, and real time enters here."""
    return datetime.now(UTC)  # noqa: TID251 - real time enters the demonstration here


class DemoConsortium:
    """Five people of five organisations, and the hub they run."""

    def __init__(self, folder: Path, *, collectives: int) -> None:
        self.folder = folder
        self.environ = {
            "MARKE_HUB_HOME": str(folder / "hub"),
            "MARKE_ENV": "demo",
            "MARKE_HUB_POLL_SECONDS": "0",
        }
        self.config = HubConfig.from_environ(self.environ)
        make_hub_key(self.config, secrets.token_bytes)
        self.engine = open_engine(self.config.database_url)
        migrate(self.engine, MIGRATIONS)
        self.hub = open_hub(self.config, secrets.token_bytes)
        self.approvers = make_people("approver", APPROVERS, folder / "people")
        self.keepers = make_people("directory", DIRECTORY_KEEPERS, folder / "people")
        self.founders = make_people("root", APPROVERS, folder / "people")
        self.process: subprocess.Popen[str] | None = None
        self.url = ""
        self._found(smallest_round=min(5, collectives))

    def _found(self, smallest_round: int) -> None:
        draft = RootDraft(
            consortium="Marke-demonstratie",
            organisation="Federatie Oost",
            demo=True,
            root=role_of(self.founders, APPROVERS_NEEDED),
            directory=role_of(self.keepers, DIRECTORY_NEEDED),
            approvers=role_of(self.approvers, APPROVERS_NEEDED),
            constants=Constants(
                smallest_round=smallest_round,
                smallest_group=10,
                smallest_group_special=15,
                shortest_decision_minutes=1,
                directory_age_days=0,
                pilot=True,
            ),
        )
        with transaction(self.engine) as session:
            envelope = draft_root(session, draft=draft, hub=self.hub, by=OPERATOR, now=present())
        signed = sign_with(envelope, self.founders, APPROVERS_NEEDED)
        (self.folder / "root.json").write_bytes(signed)
        with transaction(self.engine) as session:
            publish_root(session, envelope=signed, hub=self.hub, by=OPERATOR, now=present())

    def start(self) -> None:
        """Start the hub as a process of its own, on a free port of this computer; raises UnreachableError."""
        self._log = (self.folder / "hub.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "marke_deploy.cli", "hub", "serve", "--port", "0", "--json"],
            env={**os.environ, **self.environ},
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        first = self.process.stdout.readline() if self.process.stdout else ""
        if not first:
            raise UnreachableError(Reason.DEMO_HUB_SILENT, log=str(self.folder / "hub.log"))
        self.url = str(json.loads(first)["url"])

    def wait_until_it_answers(self) -> None:
        """Return once the hub answers over HTTP; raises UnreachableError after half a minute."""
        import httpx  # noqa: PLC0415 - only here

        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/.well-known/marke-hub", timeout=5).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise UnreachableError(Reason.DEMO_HUB_SILENT, log=str(self.folder / "hub.log"))

    def stop(self) -> None:
        """End the hub's process and let go of its database."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()  # crash-safe by design: nothing is lost by it
                self.process.wait()
            if self.process.stdout:
                self.process.stdout.close()
            self._log.close()
        self.engine.dispose()

    def invite(self, label: str) -> Invitation:
        """Make an invitation, as an operator hands it over."""
        with transaction(self.engine) as session:
            made = invite_collective(session, label=label, hub=self.hub, by=OPERATOR, now=present())
        return made.model_copy(update={"hub_url": self.url})

    def admit(self, fingerprints: list[str]) -> list[str]:
        """Admit the collectives whose six words were compared, and publish the directory that names them."""
        with transaction(self.engine) as session:
            found = [
                admit_collective(session, fingerprint=words, hub=self.hub, by=OPERATOR, now=present())
                for words in fingerprints
            ]
        with transaction(self.engine) as session:
            envelope = draft_directory(session, by=OPERATOR, now=present())
        signed = sign_with(envelope, self.keepers, DIRECTORY_NEEDED)
        with transaction(self.engine) as session:
            publish_directory(session, envelope=signed, hub=self.hub, by=OPERATOR, now=present())
        return found

    def approve(self, draft: QuestionDraft) -> str:
        """Draft a question and let three of the five approvers sign it; returns the question's hash."""
        with transaction(self.engine) as session:
            drafted = draft_question(session, draft=draft, hub=self.hub, by=OPERATOR, now=present())
        signed = sign_with(drafted.envelope, self.approvers, APPROVERS_NEEDED)
        with transaction(self.engine) as session:
            collect_signatures(session, envelope=signed, hub=self.hub, by=OPERATOR, now=present())
        return drafted.question_hash

    def offer(self, question: str) -> str:
        """Offer an approved question; returns the round."""
        with transaction(self.engine) as session:
            return offer_question(session, question=question, hub=self.hub, by=OPERATOR, now=present())

    def outcome(self, round_id: str) -> ResultView | None:
        """Return what came of a round, or None while it runs."""
        with reading(self.engine) as session:
            try:
                return read_result(session, round_id=round_id, hub=self.hub, public_only=False)
            except NotFoundError:
                return None

    def sign_in_link(self) -> str:
        """Return a one-time link to the console."""
        with transaction(self.engine) as session:
            operator = operator_named(session, label="demo", chance=self.hub.chance, by=OPERATOR, now=present())
            actor = Actor(ActorKind.OPERATOR, operator)
            token = links.issue(session, ACCESS, actor=actor, chance=self.hub.chance, now=present())
        return f"{self.url}{links.PATH}{token}"
