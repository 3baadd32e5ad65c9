"""How much one household can change an answer, exactly."""

from hypothesis import given
from hypothesis import strategies as st

from marke.questions.model import Statistic
from marke.questions.sensitivity import Norms, sensitivity, whole_layout
from marke.questions.tally import group, tally
from support.populations import collectives, records
from support.small_codebook import about_place, checked

COUNT, SUM, SQUARES, BINS, PLACE = Statistic


def test_a_household_counts_once_and_adds_at_most_its_bounds() -> None:
    assert sensitivity(checked()) == {
        COUNT: Norms(1, 1),
        SUM: Norms(4000, 4000**2),
        SQUARES: Norms(2800**2, 2800**4),
        BINS: Norms(1, 1),
    }


def test_the_whole_layout_adds_up() -> None:
    whole = whole_layout(checked())
    assert whole.l1 == 1 + 4000 + 2800**2 + 1
    assert whole.l2_squared == 1 + 4000**2 + 2800**4 + 1


def test_bounds_below_zero_count_by_their_size() -> None:
    assert sensitivity(checked(variable="energy.balance"))[SUM] == Norms(300, 90_000)


def test_a_household_may_move_the_place_of_its_collective() -> None:
    assert sensitivity(about_place()) == {PLACE: Norms(2, 2)}


@given(st.data())
def test_taking_one_household_away_never_changes_more_than_was_said(data: st.DataObject) -> None:
    question = checked()
    for held in data.draw(collectives(question)).values():
        if held:
            whole = tally(question, group(question, records(question, held))).values
            less = tally(question, group(question, records(question, held[1:]))).values
            changes = [abs(one - other) for one, other in zip(whole, less, strict=True)]
            assert sum(changes) <= whole_layout(question).l1
            assert sum(change**2 for change in changes) <= whole_layout(question).l2_squared
