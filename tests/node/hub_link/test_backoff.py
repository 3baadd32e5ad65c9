"""Waiting before trying again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marke.errors import ProgrammerError
from marke_node.hub_link.backoff import LONGEST_WAIT_S, SHORTEST_WAIT_S, next_wait


@given(st.integers(0, 10_000), st.binary(min_size=8, max_size=8))
def test_a_wait_lies_between_five_seconds_and_a_quarter_of_an_hour(previous: int, chance: bytes) -> None:
    wait = next_wait(previous, chance)
    assert SHORTEST_WAIT_S <= wait <= LONGEST_WAIT_S
    assert wait <= 3 * max(previous, SHORTEST_WAIT_S)


def test_waits_reach_the_longest_and_spread() -> None:
    waits = {next_wait(300, bytes([number]) * 8) for number in range(256)}
    assert len(waits) > 100
    assert max(waits) > 800


def test_a_wait_takes_eight_bytes_of_chance() -> None:
    with pytest.raises(ProgrammerError):
        next_wait(0, b"")
