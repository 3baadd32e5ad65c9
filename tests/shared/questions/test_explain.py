"""What a neighbour reads: who asks what, which data, groups of at least k, what leaves, until when, who sees it."""

import re

import pytest

from marke.codebook.builtin import read_builtin
from marke.codebook.model import ConsentCategory, Purpose
from marke.errors import BadInputError
from marke.questions.explain import explain, texts
from marke.questions.model import Publication, Reading, Recipient, Statistic, Windows
from marke.reasons import LANGUAGES, Language
from support.small_codebook import a_question, about_place, both, checked, small_codebook

BOOK = small_codebook()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_explanation_names_everything_that_matters(language: Language) -> None:
    said = explain(a_question(smallest_group=14, smallest_round=6), BOOK, language)
    wanted = (
        "Better Together",
        "How much gas do we use",
        "To compare.",
        "gas (m³)",
        "2025",
        "terraced",
        "14",
        " 6 ",
        {"nl": "22 maart 2026", "en": "22 March 2026"}[language],
    )
    assert [part for part in wanted if part not in said] == []
    assert "{" not in said
    assert re.search(r"\w[.?]$", said.splitlines()[0])


def test_a_checked_question_is_explained_like_the_question_itself() -> None:
    assert explain(checked(), BOOK, "nl") == explain(a_question(), BOOK, "nl")


def test_what_does_not_fit_the_codebook_is_not_explained() -> None:
    with pytest.raises(BadInputError):
        explain(a_question(breakdown="street"), BOOK, "nl")


def test_no_breakdown_is_said_as_everybody_together() -> None:
    assert "all together" in explain(checked(breakdown="all"), BOOK, "en").replace("up together", "all together")
    assert "Alle huishoudens worden samen opgeteld" in explain(checked(breakdown="all"), BOOK, "nl")


def test_a_crossing_names_both_of_each_group() -> None:
    said = explain(checked(breakdown="dwelling_x_income", smallest_group=15), BOOK, "en")
    assert "terraced, low" in said
    assert "income" in said


def test_the_time_to_answer_is_said_in_words_that_fit() -> None:
    end = a_question().windows.decide_until
    for minutes, words in ((72 * 60, "3 dagen"), (36 * 60, "36 uur"), (90, "90 minuten"), (24 * 60, "24 uur")):
        assert words in explain(checked(windows=Windows(decide_until=end, contribute_minutes=minutes)), BOOK, "nl")


def test_a_distribution_says_that_there_is_no_ranking() -> None:
    said = explain(about_place(), BOOK, "en")
    assert "without a ranking" in said
    assert "8 classes" in said


def test_many_groups_are_counted_and_not_listed() -> None:
    book = read_builtin()
    question = a_question(codebook=book.version, codebook_hash=book.hash, breakdown="dwelling_type_x_household_size")
    said = explain(question, book, "en")
    assert "in 25 groups, from apartment, 1 person to detached house, 5 or more persons" in said


def test_every_closed_list_has_its_words() -> None:
    for section, kinds in (
        ("statistics", Statistic),
        ("readings", Reading),
        ("purposes", Purpose),
        ("consents", ConsentCategory),
        ("recipients", Recipient),
        ("publications", Publication),
    ):
        assert set(texts()[section]) == {kind.value for kind in kinds}
    for named in texts().values():
        assert all(set(words) == set(LANGUAGES) for words in named.values())


def test_a_title_keeps_its_own_words() -> None:
    assert "Hoeveel gas gebruiken wij" in explain(a_question(title=both("Hoeveel gas gebruiken wij?")), BOOK, "nl")
