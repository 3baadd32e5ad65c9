"""What every test stands on: no network beyond loopback, one fixed noon."""

import sys
from datetime import UTC, datetime

import pytest
from hypothesis import settings

pytest_plugins = ("support.databases",)

# a machine that is busy with something else is not a failure
settings.register_profile("marke", deadline=None)
settings.load_profile("marke")

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def _refuse_other_hosts(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and str(address[0]) not in {"127.0.0.1", "::1", "localhost"}:
        raise RuntimeError(f"a test tried to reach {address[0]}; tests stay on loopback")


sys.addaudithook(_refuse_other_hosts)


@pytest.fixture
def noon() -> datetime:
    """Return the instant at which most tests happen."""
    return NOON
