"""Putting details into a text, in Dutch or in English: names for codes (`terms.toml`) and numbers with their nouns."""

import string
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Literal

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")


class _Filler(string.Formatter):
    """Fills a sentence: `{row}`, and `{rows:rij|rijen}` for a number with its noun; what is not known prints as `?`."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def get_value(self, key: int | str, args: Sequence[object], kwargs: Mapping[str, object]) -> object:  # noqa: ARG002 - the formatter's signature
        value = kwargs.get(str(key), "?")
        return term(str(key), value, self._language) if isinstance(value, str) else value

    def format_field(self, value: object, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(format(value, format_spec))
        return f"{value} {one if value == 1 else many}"


def fill(text: str, language: Language, details: Mapping[str, str | int]) -> str:
    """Return a text with its places filled: details in people's words, a number with its noun in the right form."""
    return _Filler(language).vformat(text, (), details)


@cache
def _terms() -> Mapping[str, Mapping[str, Mapping[Language, str]]]:
    return tomllib.loads(resources.files("marke").joinpath("terms.toml").read_text("utf-8"))


def term(name: str, value: str, language: Language) -> str:
    """Return a detail in people's words, such as the name of a register; a value that has none comes back as it is.

    A value may carry one number or text after a bar, as in `at_least|5`.
    """
    code, _, rest = value.partition("|")
    words = _terms().get(name, {}).get(code)
    return value if words is None else words[language].replace("{}", rest)
