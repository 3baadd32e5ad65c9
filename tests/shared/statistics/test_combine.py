"""Adding what collectives showed, and refusing what does not fit."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marke.errors import BadInputError
from marke.questions.model import Reading, Statistic
from marke.reasons import Reason
from marke.statistics.combine import check_cells, combine, from_parts
from marke.statistics.ratio import ratio_variance, to_decimal
from support.small_codebook import about_place, checked

MEANS = checked(statistics=(Statistic.COUNT, Statistic.SUM), readings=(Reading.MEAN,))


def test_shown_groups_add_and_hidden_groups_are_not_counted_as_zero() -> None:
    found = combine(MEANS, {"a": {"terraced": (20, 30000), "other": (12, 900)}, "b": {"terraced": (30, 39000)}})
    assert found.answered == 2
    assert (found.cells["terraced"].collectives, found.cells["terraced"].values) == (2, (50, 69000))
    assert (found.cells["detached"].collectives, found.cells["detached"].values) == (0, (0, 0))
    assert found.cells["other"].spread == ()


def test_the_spread_is_the_variance_of_the_mean_worked_out_by_hand() -> None:
    # R = 69000 / 50 = 1380; residuals 30000 - 27600 = 2400 and 39000 - 41400 = -2400; v = 2 / 1 * 2 * 2400^2 / 50^2
    found = combine(MEANS, {"a": {"terraced": (20, 30000)}, "b": {"terraced": (30, 39000)}})
    assert found.cells["terraced"].spread == ("9216",)


def test_no_mean_asked_gives_no_spread() -> None:
    question = checked(statistics=(Statistic.COUNT,), readings=(Reading.TABLE,))
    found = combine(question, {"a": {"terraced": (20,)}, "b": {"terraced": (30,)}})
    assert found.cells["terraced"].spread == ()


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(-(10**6), 10**6)), min_size=2, max_size=30))
def test_the_variance_agrees_with_the_textbook_formula_in_floating_point(pairs: list[tuple[int, int]]) -> None:
    households = sum(count for count, _ in pairs)
    mean = sum(total for _, total in pairs) / households
    squares = math.fsum((total - mean * count) ** 2 for count, total in pairs)
    wanted = len(pairs) / (len(pairs) - 1) * squares / households**2
    found = ratio_variance(pairs)
    assert found is not None
    assert float(found) == pytest.approx(wanted, rel=1e-6, abs=1e-3)


def test_one_collective_or_nobody_has_no_spread() -> None:
    assert ratio_variance([(10, 100)]) is None
    assert ratio_variance([(0, 0), (0, 0)]) is None


def test_a_fraction_becomes_the_same_decimal_everywhere() -> None:
    assert to_decimal(Fraction(1, 3)) == Decimal("0.3333333333333333333333333333")


@pytest.mark.parametrize(
    ("cells", "detail"),
    [
        ({"castle": (20, 7)}, "not asked"),
        ({"terraced": (20,)}, "1 numbers instead of 2"),
        ({"terraced": (-20, 7)}, "negative"),
        ({"terraced": (0, 7)}, "without households"),
    ],
)
def test_cells_that_do_not_fit_the_layout_are_refused(cells: dict[str, tuple[int, ...]], detail: str) -> None:
    with pytest.raises(BadInputError) as refused:
        combine(MEANS, {"a": cells})
    assert refused.value.reason is Reason.CELLS_DO_NOT_FIT
    assert detail in str(refused.value.details["detail"])


def test_a_place_must_be_exactly_one_place() -> None:
    layout = about_place().layout
    check_cells(layout, {"all": (0, 0, 1, 0, 0, 0, 0, 0)})
    with pytest.raises(BadInputError):
        check_cells(layout, {"all": (0, 1, 1, 0, 0, 0, 0, 0)})


def test_a_negative_total_is_a_total() -> None:
    check_cells(MEANS.layout, {"terraced": (20, -7)})


def test_a_result_message_is_rebuilt_into_the_same_table() -> None:
    table = combine(MEANS, {"a": {"terraced": (20, 30000)}, "b": {"terraced": (30, 39000)}})
    cells = [(cell.leaf, cell.collectives, cell.values, cell.spread) for cell in table.cells.values()]
    assert from_parts(MEANS, cells, answered=2) == table
    assert from_parts(MEANS, cells[1:2], answered=2).cells == table.cells


@pytest.mark.parametrize(
    "part",
    [
        ("castle", 1, (1, 1), ()),
        ("terraced", 1, (1, 1, 1), ()),
        ("terraced", 3, (1, 1), ()),
        ("terraced", -1, (1, 1), ()),
        ("terraced", 2, (1, 1), ("much",)),
        ("terraced", 2, (1, 1), ("-4",)),
        ("terraced", 2, (1, 1), ("NaN",)),
        ("terraced", 2, (1, 1), ("Infinity",)),
        ("terraced", 2, (1, 1), ("1", "1")),
        ("terraced", 2, (0, 1), ()),
        ("terraced", 2, (-1, 1), ()),
    ],
)
def test_a_result_that_does_not_fit_is_refused(part: tuple[str, int, tuple[int, ...], tuple[str, ...]]) -> None:
    with pytest.raises(BadInputError) as refused:
        from_parts(MEANS, [part], answered=2)
    assert refused.value.reason is Reason.CELLS_DO_NOT_FIT
