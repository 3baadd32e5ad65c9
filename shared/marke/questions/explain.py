"""A question in plain words, Dutch or English: what approvers read before they sign, and neighbours before they decide.

The words stand in `explanations.toml`, so that a board member can read and improve them.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from marke.codebook.model import Codebook
from marke.formats import moment
from marke.questions.axes import CROSS
from marke.questions.check import CheckedQuestion, check
from marke.questions.layout import in_order
from marke.questions.model import Question
from marke.reasons import Language

MOST_GROUPS_NAMED = 12
_HOUR, _DAY = 60, 24 * 60

Texts = Mapping[str, Mapping[str, Mapping[Language, str]]]


@cache
def texts() -> Texts:
    """Read the sentences: section -> name -> language -> text."""
    found: Texts = tomllib.loads(resources.files("marke.questions").joinpath("explanations.toml").read_text("utf-8"))
    return found


def explain(question: CheckedQuestion | Question, codebook: Codebook, language: Language) -> str:
    """Return the explanation of a question, one sentence or two per line.

    Raises what `check` raises when the question does not fit the codebook: what cannot be checked is not explained.
    """
    checked = question if isinstance(question, CheckedQuestion) else check(question, codebook)
    asked = checked.question
    details = {**_words(checked, language), **_facts(checked, language)}
    names = ["who", "why", "what", _split_line(checked), "use", "leaves", "never", "smallest", "consent"]
    names += ["until", "seen", "fewest", "no"]
    details["requester"] = asked.requester
    return "\n".join(_text("lines", name, language).format_map(details) for name in names)


def _text(section: str, name: str, language: Language) -> str:
    return texts()[section][name][language]


def _words(checked: CheckedQuestion, language: Language) -> dict[str, str]:
    """Fill in what is chosen from closed lists."""
    asked = checked.question
    numbers = {"bins": str(len(checked.layout.bins)), "places": str(len(checked.layout.places))}
    statistics = [_text("statistics", one, language).format_map(numbers) for one in in_order(asked.bundle.statistics)]
    return {
        "readings": _list([_text("readings", one, language) for one in asked.readings], language),
        "statistics": _list(statistics, language),
        "consents": _list([_text("consents", one, language) for one in sorted(checked.consents_needed)], language),
        "purpose": _text("purposes", asked.purpose, language),
        "recipients": _list([_text("recipients", one, language) for one in asked.recipients], language),
        "publication": _text("publications", asked.publication, language),
        "minutes": _minutes(asked.windows.contribute_minutes, language),
    }


def _facts(checked: CheckedQuestion, language: Language) -> dict[str, str]:
    """Fill in what is of this question and its variable."""
    asked, variable = checked.question, checked.variable
    groups = [_group_name(checked, leaf, language) for leaf in checked.leaves]
    return {
        "title": _as_sentence(asked.title.say(language)),
        "reason": asked.reason.say(language),
        "variable": variable.name.say(language),
        "definition": variable.definition.say(language),
        "unit": variable.unit.value,
        "period": str(checked.period),
        "groups": _list(groups, language),
        "count": str(len(groups)),
        "first": groups[0],
        "last": groups[-1],
        "k": str(asked.smallest_group),
        "decide_until": moment(asked.windows.decide_until, language),
        "collectives": str(asked.smallest_round),
    }


def _as_sentence(title: str) -> str:
    ended = title.rstrip()
    return ended if ended.endswith((".", "?", "!")) else f"{ended}."


def _split_line(checked: CheckedQuestion) -> str:
    if not checked.axes:
        return "split_all"
    return "split" if len(checked.leaves) <= MOST_GROUPS_NAMED else "split_many"


def _group_name(checked: CheckedQuestion, leaf: str, language: Language) -> str:
    if not checked.axes:
        return leaf
    parts = leaf.split(CROSS) if len(checked.axes) > 1 else [leaf]
    return ", ".join(axis.names[part].say(language) for axis, part in zip(checked.axes, parts, strict=True))


def _list(items: Sequence[str], language: Language) -> str:
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {_text('words', 'and', language)} {items[-1]}"


def _minutes(minutes: int, language: Language) -> str:
    for name, size in (("days", _DAY), ("hours", _HOUR)):
        if minutes >= 2 * size and minutes % size == 0:
            return _text("words", name, language).format(n=minutes // size)
    return _text("words", "minutes", language).format(n=minutes)
