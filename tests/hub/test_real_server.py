"""The hub as operators run it: a real server, real HTTP over loopback, and kill -9 at any moment."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from marke.protocol.messages import PollAnswer, Result
from marke.questions.check import CheckedQuestion
from marke.signing.envelope import Envelope
from marke.signing.keys import NONCE_BYTES, SALT_BYTES, UNSAFE_COST_FOR_TESTS, seal_private_key
from marke.signing.tokens import mint_token
from marke_ground.store.engine import open_engine
from marke_ground.store.migrate import migrate
from marke_hub.config import MIGRATIONS
from support.consortium import Collective, Consortium, counting_chance, key_of, new_consortium
from support.databases import PostgresServer
from support.hub_door import ENVELOPE, JSON, poll_request

pytestmark = pytest.mark.whole

WHO = ("ada", "bea", "cor")
MESSAGES_IN_A_ROUND = 2 * len(WHO)
KILLS = 10
"""Of one server, about two seconds each on an idle computer."""


@dataclass
class RealTime:
    """The clock that the real server also has."""

    @property
    def instant(self) -> datetime:
        """Return the present instant, in whole seconds."""
        return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - a real server has real time

    def now(self) -> datetime:
        """Return the present instant."""
        return self.instant


@dataclass
class Server:
    """One hub in processes of its own."""

    home: Path
    database_url: str
    network: str
    url: str = ""
    process: subprocess.Popen[str] | None = None
    kills: int = 0
    client: httpx.Client = field(default_factory=lambda: httpx.Client(transport=httpx.HTTPTransport(retries=6)))

    def start(self) -> None:
        """Start it and wait until it answers."""
        environ = {
            **os.environ,
            "MARKE_HUB_HOME": str(self.home),
            "MARKE_HUB_DATABASE_URL": self.database_url,
            "MARKE_ENV": "demo",
            "MARKE_HUB_POLL_SECONDS": "0",
        }
        command = [sys.executable, "-m", "marke_deploy.cli", "hub", "serve", "--port", "0", "--json"]
        self.process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
        )
        assert self.process.stdout is not None
        self.url = json.loads(self.process.stdout.readline())["url"]
        assert self.client.get(f"{self.url}/.well-known/marke-hub").status_code == 200

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()

    def call(self, who: Collective, method: str, path: str, body: bytes, kind: str = ENVELOPE) -> httpx.Response:
        """Send one request with a token."""
        token = mint_token(
            who.key,
            issuer=who.id,
            audience=self.network,
            method=method,
            path=path,
            body=body,
            jti=os.urandom(16).hex(),
            now=RealTime().now(),
        )
        headers = {"content-type": kind, "authorization": f"Bearer {token}"}
        return self.client.request(method, f"{self.url}{path}", content=body, headers=headers, timeout=20)

    def put(self, who: Collective, kind: str, round_id: str, body: bytes) -> httpx.Response:
        """Put a decision or a contribution."""
        return self.call(who, "PUT", f"/api/v1/rounds/{round_id}/{kind}", body)

    def wait_for(self, who: Collective, entries: int) -> tuple[str, ...]:
        """Poll until the feed has so many entries; the hub moves rounds on by itself."""
        found: list[str] = []
        cursor = 0
        for _ in range(2000):
            body = poll_request(cursor).to_bytes()
            response = self.call(who, "POST", "/api/v1/node/poll", body, JSON)
            assert response.status_code == 200, response.text
            answer = PollAnswer.from_bytes(response.content)
            cursor = answer.cursor
            found.extend(answer.envelopes)
            if len(found) >= entries:
                return tuple(found)
        raise AssertionError("the hub did not move on")


@contextmanager
def _running(home: Path, database_url: str) -> Iterator[tuple[Server, Consortium]]:
    """Run a hub that three collectives joined."""
    home.mkdir()
    chance = counting_chance()
    sealed = seal_private_key(
        key_of("hub"), secret=b"geheim", salt=chance(SALT_BYTES), nonce=chance(NONCE_BYTES), cost=UNSAFE_COST_FOR_TESTS
    )
    (home / "hub.key").write_bytes(sealed)
    (home / "hub.secret").write_bytes(b"geheim")
    engine = open_engine(database_url)
    migrate(engine, MIGRATIONS)
    consortium = new_consortium(engine, home, RealTime())
    consortium.enrol(*WHO)
    running = Server(home, database_url, consortium.network)
    running.start()
    yield running, consortium
    running.kill()
    running.client.close()
    engine.dispose()


@pytest.fixture
def part(request: pytest.FixtureRequest) -> int:
    """Number the servers that are killed, so that they can be killed beside each other."""
    return int(request.param)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Server, Consortium]]:
    """Give a running hub on the default database."""
    with _running(tmp_path / "hub", f"sqlite:///{tmp_path / 'hub' / 'hub.db'}") as found:
        yield found


@pytest.fixture
def postgres_server(tmp_path: Path, postgres: PostgresServer) -> Iterator[tuple[Server, Consortium]]:
    """Give a running hub on PostgreSQL."""
    with _running(tmp_path / "hub", postgres.new_database(None)) as found:
        yield found


def _answers(consortium: Consortium, round_id: str, checked: CheckedQuestion) -> list[tuple[Collective, bytes]]:
    return [
        (who, who.contribution(round_id, checked, {"apartment": (10 + 2**i, 1000 * 2**i, 7)}, now=consortium.now))
        for i, who in enumerate(consortium.collectives)
    ]


def _one_round(server: Server, consortium: Consortium, period: str, kills: frozenset[int]) -> Result:
    """Ask and answer one question; kill and start the server before the numbered messages."""
    entries = 3 * len(consortium.asked)
    consortium.asked.append(period)
    round_id, checked = consortium.ask(period=period)
    ada, message = consortium.collectives[0], 0
    letters = [
        (who, "decision", who.decision(round_id, checked.hash, now=consortium.now)) for who in consortium.collectives
    ]
    for stage in range(2):
        for who, kind, body in letters:
            first = server.put(who, kind, round_id, body)
            if message in kills:
                server.kill()
                server.kills += 1
                server.start()
            message += 1
            again = server.put(who, kind, round_id, body)
            assert (first.status_code, again.status_code) == (201, 200), again.text
            assert again.content == first.content
        if stage == 0:
            server.wait_for(ada, entries + 2)
            letters = [(who, "contribution", body) for who, body in _answers(consortium, round_id, checked)]
    found = server.wait_for(ada, entries + 3)
    return Result.from_bytes(Envelope.from_text(found[-1]).payload)


def test_a_real_server_survives_kill_9_between_receipt_and_result(server: tuple[Server, Consortium]) -> None:
    running, consortium = server
    result = _one_round(running, consortium, "2024", kills=frozenset({5}))
    assert result.cells[0].values == (30 + 0b111, 1000 * 0b111, 21)
    assert (result.coverage.invited, result.coverage.answered) == (3, 3)


def _many_kills(server: tuple[Server, Consortium]) -> None:
    """Ask one question after the other until ten kills were survived; six in a round, one after each message."""
    running, consortium = server
    for number in range(-(-KILLS // MESSAGES_IN_A_ROUND)):
        left = min(MESSAGES_IN_A_ROUND, KILLS - number * MESSAGES_IN_A_ROUND)
        result = _one_round(running, consortium, str(2024 - number), kills=frozenset(range(left)))
        assert result.cells[0].values == (30 + 0b111, 1000 * 0b111, 21)
        assert (result.coverage.invited, result.coverage.answered) == (3, 3)
    assert running.kills == KILLS


@pytest.mark.deep
@pytest.mark.usefixtures("part")
@pytest.mark.parametrize("part", range(10), indirect=True)
def test_a_hundred_kills_of_a_real_server_lose_nothing_and_count_nothing_twice(
    server: tuple[Server, Consortium],
) -> None:
    _many_kills(server)


@pytest.mark.deep
@pytest.mark.postgres
@pytest.mark.usefixtures("part")
@pytest.mark.parametrize("part", range(2), indirect=True)
def test_twenty_kills_of_a_real_server_on_postgresql_lose_nothing_and_count_nothing_twice(
    postgres_server: tuple[Server, Consortium],
) -> None:
    _many_kills(postgres_server)


def test_an_idle_hub_is_small(server: tuple[Server, Consortium]) -> None:
    running, consortium = server
    _one_round(running, consortium, "2024", kills=frozenset())
    assert running.process is not None
    assert _resident_megabytes(running.process.pid) <= 150


def _resident_megabytes(pid: int) -> float:
    """Add up the resident memory of a process and of those it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return own / 1024 + sum(_resident_megabytes(int(child)) for child in children)
