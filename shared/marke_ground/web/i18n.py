"""The words of the pages in Dutch and English, read from `locale/nl.po` and `locale/en.po` of each package.

A message is named by what it is for (`register.title`), not by its English text, so that improving a sentence in one
language touches nothing else. The reader knows the part of the format that these files use: comments, `msgid`,
`msgstr`, `msgstr[0]`/`msgstr[1]` for one and many, and text continued on the next line.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from marke.errors import ProgrammerError
from marke.reasons import LANGUAGES, Language

Messages = Mapping[str, tuple[str, ...]]

_LINE = re.compile(r'(?:(?P<word>msgid_plural|msgid|msgstr(?:\[[01]\])?)\s+)?"(?P<text>(?:[^"\\]|\\.)*)"')
_ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


@dataclass(frozen=True)
class Words:
    """The messages of one site in both languages."""

    messages: Mapping[Language, Messages]

    def say(self, language: Language, key: str, **values: object) -> str:
        """Return a message with its values filled in; raises ProgrammerError for a key that no catalogue has."""
        return self._texts(language, key)[0].format_map(values)

    def say_many(self, language: Language, key: str, count: int, **values: object) -> str:
        """Return the form for one or for many; `{count}` is filled in."""
        texts = self._texts(language, key)
        text = texts[0] if count == 1 else texts[-1]
        return text.format_map({"count": count, **values})

    def keys(self) -> frozenset[str]:
        """Return the names of all messages."""
        return frozenset(key for messages in self.messages.values() for key in messages)

    def _texts(self, language: Language, key: str) -> tuple[str, ...]:
        found = self.messages[language].get(key)
        if found is None:
            raise ProgrammerError(f"no message {key} in {language}")
        return found


@dataclass(frozen=True)
class Voice:
    """The words of a site in one language: what a view speaks with."""

    words: Words
    language: Language

    def say(self, key: str, **values: object) -> str:
        """Return a message with its values filled in."""
        return self.words.say(self.language, key, **values)

    def say_many(self, key: str, count: int, **values: object) -> str:
        """Return the form of a message for one or for many."""
        return self.words.say_many(self.language, key, count, **values)


def read_words(packages: Sequence[str]) -> Words:
    """Read the catalogues of some packages; a later package may not redefine a message of an earlier one."""
    return Words({language: _merged(packages, language) for language in LANGUAGES})


def _merged(packages: Sequence[str], language: Language) -> Messages:
    found: dict[str, tuple[str, ...]] = {}
    for package in packages:
        text = resources.files(package).joinpath("locale", f"{language}.po").read_text("utf-8")
        for key, texts in read_po(text).items():
            if key in found:
                raise ProgrammerError(f"message {key} is defined twice")
            found[key] = texts
    return found


def read_po(text: str) -> Messages:
    """Read a catalogue; raises ProgrammerError for a line it does not know or a message named twice."""
    found: dict[str, tuple[str, ...]] = {}
    key, texts = "", []
    for word, value in [*_statements(text), ("msgid", "")]:
        if word.startswith("msgstr"):
            texts.append(value)
        elif word == "msgid":
            if key in found:
                raise ProgrammerError(f"message {key} is defined twice")
            if key:
                found[key] = tuple(texts)
            key, texts = value, []
    return found


def _statements(text: str) -> list[tuple[str, str]]:
    """Join each keyword with its text and the lines on which that goes on."""
    found: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None or (match["word"] is None and not found):
            raise ProgrammerError(f"catalogue line {number} cannot be read")
        if match["word"] is not None:
            found.append((match["word"], _unescape(match["text"])))
        else:
            word, before = found[-1]
            found[-1] = (word, before + _unescape(match["text"]))
    return found


def _unescape(text: str) -> str:
    return re.sub(r"\\.", lambda found: _ESCAPES.get(found[0], found[0]), text)
