"""How complete measurements must be before a figure is made of them."""

import pytest

from marke.governance.coverage import SMALLEST_PERIOD_SHARE, coverage, is_enough_for_a_period


@pytest.mark.parametrize(("present", "expected", "share"), [(365, 365, 1000), (0, 365, 0), (1, 3, 333), (0, 0, 0)])
def test_coverage_is_the_share_present_in_permille_rounded_down(present: int, expected: int, share: int) -> None:
    assert coverage(present, expected) == share


def test_a_year_may_lack_ten_days_and_not_eleven() -> None:
    assert is_enough_for_a_period(coverage(355, 365))
    assert not is_enough_for_a_period(coverage(354, 365))
    assert not is_enough_for_a_period(SMALLEST_PERIOD_SHARE - 1)
