"""Over the whole shipped codebook: federated, pooled and reference agree cell for cell, exactly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marke.codebook.builtin import read_builtin
from marke.codebook.model import Subject, Variable
from marke.privacy.own_table import OwnTable, Shown, protect
from marke.questions.check import CheckedQuestion
from marke.questions.explain import explain
from marke.questions.model import Reading
from marke.questions.own_lane import own_rules
from marke.questions.precision import refuse_a_vague_distribution
from marke.questions.reference import evaluate, evaluate_shown
from marke.questions.tally import add_tallies, cells_of, group, tally
from marke.reasons import LANGUAGES
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
