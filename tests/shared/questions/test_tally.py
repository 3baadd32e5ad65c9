"""From households to whole numbers: federated, pooled and reference are one and the same."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marke.errors import BadInputError, ProgrammerError
from marke.privacy.groups import Group, Weight
from marke.privacy.own_table import NothingToShow, OwnTable, Shown, protect
from marke.questions.check import CheckedQuestion
from marke.questions.grouping import leaf_of
from marke.questions.own_lane import own_rules
from marke.questions.reference import Known, evaluate, evaluate_shown, where
from marke.questions.tally import Tally, add_tallies, cells_of, group, tally
from marke.statistics.combine import combine
from support.populations import asked, collectives, records
from support.small_codebook import about_place, checked

QUESTIONS = (
    checked(),
    checked(breakdown="all"),
    checked(breakdown="dwelling_class"),
    checked(breakdown="dwelling_x_income", smallest_group=15),
    checked(variable="energy.balance"),
)


@given(question=st.sampled_from(QUESTIONS), data=st.data())
def test_adding_tallies_of_nodes_equals_the_tally_of_all_and_the_reference(
    question: CheckedQuestion, data: st.DataObject
) -> None:
    people = data.draw(collectives(question))
    federated = add_tallies(tally(question, group(question, records(question, held))) for held in people.values())
    together = [one for held in people.values() for one in held]
    pooled = tally(question, group(question, records(question, together)))
    assert federated == pooled
    assert cells_of(question.layout, pooled) == evaluate(question, together)


@given(question=st.sampled_from(QUESTIONS), data=st.data())
def test_what_is_combined_from_shown_cells_equals_the_pooled_truth_over_those_cells(
    question: CheckedQuestion, data: st.DataObject
) -> None:
    people = data.draw(collectives(question))
    tables: dict[str, OwnTable] = {}
    for name, held in people.items():
        table = protect(group(question, records(question, held)), own_rules(question))
        if not isinstance(table, NothingToShow):
            tables[name] = table
    combined = combine(question, {name: shown(table) for name, table in tables.items()})
    truth = evaluate_shown(question, people, tables)
    assert {leaf: cell.values for leaf, cell in combined.cells.items()} == truth


def shown(table: OwnTable) -> dict[str, tuple[int, ...]]:
    return {leaf: cell.values for leaf, cell in table.unrounded.items() if isinstance(cell, Shown)}


@given(data=st.data())
def test_the_leaf_of_a_household_is_the_same_by_table_and_by_looking(data: st.DataObject) -> None:
    question = data.draw(st.sampled_from(QUESTIONS))
    for held in data.draw(collectives(question)).values():
        for one in held:
            assert leaf_of(question, one.codes) == where(question, one)


@given(data=st.data())
def test_a_collectives_place_is_the_bin_of_its_mean(data: st.DataObject) -> None:
    question = about_place()
    for held in data.draw(collectives(question)).values():
        found = group(question, records(question, held))["all"]
        assert found.place == evaluate(question, held)["all"]


def test_values_are_clipped_to_the_bounds_of_their_group() -> None:
    found = group(checked(), [("apartment", 9000), ("detached", 9000), ("apartment", -5)])
    assert (found["apartment"].sum, found["detached"].sum) == (2000, 4000)
    assert found["apartment"].evidence is not None
    assert found["apartment"].evidence.tally == {0: 1, 2000: 1}


def test_a_household_is_clipped_by_its_own_code_whatever_the_breakdown() -> None:
    flat = [Known({"dwelling_type": "apartment"}, 9000)]
    for breakdown in ("all", "dwelling_class", "dwelling_type"):
        question = checked(breakdown=breakdown)
        assert sum(one.sum for one in group(question, records(question, flat)).values()) == 2000


def test_a_household_of_which_the_code_is_not_known_has_the_general_bounds() -> None:
    question = checked(breakdown="all")
    assert group(question, records(question, [Known({}, 9000)]))["all"].sum == question.variable.clip.high


def test_squares_stand_around_the_public_centre() -> None:
    found = group(checked(), [("terraced", 1000), ("terraced", 1500)])
    assert found["terraced"].squares == 200**2 + 300**2


def test_an_edge_belongs_to_the_bin_above_it_and_the_top_edge_to_the_last_bin() -> None:
    found = group(checked(), [("terraced", value) for value in (499, 500, 1999, 2000, 4000)])
    assert found["terraced"].bins == (1, 1, 0, 1, 2)


def test_the_two_largest_values_are_found_also_when_negative() -> None:
    found = group(checked(variable="energy.balance"), [("terraced", value) for value in (-250, 100, 3, 200)])
    evidence = found["terraced"].evidence
    assert evidence is not None
    assert evidence.sizes == Weight(total=553, largest=250, second=200)


def test_the_two_farthest_from_the_centre_are_found_on_either_side() -> None:
    found = group(checked(), [("terraced", value) for value in (100, 1150, 1200, 1300, 2500)])
    evidence = found["terraced"].evidence
    assert evidence is not None
    assert evidence.squares == Weight(found["terraced"].squares, 1300**2, 1100**2)


def test_a_group_without_households_is_empty_and_shows_no_evidence() -> None:
    found = group(checked(), [("terraced", 7)])
    assert found["apartment"] == Group(0, 0, 0, bins=(0,) * 5)
    assert found["terraced"].evidence is not None
    assert found["terraced"].evidence.sizes.second == 0
    assert "largest" not in repr(found["terraced"])


def test_a_record_of_an_unknown_group_is_our_own_mistake() -> None:
    with pytest.raises(ProgrammerError):
        group(checked(), [("castle", 7)])


def test_an_empty_collective_has_no_place() -> None:
    assert group(about_place(), [])["all"].place == (0,) * 8


def test_a_mean_just_below_an_edge_stays_in_the_lower_bin() -> None:
    people = [Known({}, 999), Known({}, 1000)]
    assert Fraction(999 + 1000, 2) < 1000
    assert evaluate(about_place(), people)["all"][1] == 1


def test_a_tally_of_places_holds_the_one_hot() -> None:
    question = about_place()
    found = tally(question, group(question, [("all", 1050)] * 3))
    assert cells_of(question.layout, found)["all"] == (0, 0, 1, 0, 0, 0, 0, 0)


def test_tallies_of_different_layouts_do_not_add() -> None:
    with pytest.raises(BadInputError):
        add_tallies([Tally("a", (1,)), Tally("b", (1,))])
    with pytest.raises(BadInputError):
        add_tallies([])


def test_a_large_node_is_tallied_within_milliseconds() -> None:
    held, spent = asked(5000)
    assert sum(one.count for one in held.values()) == 5000
    assert spent < 0.06
