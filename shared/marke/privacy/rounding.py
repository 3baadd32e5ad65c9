"""Rounding of what a collective shows: counts to base 5, sums and squares to three significant digits, whole numbers.

Half a base is the most that one rounding moves a number, so n collectives together move a national sum by at most
half the base times n; `rounding_base` lets a caller say so.
"""


def rounding_base(value: int, *, significant: int = 3) -> int:
    """Return the step to which a sum or a sum of squares is rounded: 1, 10, 100, ... by its size."""
    return int(10 ** max(0, len(str(abs(value))) - significant))


def round_to(value: int, base: int) -> int:
    """Round a whole number to the nearest multiple of `base`; halves go away from zero."""
    size = (2 * abs(value) + base) // (2 * base) * base
    return size if value >= 0 else -size
