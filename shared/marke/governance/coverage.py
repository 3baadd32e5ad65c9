"""How complete measurements must be before a figure is made of them. Below it the figure is missing, never guessed."""

from typing import Final

SMALLEST_DAY_SHARE: Final = 950
"""Permille of a day's slots that must be present: one hour may be missing, or an hour's worth of quarters."""

SMALLEST_PERIOD_SHARE: Final = 970
"""Permille of a period's days that must be present: eleven days of a year. The value is not scaled up for them."""


def coverage(present: int, expected: int) -> int:
    """Return the share present in whole permille, rounded down; nothing expected is nothing covered."""
    return present * 1000 // expected if expected > 0 else 0


def is_enough_for_a_period(share: int) -> bool:
    """Say whether the share of days present (permille) carries a figure about the period."""
    return share >= SMALLEST_PERIOD_SHARE
