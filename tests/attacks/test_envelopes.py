"""Attacks L, M and N (privacy 5): over a thousand bad envelopes, none accepted, each family refused for its reason."""

import pytest

from marke.errors import MarkeError
from marke.protocol.wire import seal
from marke.reasons import Reason
from support.envelope_attacks import FORGED, Door, Family, flipped, sealed
from support.known_keys import ALICE_KEY, a_contribution, a_decision
from support.untimely_envelopes import UNTIMELY

pytestmark = pytest.mark.whole

FAMILIES = {**FORGED, **UNTIMELY}
VARIANTS = 25


def outcome(family: Family, number: int) -> Reason | None:
    """Say why an attempt was refused; None when it was let in."""
    attempt = family(number)
    try:
        attempt()
    except MarkeError as error:
        return error.reason
    return None


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_every_envelope_of_the_family_is_refused_for_its_own_reason(family: Family) -> None:
    assert {outcome(family, number) for number in range(VARIANTS)} == {FAMILIES[family]}


def test_there_are_more_than_a_thousand_of_them() -> None:
    assert len(FAMILIES) * VARIANTS >= 1000
    assert len(set(FAMILIES.values())) >= 25


def test_the_same_messages_untouched_are_accepted() -> None:
    """A check of the attacks themselves: each starts from a message that would have been believed."""
    door = Door()
    for number in range(VARIANTS):
        door.question(sealed(number).to_bytes())
    door.decision(seal(a_decision(), [ALICE_KEY]))
    door.contribution(seal(a_contribution(), [ALICE_KEY]))
    assert len(door.seen) == VARIANTS + 2


def test_any_bit_turned_anywhere_in_an_envelope_is_refused() -> None:
    data, reasons = sealed(0).to_bytes(), set[Reason]()
    for number in range(400):
        with pytest.raises(MarkeError) as caught:
            Door().question(flipped(data, "anywhere", number))
        reasons.add(caught.value.reason)
    assert {Reason.BAD_SIGNATURE, Reason.NOT_CANONICAL, Reason.UNKNOWN_SIGNER} <= reasons


def test_an_envelope_cut_off_anywhere_is_refused() -> None:
    data = sealed(0).to_bytes()
    for length in range(0, len(data), 7):
        with pytest.raises(MarkeError):
            Door().question(data[:length])
