"""The closed list of reasons for a refusal or a failure, each with its sentence in Dutch and in English.

The sentences live in `sentences/*.toml`, one file a subject, so that a board member can read and improve them. A
sentence says what happened, where, and what to do; `{name}` is filled from the error's details.
"""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Literal

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")


class Reason(StrEnum):
    """Why something was refused or failed. The value is what stands on the wire, in logs and in audits."""

    # general
    INTERNAL = "internal"
    NOT_CANONICAL = "not_canonical"
    BAD_INSTANT = "bad_instant"
    BAD_FIELD = "bad_field"
    BAD_PERIOD = "bad_period"
    BAD_AREA = "bad_area"

    # codebook
    UNKNOWN_VARIABLE = "unknown_variable"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_BREAKDOWN = "unknown_breakdown"


class _KeepUnknown(dict[str, str | int]):
    def __missing__(self, key: str) -> str:
        return "?"


@cache
def sentences() -> Mapping[str, Mapping[Language, str]]:
    """Read every sentence: reason value -> language -> text. A house test keeps it equal to the enum."""
    found: dict[str, Mapping[Language, str]] = {}
    for entry in sorted(resources.files("marke").joinpath("sentences").iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            for name, texts in tomllib.loads(entry.read_text("utf-8")).items():
                if name in found:
                    raise ValueError(f"two sentences for {name}")
                found[name] = {"nl": texts["nl"], "en": texts["en"]}
    return found


def sentence(reason: Reason, language: Language, details: Mapping[str, str | int]) -> str:
    """Return one reason in one language with its details filled in; a detail that is not known prints as `?`."""
    return sentences()[reason.value][language].format_map(_KeepUnknown(details))
