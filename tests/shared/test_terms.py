"""Details of a sentence are said in people's words too, in both languages."""

import tomllib
from importlib import resources

import pytest

from marke.errors import BadInputError
from marke.protocol.messages import Invitation
from marke.reasons import LANGUAGES, Reason, fill, sentence, term
from marke_node.importers.mapping import ColumnMapping
from marke_node.readings.model import ReadingKind, Register
from support.mappings import MAPPING, read


def test_every_term_is_there_in_both_languages() -> None:
    terms = tomllib.loads(resources.files("marke").joinpath("terms.toml").read_text("utf-8"))
    for words in terms.values():
        for texts in words.values():
            assert set(texts) == set(LANGUAGES)
            assert texts["nl"].count("{}") == texts["en"].count("{}")


@pytest.mark.parametrize("register", Register, ids=str)
def test_every_register_has_a_name(register: Register) -> None:
    for language in LANGUAGES:
        assert "_" not in term("register", register.value, language)


@pytest.mark.parametrize("kind", ReadingKind, ids=str)
def test_every_kind_of_reading_has_a_name_in_dutch(kind: ReadingKind) -> None:
    assert term("kind", kind.value, "nl") != kind.value


def test_a_number_takes_its_noun_in_the_right_form() -> None:
    assert [fill("{rows:rij|rijen}", "nl", {"rows": count}) for count in (0, 1, 2)] == ["0 rijen", "1 rij", "2 rijen"]


def test_what_is_not_known_prints_as_a_question_mark() -> None:
    assert "?" in sentence(Reason.FILE_MISSING, "nl", {})


@pytest.mark.parametrize(
    ("changes", "dutch", "english"),
    [
        ({"kind": "often"}, "kies 'counter', 'use'", "choose 'counter', 'use'"),
        ({"header_row": 0}, "minstens 1", "at least 1"),
        ({"header_row": "x"}, "hier hoort een heel getal", "a whole number belongs here"),
        ({"name": "=cmd()"}, "het heeft niet de goede vorm", "it does not have the right form"),
        ({"zone": "Europe/Atlantis"}, "dit is geen tijdzone", "this is not a time zone"),
        ({"columns": []}, "minstens 1 keer", "at least 1 of them"),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_the_readers_language(
    changes: dict[str, str | int | list[str]], dutch: str, english: str
) -> None:
    with pytest.raises(BadInputError) as refused:
        read({**MAPPING, **changes})
    assert dutch in refused.value.say("nl")
    assert english in refused.value.say("en")


def test_a_file_that_stops_too_early_is_said_so() -> None:
    for model in (ColumnMapping, Invitation):
        with pytest.raises(BadInputError) as refused:
            model.from_lax_bytes(b'{"type": "marke')
        assert "houdt te vroeg op" in refused.value.say("nl")
        assert "EOF" not in refused.value.say("nl")


def test_a_field_that_is_missing_is_named() -> None:
    with pytest.raises(BadInputError) as refused:
        read({name: value for name, value in MAPPING.items() if name != "form"})
    assert refused.value.say("nl") == "Het veld form klopt niet: het ontbreekt. Verbeter het en probeer opnieuw."
