"""A restart changes nothing: what was kept, replayed in its order, is the state that was left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from marke.errors import MarkeError
from marke.protocol.wire import seal
from marke.reasons import Reason
from marke.signing.fingerprint import root_fingerprint
from marke.signing.root import RoleName
from marke.signing.trust import KeptDirectory, TrustState
from support.known_keys import (
    ALICE,
    ALICE_KEY,
    BOB,
    BOB_KEY,
    NOON,
    ROOT_KEYS,
    a_collective,
    a_directory,
    a_root,
    key_of,
    pinned,
)

POOL = tuple(key_of(f"register {number}") for number in range(5))
PEOPLE = (a_collective(ALICE, ALICE_KEY), a_collective(BOB, BOB_KEY), a_collective(BOB, key_of("Bob, later")))
FIRST = a_root(crew={RoleName.DIRECTORY: (POOL[:3], 2)})
Move = tuple[frozenset[int], int, frozenset[int]]


@dataclass
class Node:
    """What a node does: it keeps what it believes, and goes on with what came back."""

    state: TrustState = field(default_factory=lambda: pinned(FIRST))
    roots: list[bytes] = field(default_factory=lambda: [seal(FIRST, ROOT_KEYS[:3])])
    directories: list[KeptDirectory] = field(default_factory=list)
    believed: list[int] = field(default_factory=list)

    def hear_root(self, data: bytes) -> None:
        """Follow a root, and keep it when it is new."""
        moved = self.state.with_root(data, now=NOON)
        if moved.root.version != self.state.root.version:
            self.roots.append(data)
        self.state = moved

    def hear_directory(self, data: bytes) -> None:
        """Hold a directory, and keep it when it is new."""
        moved = self.state.with_directory(data, now=NOON)
        if moved.directory_version != self.state.directory_version:
            self.directories.append(KeptDirectory(data, moved.root.version))
            self.believed.append(moved.directory_version)
        self.state = moved

    def restored(self) -> TrustState:
        """Return what the node believes after it was switched off and on."""
        return TrustState.restore(self.roots, self.directories, fingerprint=root_fingerprint(FIRST.to_bytes()))


def directories() -> st.SearchStrategy[Move]:
    """Give directories: who is in it, which version, who of the pool signed."""
    return st.tuples(
        st.frozensets(st.sampled_from((0, 1, 2)), max_size=3).filter(lambda who: not {1, 2} <= who),
        st.integers(1, 6),
        st.frozensets(st.integers(0, 4), min_size=2, max_size=4),
    )


def handovers() -> st.SearchStrategy[frozenset[int]]:
    """Give the keys of the directory role in the next root."""
    return st.frozensets(st.integers(0, 4), min_size=2, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(directories(), handovers()), min_size=2, max_size=8))
def test_memory_and_restart_agree_after_any_history(history: Sequence[Move | frozenset[int]]) -> None:
    node = Node()
    for move in history:
        try:
            _hear(node, move)
        except MarkeError:
            continue
        finally:
            assert node.restored() == node.state
    assert all(before < after for before, after in pairwise(node.believed))
    assert node.state.directory_version == max(node.believed, default=0)


def _hear(node: Node, move: Move | frozenset[int]) -> None:
    if isinstance(move, frozenset):
        crew = {RoleName.DIRECTORY: ([POOL[number] for number in sorted(move)], 2)}
        node.hear_root(seal(a_root(node.state.root.version + 1, crew=crew), ROOT_KEYS[:3]))
        return
    people, version, signers = move
    directory = a_directory(version, [PEOPLE[number] for number in sorted(people)])
    node.hear_directory(seal(directory, [POOL[number] for number in signers]))


def test_a_retired_extra_signer_does_not_make_a_restart_forget_the_directory() -> None:
    node = Node()
    old = seal(a_directory(1), POOL[:2])
    node.hear_directory(old)
    node.hear_directory(seal(a_directory(2, [PEOPLE[0]]), POOL[:3]))
    node.hear_root(seal(a_root(2, crew={RoleName.DIRECTORY: (POOL[:2], 2)}), ROOT_KEYS[:3]))
    assert node.restored().directory.version == 2
    assert _refused(node.restored(), old) is Reason.ROLLED_BACK_DIRECTORY


def test_a_clock_that_was_set_back_does_not_make_a_restart_forget_the_directory() -> None:
    node = Node()
    old = seal(a_directory(1, issued=NOON - timedelta(days=3)), POOL[:2])
    node.hear_directory(old)
    node.hear_directory(seal(a_directory(2, [PEOPLE[0]], issued=NOON), POOL[:2]))
    slow = NOON - timedelta(hours=3)
    assert node.restored().directory.version == 2
    assert _refused(node.restored(), old, hours_slow=3) is Reason.ROLLED_BACK_DIRECTORY
    assert node.restored().with_root(node.roots[0], now=slow) == node.state


def _refused(state: TrustState, directory: bytes, *, hours_slow: int = 0) -> Reason | None:
    try:
        state.with_directory(directory, now=NOON - timedelta(hours=hours_slow))
    except MarkeError as error:
        return error.reason
    return None
