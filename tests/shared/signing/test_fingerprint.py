"""Six words for the telephone."""

import re

from hypothesis import given
from hypothesis import strategies as st

from marke.signing.fingerprint import key_fingerprint, root_fingerprint, six_words, tidy
from support.known_keys import ALICE_KEY, BOB_KEY, a_root

SYLLABLE = "(?:kr|st|[bdfhjklmnprstw])[aiou]"
SHAPE = re.compile(f"{SYLLABLE}{SYLLABLE}(?: {SYLLABLE}{SYLLABLE}){{5}}")


@given(data=st.binary())
def test_any_bytes_give_six_words_that_can_be_said(data: bytes) -> None:
    assert SHAPE.fullmatch(six_words(data))


def test_the_words_are_frozen() -> None:
    assert six_words(b"") == "krakru buda jari nusta dubi jolo"


@given(first=st.binary(), second=st.binary())
def test_other_bytes_have_other_words(first: bytes, second: bytes) -> None:
    assert (six_words(first) == six_words(second)) == (first == second)


def test_all_seventy_two_bits_are_used() -> None:
    seen = [set[str]() for _ in range(6)]
    for number in range(600):
        for place, word in enumerate(six_words(b"%d" % number).split()):
            seen[place] |= {word[: len(word) // 2], word[len(word) // 2 :]}
    assert all(len(found) >= 64 for found in seen)


def test_two_keys_and_two_roots_differ_in_words() -> None:
    assert key_fingerprint(ALICE_KEY.public) != key_fingerprint(BOB_KEY.public)
    assert root_fingerprint(a_root().to_bytes()) != root_fingerprint(a_root(2).to_bytes())


def test_what_people_type_is_tidied() -> None:
    assert tidy("  Sufa-Dudu tinu\n PASTI libu todi ") == "sufa dudu tinu pasti libu todi"
