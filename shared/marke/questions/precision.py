"""How exact a place in the distribution between collectives can be, known before anything is asked (decisions 10).

A place is a percentile band; a collective somewhere in a band of w percentage points that takes the middle of it is
off by w/4 on average (the mean distance of a uniform point to the middle). Bands of equal content are 100 / bands
wide. From 200 collectives on, the bins of the codebook stay apart. A bell-shaped spread over 3 standard deviations to
either side fills b bins as unevenly as 0.59 b equal ones (1 / sum of squared shares of the normal curve), hence the
factor.
"""

from decimal import Decimal

from marke.errors import RefusedError
from marke.questions.check import CheckedQuestion
from marke.reasons import Reason

FEWEST_COLLECTIVES = 10
"""Below this no distribution is published."""
FEWEST_IN_A_BAND = 3
FEW_COLLECTIVES = 200
BANDS = 5
MOST_ERROR = Decimal(10)
"""Percentage points; above this the question is refused."""

_EVENNESS = Decimal("0.59")


def expected_error(collectives: int, bins: int) -> Decimal | None:
    """Return the expected error of a place in percentage points, or None when nothing would be published."""
    if collectives < FEWEST_COLLECTIVES:
        return None
    if collectives < FEW_COLLECTIVES:
        bands = Decimal(min(BANDS, collectives // FEWEST_IN_A_BAND, bins))
    else:
        bands = max(Decimal(1), bins * _EVENNESS)
    return (Decimal(100) / (4 * bands)).quantize(Decimal("0.1"))


def refuse_a_vague_distribution(checked: CheckedQuestion, *, collectives: int) -> Decimal | None:
    """Return the expected error of a distribution that would be asked of so many collectives.

    Raises RefusedError(DISTRIBUTION_TOO_VAGUE) above ten percentage points, or when too few collectives could answer;
    returns None for a question that is not about a distribution.
    """
    if not checked.layout.places:
        return None
    error = expected_error(collectives, len(checked.variable.bins_between) - 1)
    if error is None or error > MOST_ERROR:
        raise RefusedError(
            Reason.DISTRIBUTION_TOO_VAGUE,
            collectives=collectives,
            error=str(error) if error is not None else "> 10",
            most=str(MOST_ERROR),
        )
    return error
