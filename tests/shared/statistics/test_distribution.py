"""The distribution between collectives: bands of at least three, a place in it, never a rank."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marke.errors import NotFoundError, RefusedError
from marke.questions.precision import expected_error, refuse_a_vague_distribution
from marke.reasons import Reason
from marke.statistics.combine import combine
from marke.statistics.distribution import cuts
from marke.statistics.figures import WhyNoInterval, WhyWithheld
from marke.statistics.finish import finish
from marke.statistics.place import place
from marke.statistics.readings import DistributionReading, DistributionRow, DistributionWithheld
from support.small_codebook import about_place, checked


def reading(places: Sequence[int]) -> DistributionReading:
    """Return the distribution of collectives whose means fall in the bins `places`."""
    question = about_place()
    shown = {str(number): {"all": tuple(int(bin_ == at) for bin_ in range(8))} for number, at in enumerate(places)}
    (found,) = finish(question, combine(question, shown))
    assert isinstance(found, DistributionReading)
    return found


def bands(places: Sequence[int]) -> list[tuple[str, str, int]]:
    (row,) = reading(places).rows
    assert isinstance(row, DistributionRow)
    return [(str(band.low), str(band.high), band.collectives) for band in row.bands]


def test_twenty_four_collectives_stand_in_five_bands() -> None:
    places = [0] * 2 + [1] * 3 + [2] * 5 + [3] * 4 + [4] * 5 + [5] * 2 + [6] * 2 + [7]
    assert bands(places) == [
        ("0", "1000", 5),
        ("1000", "1100", 5),
        ("1100", "1200", 4),
        ("1200", "1300", 5),
        ("1300", "4000", 5),
    ]


def test_ten_collectives_spread_evenly_stand_in_three_bands() -> None:
    assert [held for _, _, held in bands([0, 1, 1, 2, 3, 3, 4, 5, 6, 7])] == [3, 4, 3]


def test_fewer_than_ten_collectives_have_no_distribution() -> None:
    (row,) = reading([1, 2, 3]).rows
    assert isinstance(row, DistributionWithheld)
    assert row.withheld.why is WhyWithheld.TOO_FEW_COLLECTIVES
    with pytest.raises(NotFoundError) as refused:
        place(1000, reading([1, 2, 3]))
    assert refused.value.reason is Reason.NO_PLACE_YET


def test_when_everybody_hid_their_place_that_is_said() -> None:
    (row,) = reading([]).rows
    assert isinstance(row, DistributionWithheld)
    assert row.withheld.why is WhyWithheld.HIDDEN


def test_when_all_collectives_stand_in_one_bin_there_is_one_band_of_all() -> None:
    assert bands([3] * 12) == [("0", "4000", 12)]


def test_from_two_hundred_collectives_on_the_bins_stay() -> None:
    places = [number % 8 for number in range(240)]
    assert len(bands(places)) == 8


def test_a_distribution_carries_unit_coverage_and_the_reason_why_it_has_no_interval() -> None:
    (row,) = reading([number % 8 for number in range(40)]).rows
    assert isinstance(row, DistributionRow)
    assert (row.unit, row.coverage.collectives, row.interval) == ("m³", 40, WhyNoInterval.COUNTED)
    assert row.expected_error == Decimal("5.5")


@given(st.lists(st.integers(0, 40), min_size=3, max_size=20))
def test_every_band_holds_three_and_together_they_hold_all(counts: list[int]) -> None:
    total = sum(counts)
    if total < 10:
        return
    ends = cuts(counts)
    held, first = [], 0
    for end in ends:
        held.append(sum(counts[first : end + 1]))
        first = end + 1
    assert first == len(counts)
    assert sum(held) == total
    assert min(held) >= 3
    assert total >= 200 or len(held) <= 5


@given(means=st.lists(st.integers(0, 4000), min_size=10, max_size=80), data=st.data())
def test_a_collectives_own_place_holds_its_true_percentile(means: list[int], data: st.DataObject) -> None:
    edges = about_place().variable.bins_between
    found = reading([min(7, sum(mean >= edge for edge in edges[1:-1])) for mean in means])
    own = data.draw(st.sampled_from(means))
    spot = place(own, found)
    below = 100 * sum(mean < own for mean in means) / len(means)
    not_above = 100 * sum(mean <= own for mean in means) / len(means)
    assert float(spot.low_percent) - 0.06 <= below
    assert not_above <= float(spot.high_percent) + 0.06
    assert spot.collectives == len(means)


def test_a_mean_beyond_the_outer_edges_stands_in_an_outer_band() -> None:
    found = reading([number % 8 for number in range(40)])
    assert place(-5, found).low_percent == 0
    assert place(99_999, found).high_percent == 100


@pytest.mark.parametrize(
    ("collectives", "error"), [(9, None), (10, "8.3"), (14, "6.2"), (15, "5.0"), (199, "5.0"), (200, "2.1")]
)
def test_the_error_of_a_place_is_known_before_asking(collectives: int, error: str | None) -> None:
    assert expected_error(collectives, 20) == (None if error is None else Decimal(error))


def test_a_distribution_that_would_say_little_is_refused_before_it_is_asked() -> None:
    assert refuse_a_vague_distribution(about_place(), collectives=24) == Decimal("5.0")
    with pytest.raises(RefusedError) as refused:
        refuse_a_vague_distribution(about_place(), collectives=9)
    assert refused.value.reason is Reason.DISTRIBUTION_TOO_VAGUE
    assert expected_error(24, 2) == Decimal("12.5")


def test_a_question_that_is_not_about_a_distribution_is_never_too_vague() -> None:
    assert refuse_a_vague_distribution(checked(), collectives=1) is None
