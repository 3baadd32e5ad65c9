"""What may be concluded from a place: a half only when the whole band, with its error, lies in it."""

from decimal import Decimal

import pytest

from marke_node.web.place_pages import which_half


@pytest.mark.parametrize(
    ("low", "high", "error", "expected"),
    [
        (48, 74, 6, "place.among_unknown"),
        (52, 74, 6, "place.among_unknown"),
        (56, 74, 6, "place.among_higher"),
        (0, 25, 9, "place.among_lower"),
        (20, 44, 6, "place.among_lower"),
        (20, 45, 6, "place.among_unknown"),
    ],
)
def test_a_half_is_claimed_only_when_the_whole_band_supports_it(low: int, high: int, error: int, expected: str) -> None:
    assert which_half(Decimal(low), Decimal(high), Decimal(error)) == expected
