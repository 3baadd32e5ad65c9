"""A value of its own in every column that holds people's data, and a nose that finds it again in whatever comes out."""

import base64
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

from sqlalchemy import Column, Engine, MetaData, Table, Text, literal, select, update

from marke_ground.store.engine import reading, transaction
from marke_node.store import meters, vault
from support.live_federation import WsgiApp

PROTECTED: Final = tuple(
    sorted(
        (value for module in (vault, meters) for value in vars(module).values() if isinstance(value, Table)),
        key=lambda table: table.name,
    )
)
"""The tables of people, found in the modules that only a few services may open."""

PSEUDONYMS: Final = ("households.id", "members.id")
"""Random ids: they are their own canaries. They may stand in the audit, and nowhere outside."""

WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("household_codes.category", "household_codes.code", "facts.variable", "rosters.variable", "rosters.codebook"),
        "words of the codebook, the same for everybody",
    ),
    **dict.fromkeys(("consents.category", "consents.purpose"), "words of the codebook that every question names"),
    **dict.fromkeys(("facts.period", "rosters.period"), "a year or a month that every question names"),
    **dict.fromkeys(("facts.origin", "facts.method"), "how a value was made, one of a few words of ours"),
    **dict.fromkeys(("consents.text_hash", "consents.language", "consents.channel"), "of the text, not of the person"),
    **dict.fromkeys(
        (f"series.{name}" for name in ("quantity", "register", "kind", "unit", "method", "empty")),
        "names of our own for what a meter counts",
    ),
    "roster_rows.codes": "words of the codebook",
}
"""Columns that are left as they are, and why."""

_CANARY: Final = re.compile(r"canary-[a-z]+-[a-z_]+-|(?:hh|mem)_[a-z2-7]{16}")
_LONG_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_UNWRAPPINGS: Final = 3


def is_words(column: Column[Any]) -> bool:
    """Say whether a column holds text, and not a day or a moment."""
    return type(column.type) is Text


def name_of(column: Column[Any]) -> str:
    """Return table and column."""
    return f"{column.table.name}.{column.name}"


@dataclass
class Canaries:
    """What was planted: per column, the values to look for."""

    planted: dict[str, frozenset[str]] = field(default_factory=dict)

    def plant(self, engine: Engine) -> None:
        """Overwrite every column of people's data with values of its own; ids stay and are noted."""
        with transaction(engine) as session:
            for table in PROTECTED:
                for column in table.columns:
                    if is_words(column) and name_of(column) not in {*WORDS, *PSEUDONYMS}:
                        text = f"canary-{table.name}-{column.name}-"
                        value = literal(text).concat(table.c.number.cast(Text))
                        session.execute(update(table).values({column.name: value}))
                        self.planted[name_of(column)] = frozenset({text})
            for name in PSEUDONYMS:
                table_name, column_name = name.split(".")
                table = next(found for found in PROTECTED if found.name == table_name)
                self.planted[name] = frozenset(session.execute(select(table.c[column_name])).scalars())

    def seen_in(self, *outputs: str | bytes) -> set[str]:
        """Return the columns whose canaries stand in what came out, also inside base64 inside base64."""
        found: set[str] = set()
        for output in outputs:
            words = set(_CANARY.findall(unwrapped(output)))
            found |= {name for name, values in self.planted.items() if values & words}
        return found


def unwrapped(output: str | bytes) -> str:
    """Return an output with everything that is packed in base64 opened and put after it."""
    layers = [output.encode() if isinstance(output, str) else output]
    for _ in range(_UNWRAPPINGS):
        layers.append(b"\n".join(_opened(run) for run in _LONG_RUN.findall(layers[-1])))
    return b"\n".join(layers).decode("utf-8", "replace")


def _opened(run: bytes) -> bytes:
    bare = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    return base64.b64decode(bare + b"=" * (-len(bare) % 4)) if len(bare) % 4 != 1 else b""


def dump(engine: Engine, metadata: MetaData, *, without: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield every cell of every table as `table.column` and text."""
    left_out = set(without)
    with reading(engine) as session:
        for table in metadata.sorted_tables:
            if table.name in left_out:
                continue
            for row in session.execute(select(table)).mappings():
                for name, value in row.items():
                    yield f"{table.name}.{name}", value.decode("latin-1") if isinstance(value, bytes) else str(value)


@dataclass
class Tap:
    """Stands before the hub and writes down all that nodes send: address, headers and body."""

    heard: list[bytes] = field(default_factory=list)

    def before(self, app: WsgiApp) -> WsgiApp:
        """Return an app that listens and passes on."""

        def listening(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:  # noqa: ANN401 - WSGI's own
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            said = " ".join(f"{key}={value}" for key, value in environ.items() if isinstance(value, str))
            self.heard.append(said.encode() + b"\n" + body)
            environ["wsgi.input"] = BytesIO(body)
            return app(environ, start_response)

        return listening


class _Ear(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._lines = lines
        self._plain = logging.Formatter("%(name)s %(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(f"{self._plain.format(record)} {vars(record)}")


@contextmanager
def all_logs() -> Iterator[list[str]]:
    """Collect every line of every logger, down to DEBUG, with all that was handed along."""
    lines: list[str] = []
    root, ear = logging.getLogger(), _Ear(lines)
    before = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(ear)
        root.setLevel(before)
