"""A value computed from several heaps of data asks for a yes to every one of them."""

import pytest

from marke.codebook.builtin import read_builtin
from marke.errors import BadInputError
from marke.questions.check import check
from marke.reasons import Reason
from support.small_codebook import a_question

BOOK = read_builtin()


def test_the_whole_footprint_needs_a_yes_for_all_it_is_made_of() -> None:
    question = a_question(
        variable="footprint.total_per_person",
        breakdown="household_size",
        codebook=BOOK.version,
        codebook_hash=BOOK.hash,
    )

    assert {each.value for each in check(question, BOOK).consents_needed} == {"energy", "mobility", "food", "goods"}


def test_what_is_computed_from_income_is_asked_in_large_groups_only() -> None:
    question = a_question(
        variable="home.energy_cost_share", breakdown="all", codebook=BOOK.version, codebook_hash=BOOK.hash
    )

    with pytest.raises(BadInputError) as refused:
        check(question, BOOK)

    assert refused.value.reason is Reason.QUESTION_GROUP_TOO_SMALL
