"""The reference pages, made from the program itself: nothing on them is written by hand, so nothing on them is old.

Pure functions from the program's own tables to Markdown. `marke reference write` puts them into a folder.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import click

from marke.errors import MarkeError
from marke.reasons import Reason, sentences
from marke_deploy import reference_shapes
from marke_hub.config import SETTINGS as HUB_SETTINGS
from marke_node.config import SETTINGS as NODE_SETTINGS

MADE_BY: Final = "*Made from the program by `marke reference write`; changes by hand are lost.*"

OTHER_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "MARKE_LANG": "Language of every command: `nl` (default) or `en`. The option `--lang` goes before it.",
        "MARKE_PYTHON": "Which Python `deploy/demo` and `tests/run` make their environment with. 3.11 or newer.",
        "MARKE_ROOT": "The folder of the source code. `deploy/demo` and `tests/run` set it for their own parts.",
        "MARKE_SAMPLES": "Folder with real meter files. The tests that read them are skipped without it.",
        "MARKE_CHROMIUM": "Which Chromium the browser tests drive. Default: the one of Debian.",
        "MARKE_AXE": "The file `axe.min.js` with which the browser tests look for pages that exclude people.",
        "MARKE_SCREENSHOTS": "Folder in which the browser tests leave a picture of every page.",
        "MARKE_WITHOUT_POSTGRES": "`1` skips the tests that start a PostgreSQL server.",
    }
)
"""Settings that neither server reads: of the command line, the two scripts and the tests."""

_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "commands.md": "Commands",
        "settings.md": "Settings",
        "reasons.md": "Reasons",
        "messages.md": "Messages",
        "tables.md": "Tables",
    }
)
MADE: Final = frozenset({"index.md", *_TITLES})
"""The pages that are made; every other page in the folder is written by hand or by another command."""

_RAISED: Final = re.compile(r"(\w+Error)\(\s*Reason\.([A-Z0-9_]+)")


def pages(root: click.Command, *, sources: Iterable[str], others: Mapping[str, str]) -> Mapping[str, str]:
    """Return every page by its file name.

    `root` is the `marke` command, `sources` the text of the program's own modules (they tell which error gives which
    reason), `others` the title of every other page in the folder by file name, for the index.
    """
    bodies = {
        "commands.md": reference_shapes.commands(root),
        "settings.md": settings(),
        "reasons.md": reasons(raised_as(sources)),
        "messages.md": reference_shapes.messages(),
        "tables.md": reference_shapes.tables(),
    }
    made = {name: f"# {_TITLES[name]}\n\n{MADE_BY}\n\n{body.rstrip()}\n" for name, body in bodies.items()}
    return {"index.md": index(others), **made}


def index(others: Mapping[str, str]) -> str:
    """Return the page that leads to all others."""
    rows = sorted({**_TITLES, **others}.items(), key=lambda row: row[1].lower())
    links = [f"- [{title}]({name})" for name, title in rows]
    return "\n".join(["# Reference", "", MADE_BY, "", *links, ""])


def settings() -> str:
    """Return what every environment variable means, for the node, the hub, and everything else."""
    parts = [
        ("Of a node", NODE_SETTINGS),
        ("Of the hub", HUB_SETTINGS),
        ("Of commands, scripts and tests", OTHER_SETTINGS),
    ]
    lines = ["All settings are environment variables. A setting that is wrong is named when the program starts."]
    for title, names in parts:
        lines += ["", f"## {title}", "", "| setting | meaning |", "| --- | --- |"]
        lines += [f"| `{name}` | {meaning} |" for name, meaning in names.items()]
    return "\n".join(lines)


def raised_as(sources: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return, per name of a reason, the errors that carry it somewhere in the given modules."""
    found: dict[str, set[str]] = {}
    for text in sources:
        for error, reason in _RAISED.findall(text):
            found.setdefault(reason, set()).add(error)
    return {reason: tuple(sorted(errors)) for reason, errors in found.items()}


def reasons(raised: Mapping[str, tuple[str, ...]]) -> str:
    """Return the exit codes, and every reason with its sentences."""
    kinds = _error_classes()
    lines = [
        "An error says a reason; programs decide by it. Its class decides the exit code and the HTTP status.",
        "",
        "| class | exit code | HTTP status | meaning |",
        "| --- | --- | --- | --- |",
        *(
            f"| `{name}` | {kind.exit_code} | {kind.http_status} | {reference_shapes.first_line(kind.__doc__)} |"
            for name, kind in kinds.items()
        ),
        "",
        "Exit code 2 is a command that was typed wrongly; 1 is a doctor that found something. A reason without a class",
        "is never an error by itself: it is why a question is refused, or what a doctor or an import reports.",
        "",
        "| reason | classes | in English | in het Nederlands |",
        "| --- | --- | --- | --- |",
    ]
    for reason in Reason:
        said = sentences()[reason.value]
        classes = ", ".join(f"{name} {kinds[name].exit_code}" for name in raised.get(reason.name, ()) if name in kinds)
        cells = (f"`{reason.value}`", classes, said["en"], said["nl"])
        lines.append("| " + " | ".join(reference_shapes.cell(each) for each in cells) + " |")
    return "\n".join(lines)


def _error_classes() -> Mapping[str, type[MarkeError]]:
    found: dict[str, type[MarkeError]] = {}
    waiting: list[type[MarkeError]] = [MarkeError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__ == MarkeError.__module__:
            found[kind.__name__] = kind
    return dict(sorted(found.items(), key=lambda entry: (entry[1].exit_code, entry[0])))
