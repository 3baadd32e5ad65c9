"""How long to wait before trying again: decorrelated jitter between 5 seconds and 15 minutes.

Each wait is drawn evenly between the floor and three times the wait before it, so that many nodes that lost the hub at
one moment do not all come back at one moment. Peers.md 3.
"""

from typing import Final

from marke.errors import ProgrammerError

SHORTEST_WAIT_S: Final = 5
LONGEST_WAIT_S: Final = 15 * 60
CHANCE_BYTES: Final = 8


def next_wait(previous_s: int, chance: bytes) -> int:
    """Return the seconds to wait, given the wait before it (0 after a success) and eight random bytes."""
    if len(chance) != CHANCE_BYTES:
        raise ProgrammerError("a wait takes eight bytes of chance")
    highest = min(LONGEST_WAIT_S, max(SHORTEST_WAIT_S, previous_s) * 3)
    spread = highest - SHORTEST_WAIT_S + 1
    return SHORTEST_WAIT_S + int.from_bytes(chance, "big") % spread
