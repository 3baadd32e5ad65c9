"""Over the whole shipped codebook: federated, pooled and reference agree cell for cell, exactly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marke.codebook.builtin import read_builtin
from marke.codebook.model import Subject, Variable
from marke.errors import BadInputError
from marke.privacy.own_table import NothingToShow, OwnTable, Shown, protect
from marke.questions.check import CheckedQuestion, check
from marke.questions.explain import explain
from marke.questions.model import Reading, Statistic
from marke.questions.own_lane import own_rules
from marke.questions.precision import refuse_a_vague_distribution
from marke.questions.reference import evaluate, evaluate_shown
from marke.questions.tally import add_tallies, cells_of, group, tally
from marke.reasons import LANGUAGES, Reason
from marke.statistics.combine import combine
from marke.statistics.finish import finish
from marke.statistics.publish import to_json
from support.drafts import PERIODS, ask, askable, questions
from support.populations import collectives, records
from support.small_codebook import ALL_READINGS

ABOUT_HOUSEHOLDS = [one for one in read_builtin().variables if one.subject is Subject.HOUSEHOLD]


@settings(max_examples=60, deadline=None)
@given(question=questions(), data=st.data())
def test_any_question_gives_the_same_sums_federated_pooled_and_by_reference(
    question: CheckedQuestion, data: st.DataObject
) -> None:
    people = data.draw(collectives(question))
    federated = add_tallies(tally(question, group(question, records(question, held))) for held in people.values())
    together = [one for held in people.values() for one in held]
    assert federated == tally(question, group(question, records(question, together)))
    assert cells_of(question.layout, federated) == evaluate(question, together)


@settings(max_examples=60, deadline=None)
@given(question=questions(), data=st.data())
def test_any_own_lane_round_gives_the_pooled_truth_over_what_was_shown(
    question: CheckedQuestion, data: st.DataObject
) -> None:
    people = data.draw(collectives(question))
    tables = {
        name: table
        for name, held in people.items()
        if isinstance(table := protect(group(question, records(question, held)), own_rules(question)), OwnTable)
    }
    shown = {
        name: {leaf: cell.values for leaf, cell in table.unrounded.items() if isinstance(cell, Shown)}
        for name, table in tables.items()
    }
    combined = combine(question, shown)
    truth = evaluate_shown(question, people, tables)
    assert {leaf: cell.values for leaf, cell in combined.cells.items()} == truth
    for reading in finish(question, combined):
        assert to_json(reading)["kind"]


@pytest.mark.parametrize("variable", ABOUT_HOUSEHOLDS, ids=lambda variable: variable.id)
def test_every_variable_can_be_asked_and_explained(variable: Variable) -> None:
    book = read_builtin()
    breakdowns = [breakdown for one, breakdown in askable() if one.id == variable.id]
    assert breakdowns[0] == "all"
    for breakdown in breakdowns:
        question = ask(book, variable, breakdown, PERIODS[variable.granularities[0]], ALL_READINGS)
        for language in LANGUAGES:
            said = explain(question, book, language)
            assert variable.name.say(language) in said
            assert "{" not in said


def test_the_standard_distribution_is_exact_enough_for_twenty_four_collectives() -> None:
    variable = read_builtin().variable("energy.gas_use")
    question = ask(read_builtin(), variable, "all", "2025", (Reading.DISTRIBUTION,))
    assert str(refuse_a_vague_distribution(question, collectives=24)) == "5.0"


def test_squares_of_a_yes_or_no_are_not_asked_because_they_would_count_once_more() -> None:
    question = ask(read_builtin(), read_builtin().variable("home.heat_pump"), "all", "2025", (Reading.MEAN,))
    statistics = (Statistic.COUNT, Statistic.SUM, Statistic.SQUARES)
    bundle = question.question.bundle.model_copy(update={"statistics": statistics})
    with pytest.raises(BadInputError) as refused:
        check(question.question.model_copy(update={"bundle": bundle}), read_builtin())
    assert refused.value.reason is Reason.QUESTION_SQUARES_OF_YES_OR_NO


@pytest.mark.parametrize(("yes", "no"), [(22, 3), (3, 22), (19, 1), (14, 1), (20, 9)])
def test_a_share_of_yes_that_tells_a_small_count_never_leaves(yes: int, no: int) -> None:
    question = ask(read_builtin(), read_builtin().variable("health.good_health"), "all", "2025", (Reading.MEAN,))
    answers = [("all", 100)] * yes + [("all", 0)] * no
    assert protect(group(question, answers), own_rules(question)) == NothingToShow()


def test_a_sum_of_yeses_is_rounded_as_the_count_it_is() -> None:
    question = ask(read_builtin(), read_builtin().variable("home.heat_pump"), "all", "2025", (Reading.MEAN,))
    table = protect(group(question, [("all", 100)] * 23 + [("all", 0)] * 24), own_rules(question))
    assert isinstance(table, OwnTable)
    assert table.cells["all"] == Shown((45, 2500))
