"""What a person wrote is what a reader sees: one line is one line, and nothing in it is invisible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marke import canonical
from marke.errors import BadInputError
from marke.reasons import Reason
from marke.vocabulary.document import Document, Line, Paragraph


class Note(Document):
    """A name and a text."""

    name: Line
    words: Paragraph


def read(**fields: str) -> Note:
    """Read a note from JSON."""
    return Note.from_lax_bytes(canonical.to_bytes({"name": "Dorp", "words": "Goed.", **fields}))


@pytest.mark.parametrize(
    ("character", "code"),
    [
        ("\n", "U+000A"),
        ("\t", "U+0009"),
        ("\r", "U+000D"),
        ("\x1b", "U+001B"),
        ("\x7f", "U+007F"),
        ("\x9b", "U+009B"),
        ("\u200b", "U+200B"),
        ("\u202e", "U+202E"),
        ("\u2066", "U+2066"),
        ("\ufeff", "U+FEFF"),
        ("\u2028", "U+2028"),
        ("\u2029", "U+2029"),
    ],
)
def test_a_line_with_a_hidden_character_is_refused_naming_it(character: str, code: str) -> None:
    for field in ("name", "words"):
        if (field, character) == ("words", "\n"):
            continue
        with pytest.raises(BadInputError) as caught:
            read(**{field: f"Dorp{character}Twee"})
        assert caught.value.reason is Reason.HIDDEN_CHARACTER
        assert caught.value.details == {"field": field, "character": code}


def test_a_paragraph_has_lines_and_a_name_has_accents_and_spaces() -> None:
    found = read(name="Súdwest-Fryslân\u00a0\u2019t Hôf 🌱", words="Eerst dit.\nDan dat.")
    assert found.words.splitlines() == ["Eerst dit.", "Dan dat."]


@given(st.text(min_size=1, max_size=80))
def test_whatever_passes_for_a_line_is_printed_as_one(text: str) -> None:
    try:
        found = read(name=text)
    except BadInputError:
        return
    assert len(found.name.splitlines()) == 1
