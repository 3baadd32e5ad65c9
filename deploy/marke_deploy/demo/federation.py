"""The federation as one object: the demonstration, the fixture of the federation tests, and the benchmark."""

import gc
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from marke.codebook.builtin import read_builtin
from marke.reasons import Reason
from marke_deploy.demo.consortium import DemoConsortium, present
from marke_deploy.demo.population import SyntheticCollective, draw
from marke_deploy.demo.village import Village
from marke_hub.services.draft_question import QuestionDraft
from marke_hub.services.read_results import ResultView

_PAUSE_S = 0.01
_WITH_METER_FILE = 3
"""Every third collective imports the hourly file of one home."""


@dataclass(frozen=True)
class Plan:
    """How large a demonstration is."""

    collectives: int = 24
    households: int = 300
    seed: int = 1
    characters: bool = True
    """Whether some collectives have a board that looks at every question."""

    @property
    def asks_the_board(self) -> int | None:
        """Number of the collective whose board looks at every question and agrees."""
        return 2 if self.characters and self.collectives >= _ENOUGH_FOR_CHARACTERS else None

    @property
    def refuses(self) -> int | None:
        """Number of the collective whose board refuses."""
        return 5 if self.characters and self.collectives >= _ENOUGH_FOR_CHARACTERS else None


_ENOUGH_FOR_CHARACTERS = 8


@dataclass
class Asked:
    """One question on its way through the federation."""

    draft: QuestionDraft
    question_hash: str
    round_id: str
    seconds: float = 0.0
    """From the offer to the signed result at the hub."""
    refusals: list[tuple[str, Reason]] = field(default_factory=list)
    """Who refused and why: known here because the demonstration is all collectives at once; the hub knows a class."""
    outcome: ResultView | None = None


class Federation:
    """A founded consortium with a real hub process, and collectives with their own nodes.

    The agents take turns in one thread: the hub's process has the other core of a small machine.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        say: Callable[[str], None] = lambda _line: None,
        village: type[Village] = Village,
    ) -> None:
        self._village = village
        self.plan = plan
        self.folder = folder
        self.say = say
        self.villages: list[Village] = []
        self.asked: list[Asked] = []
        self.consortium = DemoConsortium(folder, collectives=plan.collectives)

    def gather(self, homes: Sequence[SyntheticCollective] | None = None) -> None:
        """Start the hub, make the nodes, let them join, admit them, and fill them with synthetic members."""
        self.consortium.start()
        homes = homes or draw(
            read_builtin(), collectives=self.plan.collectives, households=self.plan.households, seed=self.plan.seed
        )
        ports = free_ports(len(homes))
        self.say(f"{len(homes)} nodes are made, each with its own folder, key and database")
        nodes = self.folder / "nodes"
        self.villages = [
            self._village(one, nodes / f"{one.number:03d}", port) for one, port in zip(homes, ports, strict=True)
        ]
        self.consortium.wait_until_it_answers()
        fingerprints = [village.join(self.consortium) for village in self.villages]
        for village, collective in zip(self.villages, self.consortium.admit(fingerprints), strict=True):
            village.collective = collective
        self.say("members, consents and yearly totals are filled in; some homes by their meter's own file")
        for village in self.villages:
            self._settle(village)
        self.step_all()
        gc.freeze()  # a program that serves does not look again and again through what it loaded at its start

    def _settle(self, village: Village) -> None:
        number = village.homes.number
        village.settle(with_meter_file=number % _WITH_METER_FILE == 1)
        if number in {self.plan.asks_the_board, self.plan.refuses}:
            village.hold_everything()

    def ask(self, draft: QuestionDraft) -> Asked:
        """Let three approvers sign a question, offer it, and run every agent until the answer is combined."""
        question = self.consortium.approve(draft)
        begin = time.perf_counter()
        asked = Asked(draft, question, self.consortium.offer(question))
        waiting = set(range(len(self.villages)))
        while waiting:
            waiting -= {index for index in sorted(waiting) if self._step(self.villages[index], asked)}
            if asked.outcome is None and (outcome := self.consortium.outcome(asked.round_id)) is not None:
                asked.outcome, asked.seconds = outcome, time.perf_counter() - begin
            if waiting:
                time.sleep(_PAUSE_S)
        self.asked.append(asked)
        return asked

    def _step(self, village: Village, asked: Asked) -> bool:
        report = village.agent.step(present())
        for round_id in report.held:
            agrees = village.homes.number != self.plan.refuses
            village.board_decides(round_id, agrees=agrees)
            if not agrees:
                asked.refusals.append((village.homes.name, Reason.REFUSED_BY_BOARD))
        asked.refusals += [(village.homes.name, reason) for _, reason in (*report.refused, *report.took_back)]
        return asked.round_id in report.ended

    def step_all(self) -> None:
        """Let every agent do what is due, as each does by itself in a serving node."""
        for village in self.villages:
            village.agent.step(present())

    def close(self) -> None:
        """Stop the agents and the hub."""
        for village in self.villages:
            village.close()
        self.consortium.stop()


@contextmanager
def federation(
    plan: Plan,
    folder: Path | None = None,
    say: Callable[[str], None] = lambda _line: None,
    village: type[Village] = Village,
) -> Iterator[Federation]:
    """Run a federation in a folder, a temporary one when none is given, until the block ends."""
    place = folder or Path(tempfile.mkdtemp(prefix="marke-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    found = Federation(plan, place, say, village)
    try:
        yield found
    finally:
        found.close()
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """Return so many ports of this computer that nobody listens on."""
    doors = [socket.socket() for _ in range(count)]
    try:
        for door in doors:
            door.bind(("127.0.0.1", 0))
        return [int(door.getsockname()[1]) for door in doors]
    finally:
        for door in doors:
            door.close()
