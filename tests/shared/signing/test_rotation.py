"""How a root may follow a root, as a table of histories (in the manner of python-tuf's key rotation tests)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marke.errors import MarkeError, UntrustedError
from marke.protocol.wire import seal
from marke.reasons import Reason
from marke.signing.fingerprint import root_fingerprint
from marke.signing.root import RoleName, TrustRoot
from marke.signing.trust import TrustState
from support.known_keys import FOUNDED, NOON, ROOT_KEYS, a_root, key_of

POOL = tuple(key_of(f"rotation {number}") for number in range(9))


@dataclass(frozen=True)
class Step:
    """One version: whose keys, how many must sign, who did sign, and how it is received."""

    keys: Sequence[int]
    threshold: int
    signed: Sequence[int]
    refused: Reason | None = None
    version: int | None = None
    issued: datetime = FOUNDED
    expires: datetime = NOON + timedelta(days=100)
    demo: bool = field(default=True)

    def root(self, place: int) -> TrustRoot:
        return a_root(
            self.version or place,
            crew={RoleName.ROOT: ([POOL[key] for key in self.keys], self.threshold)},
            demo=self.demo,
            issued=self.issued,
            expires=self.expires,
        )

    def envelope(self, place: int) -> bytes:
        return seal(self.root(place), [POOL[key] for key in self.signed])


HISTORIES: dict[str, list[Step]] = {
    "one key stays": [Step([1], 1, [1]), Step([1], 1, [1]), Step([1], 1, [1])],
    "one key hands over to another, both sign": [Step([1], 1, [1]), Step([2], 1, [1, 2]), Step([2], 1, [2])],
    "a handover that the new key did not sign": [Step([1], 1, [1]), Step([2], 1, [1], Reason.TOO_FEW_SIGNATURES)],
    "a handover that the old key did not sign": [Step([1], 1, [1]), Step([2], 1, [2], Reason.TOO_FEW_SIGNATURES)],
    "a takeover signed by many new keys and no old one": [
        Step([1, 2, 3], 2, [1, 2]),
        Step([4, 5, 6], 2, [4, 5, 6], Reason.TOO_FEW_SIGNATURES),
    ],
    "one key of three is replaced, two of the old and two of the new sign": [
        Step([1, 2, 3], 2, [1, 2]),
        Step([1, 2, 4], 2, [1, 2]),
    ],
    "two keys of three are replaced, each threshold met by its own people": [
        Step([1, 2, 3], 2, [1, 2]),
        Step([3, 4, 5], 2, [1, 2, 4, 5]),
    ],
    "one old signature of two that are needed": [
        Step([1, 2, 3], 2, [1, 2]),
        Step([3, 4, 5], 2, [3, 4, 5], Reason.TOO_FEW_SIGNATURES),
    ],
    "the threshold rises and the new one is met": [Step([1, 2, 3], 1, [1]), Step([1, 2, 3], 3, [1, 2, 3])],
    "the threshold rises and only the old one is met": [
        Step([1, 2, 3], 1, [1]),
        Step([1, 2, 3], 3, [1, 2], Reason.TOO_FEW_SIGNATURES),
    ],
    "the threshold falls, but the old one still counts": [
        Step([1, 2, 3], 3, [1, 2, 3]),
        Step([1, 2, 3], 1, [1, 2], Reason.TOO_FEW_SIGNATURES),
    ],
    "a key that was taken away comes back signing": [
        Step([1, 2, 3], 2, [1, 2]),
        Step([1, 2, 4], 2, [1, 2]),
        Step([1, 2, 4], 2, [1, 3], Reason.REVOKED_KEY),
    ],
    "a key that was taken away may be appointed again": [
        Step([1, 2, 3], 2, [1, 2]),
        Step([1, 2, 4], 2, [1, 2]),
        Step([1, 2, 3], 2, [1, 2]),
    ],
    "a stranger signs along": [Step([1], 1, [1]), Step([1], 1, [1, 7], Reason.UNKNOWN_SIGNER)],
    "nobody signs": [Step([1], 1, [1]), Step([1], 1, [], Reason.TOO_FEW_SIGNATURES)],
    "a version is skipped": [Step([1], 1, [1]), Step([1], 1, [1], Reason.SKIPPED_ROOT, version=3)],
    "an older version is offered": [
        Step([1], 1, [1]),
        Step([1], 1, [1]),
        Step([1], 1, [1], Reason.ROLLED_BACK_ROOT, version=1),
    ],
    "another root under the same number": [
        Step([1], 1, [1]),
        Step([2], 1, [1, 2], Reason.REPLACED_ROOT, version=1),
    ],
    "the present root is heard again": [Step([1], 1, [1]), Step([1], 1, [1], version=1)],
    "an expired root introduces its successor": [
        Step([1], 1, [1], expires=NOON - timedelta(days=1)),
        Step([2], 1, [1, 2]),
    ],
    "an expired root introduces an expired root, which introduces a good one": [
        Step([1], 1, [1], expires=NOON - timedelta(days=2)),
        Step([2], 1, [1, 2], expires=NOON - timedelta(days=1)),
        Step([3], 1, [2, 3]),
    ],
    "a root from the future, or our clock is slow": [
        Step([1], 1, [1]),
        Step([1], 1, [1], Reason.NOT_YET_VALID, issued=NOON + timedelta(hours=3)),
    ],
    "a demo never becomes real": [
        Step([1, 2], 2, [1, 2]),
        Step([1, 2], 2, [1, 2], Reason.DEMO_ROOT, demo=False),
    ],
    "a real consortium never becomes a demo": [
        Step([1, 2], 2, [1, 2], demo=False),
        Step([1, 2], 2, [1, 2], Reason.DEMO_ROOT),
    ],
}


def begin(step: Step) -> TrustState:
    words = root_fingerprint(step.root(1).to_bytes())
    return TrustState.pin(step.envelope(1), fingerprint=words, now=NOON, allow_demo=True)


@pytest.mark.parametrize("name", HISTORIES)
def test_rotation(name: str) -> None:
    first, *rest = HISTORIES[name]
    state = begin(first)
    for place, step in enumerate(rest, start=2):
        if step.refused is None:
            state = state.with_root(step.envelope(place), now=NOON)
            assert state.root.version == (step.version or place)
            continue
        with pytest.raises(UntrustedError) as caught:
            state.with_root(step.envelope(place), now=NOON)
        assert caught.value.reason is step.refused
        assert state.root.version < place


@given(
    old=st.sets(st.integers(0, 5), min_size=1, max_size=4),
    new=st.sets(st.integers(0, 5), min_size=1, max_size=4),
    signed=st.sets(st.integers(0, 5)),
    data=st.data(),
)
def test_a_root_is_followed_exactly_when_both_thresholds_are_met(
    old: set[int], new: set[int], signed: set[int], data: st.DataObject
) -> None:
    needs = data.draw(st.tuples(st.integers(1, len(old)), st.integers(1, len(new))))
    state = begin(Step(sorted(old), needs[0], sorted(old)))
    offered = Step(sorted(new), needs[1], sorted(signed)).envelope(2)
    expected = len(signed & old) >= needs[0] and len(signed & new) >= needs[1] and signed <= old | new
    try:
        moved = state.with_root(offered, now=NOON).root.version == 2
    except MarkeError:
        moved = False
    assert moved == expected


def test_the_state_that_was_left_behind_is_unchanged() -> None:
    state = begin(Step([1], 1, [1]))
    state.with_root(Step([2], 1, [1, 2]).envelope(2), now=NOON)
    assert state == begin(Step([1], 1, [1]))


def test_a_directory_envelope_is_not_taken_for_a_root() -> None:
    state = begin(Step([1], 1, [1]))
    with pytest.raises(UntrustedError) as caught:
        state.with_root(seal(a_root(2), ROOT_KEYS[:3]).replace(b"vnd.marke.root", b"vnd.marke.rood"), now=NOON)
    assert caught.value.reason is Reason.WRONG_PAYLOAD_TYPE
