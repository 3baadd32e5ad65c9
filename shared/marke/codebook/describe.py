"""The codebook in words: the reference page, and the lines of one variable for a screen."""

from collections.abc import Iterator
from decimal import Decimal

from marke.codebook.model import ALL, Breakdown, Category, Clip, Codebook, Group, Norm, Theme, Variable
from marke.codebook.words import unit_text, word
from marke.reasons import Language
from marke.vocabulary.units import Unit, to_published

MOST_CODES_SHOWN = 40
"""Longer lists (municipalities) are counted, not printed."""


def as_markdown(codebook: Codebook, language: Language) -> str:
    """Return the reference page of a codebook in one language, ending in a newline."""
    lines = [
        f"# {_say('title', language).format(version=codebook.version)}",
        "",
        _say("made", language),
        "",
        _counts(codebook, language),
        f"{_say('hash', language)}: `{codebook.hash}`",
    ]
    for theme in Theme:
        lines += ["", f"## {word('themes', theme.value, language)}"]
        for variable in (each for each in codebook.variables if each.theme is theme):
            lines += ["", f"### {variable.name.say(language)} (`{variable.id}`)", ""]
            lines += [f"- {label}: {text}" for label, text in variable_lines(codebook, variable, language)]
    lines += ["", f"## {_say('trees', language)}", ""]
    lines += [f"- {_tree(codebook, tree, language)}" for tree in codebook.breakdowns]
    lines += ["", f"## {_say('crossings', language)}", ""]
    lines += [f"- `{crossing.id}`: {crossing.name.say(language)}" for crossing in codebook.crossings]
    lines += ["", f"## {_say('categories', language)}", ""]
    lines += [f"- {_category(category, language)}" for category in codebook.categories]
    return "\n".join(lines) + "\n"


def variable_lines(codebook: Codebook, variable: Variable, language: Language) -> tuple[tuple[str, str], ...]:
    """Return label and text of everything known of a variable, its norms last."""
    consents = ", ".join(word("consents", each.value, language) for each in variable.consents)
    periods = ", ".join(word("granularities", each, language) for each in variable.granularities)
    found = [
        ("definition", variable.definition.say(language)),
        ("unit", unit_text(variable.unit, language)),
        ("about", word("subjects", variable.subject.value, language)),
        ("periods", periods),
        ("computation", variable.computation.say(language)),
        ("bounds", "; ".join(_bounds(codebook, variable, language))),
        ("centre", _number(variable.centre, variable)),
        ("bins", _edges(variable, variable.bins)),
        ("bins_between", _edges(variable, variable.bins_between)),
        ("consent", consents),
        ("sensitivity", word("sensitivities", variable.sensitivity.value, language)),
        ("breakdown", _path(codebook.breakdown(variable.breakdown), language)),
        ("source", variable.source),
    ]
    if variable.crossings:
        named = ", ".join(f"{codebook.crossing(each).name.say(language)} (`{each}`)" for each in variable.crossings)
        found.append(("crossings", named))
    if variable.indicator:
        found.append(("indicator", variable.indicator))
    found += [("norms", norm_line(codebook, norm, language)) for norm in codebook.norms_for(variable.id)]
    return tuple((_say(label, language), text) for label, text in found)


def norm_line(codebook: Codebook, norm: Norm, language: Language) -> str:
    """Return a norm in one line: value, whom and when it is about, what it covers, where it comes from, how sure."""
    group = next((each.name.say(language) for each in _groups(codebook, norm.level) if each.code == norm.group), "")
    about = ", ".join(part for part in (group, norm.population.say(language), norm.geography, norm.year) if part)
    trust = f"{word('confidences', norm.confidence, language)}; {word('uses', norm.use, language)}"
    where = f", {norm.url}" if norm.url else ""
    value = f"{norm.value} {unit_text(norm.unit, language)}"
    return f"{value} ({about}). {norm.boundary.say(language)} {norm.source}{where} ({trust})."


def _groups(codebook: Codebook, level: str) -> tuple[Group, ...]:
    return () if level == ALL else codebook.groups_of(level)


def _counts(codebook: Codebook, language: Language) -> str:
    parts = ("variables", "categories", "breakdowns", "crossings", "norms")
    return _say("counts", language).format(**{part: len(getattr(codebook, part)) for part in parts})


def _bounds(codebook: Codebook, variable: Variable, language: Language) -> Iterator[str]:
    yield _between(variable.clip, variable, language)
    category = codebook.category(codebook.breakdown(variable.breakdown).category)
    for code in category.codes:
        if code.code in variable.clip_by:
            yield f"{code.name.say(language)} {_between(variable.clip_by[code.code], variable, language)}"


def _between(clip: Clip, variable: Variable, language: Language) -> str:
    low, high = _number(clip.low, variable), _number(clip.high, variable)
    return _say("until", language).format(low=low, high=high)


def _edges(variable: Variable, edges: tuple[int, ...]) -> str:
    return " · ".join(_number(edge, variable) for edge in edges)


def _number(steps: int, variable: Variable) -> str:
    found: Decimal = to_published(steps, variable.decimals)
    return f"{found:f}" if variable.unit is Unit.YEAR else f"{found.normalize():f}"


def _path(tree: Breakdown, language: Language) -> str:
    levels = [f"{level.name.say(language)} (`{level.id}`)" for level in tree.levels]
    return " > ".join((f"{_say('everybody', language)} (`{ALL}`)", *levels))


def _tree(codebook: Codebook, tree: Breakdown, language: Language) -> str:
    name = codebook.category(tree.category).name.say(language)
    return f"`{tree.id}` ({name}): {_path(tree, language)}"


def _category(category: Category, language: Language) -> str:
    year = f", {_say('code_year', language).format(year=category.code_year)}" if category.code_year else ""
    codes = ", ".join(f"{code.name.say(language)} (`{code.code}`)" for code in category.codes)
    if len(category.codes) > MOST_CODES_SHOWN:
        codes = _say("codes", language).format(count=len(category.codes))
    return (
        f"`{category.id}`, {category.name.say(language)}{year}: {codes}. {_say('source', language)}: {category.source}."
    )


def _say(name: str, language: Language) -> str:
    return word("words", name, language)
