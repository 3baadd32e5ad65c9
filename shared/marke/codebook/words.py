"""The words around the codebook, from `words.toml`: names of themes, consents, units, and headings."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from marke.reasons import Language
from marke.vocabulary.units import Unit


@cache
def _texts() -> Mapping[str, Mapping[str, Mapping[Language, str]]]:
    return tomllib.loads(resources.files("marke.codebook").joinpath("words.toml").read_text("utf-8"))


def word(section: str, name: str, language: Language) -> str:
    """Return the text for a name, such as `word("themes", "energy", "nl")`; raises KeyError for one that is absent."""
    return _texts()[section][name][language]


def unit_text(unit: Unit, language: Language) -> str:
    """Return a unit as it stands beside a number: a symbol is the same in both languages, a word is not."""
    return word("units", unit.value, language) if unit.value in _texts()["units"] else unit.value
