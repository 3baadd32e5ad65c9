"""The codebook in words: the reference pages are those of today's codebook, and say what matters."""

from pathlib import Path

import pytest

from marke.codebook.builtin import read_builtin
from marke.codebook.describe import as_markdown, norm_line, variable_lines
from marke.codebook.model import ConsentCategory, Sensitivity, Subject, Theme
from marke.codebook.words import unit_text, word
from marke.reasons import LANGUAGES, Language
from marke.vocabulary.units import Unit

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
PAGES: dict[Language, str] = {"en": "codebook.md", "nl": "codebook.nl.md"}
BOOK = read_builtin()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reference_page_is_up_to_date(language: Language) -> None:
    assert (REFERENCE / PAGES[language]).read_text("utf-8") == as_markdown(BOOK, language), (
        f"write marke.codebook.describe.as_markdown(read_builtin(), {language!r}) to docs/reference/{PAGES[language]}"
    )


def test_a_variable_tells_its_bounds_per_type_in_its_own_unit() -> None:
    lines = dict(variable_lines(BOOK, BOOK.variable("energy.heat_delivered"), "nl"))

    assert lines["Eenheid"] == "GJ"
    assert lines["Grenzen"] == "0 tot 90; appartement 0 tot 60; vrijstaande woning 0 tot 120"


def test_a_year_is_not_shortened_as_other_numbers_are() -> None:
    lines = dict(variable_lines(BOOK, BOOK.variable("collective.founding_year"), "en"))

    assert lines["Bounds"] == "1850 to 2035"
    assert lines["Unit"] == "year"


def test_a_norm_tells_what_it_covers_and_how_sure_it_is() -> None:
    norms = {norm.id: norm for norm in BOOK.norms}

    assert "(seen in the source; comparable)" in norm_line(BOOK, norms["gas_2022"], "en")
    assert "covers something else" in norm_line(BOOK, norms["all_final_demand_2022"], "en")
    assert "uit het hoofd" in norm_line(BOOK, norms["electricity_gross_p1"], "nl")
    assert "1 persoon" in norm_line(BOOK, norms["electricity_gross_p1"], "nl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_word_for_every_theme_consent_and_sensitivity(language: Language) -> None:
    named = (
        [("themes", each.value) for each in Theme]
        + [("consents", each.value) for each in ConsentCategory]
        + [("sensitivities", each.value) for each in Sensitivity]
        + [("subjects", each.value) for each in Subject]
    )

    assert all(word(section, name, language) for section, name in named)


def test_units_that_are_words_are_translated_and_symbols_are_not() -> None:
    assert (unit_text(Unit.PIECE, "nl"), unit_text(Unit.PIECE, "en")) == ("aantal", "count")
    assert unit_text(Unit.KILOWATT_HOUR, "nl") == "kWh"
