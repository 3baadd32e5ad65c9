"""Every Reason can be said aloud in Dutch and in English, and every one is used (style.md 7.8)."""

import re
import string

import pytest

from marke.reasons import LANGUAGES, Reason, sentence, sentences
from support.sources import ROOT, SOURCE_ROOTS, python_files

LONGEST_SENTENCE_WORDS = 28


def test_every_reason_can_be_said_aloud() -> None:
    assert set(sentences()) == {reason.value for reason in Reason}
    for texts in sentences().values():
        assert set(texts) == set(LANGUAGES)
        assert all(text.strip() for text in texts.values())


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_both_languages_fill_in_the_same_details(reason: Reason) -> None:
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(sentences()[reason.value][language]) if name}
        for language in LANGUAGES
    ]
    assert fields[0] == fields[1]


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_a_sentence_is_short_enough_to_read(reason: Reason) -> None:
    for language in LANGUAGES:
        for part in re.split(r"(?<=[.!?:;])\s", sentence(reason, language, {})):
            assert len(part.split()) <= LONGEST_SENTENCE_WORDS, part


def test_every_reason_is_given_somewhere() -> None:
    sources = "\n".join(
        (ROOT / path).read_text("utf-8") for path in python_files(*SOURCE_ROOTS) if path.name != "reasons.py"
    )
    used = set(re.findall(r"Reason\.([A-Z_0-9]+)", sources))
    assert {reason.name for reason in Reason} - used == set()
