"""`marke node export`: readings and facts as Parquet, for analysts inside the collective."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from marke.errors import BadInputError, ConflictError
from marke.reasons import Language, Reason, fill
from marke_ground.commands import MarkeGroup, SlowBar, answer, language
from marke_ground.files import PRIVATE, writing_wholly
from marke_ground.store.engine import Session, reading, transaction
from marke_node.cli.surroundings import BOARD, opened
from marke_node.services.export_records import Columns, Exported, export_facts, export_readings, record_export

_OUT = click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The new file, ending in .parquet."
)
_ROWS_IN_GROUP: Final = 100_000
"""Rows that are written together; a month of a meter alone would make a poor row group."""

_SAID: Final[Mapping[Language, tuple[str, str]]] = {
    "nl": (
        "{rows:rij|rijen} geschreven naar {file}.",
        "Dit bestand bevat persoonsgegevens en blijft binnen het collectief: verstuur het niet, en wis het na gebruik.",
    ),
    "en": (
        "{rows:row|rows} written to {file}.",
        "This file holds personal data. It stays inside the collective: do not send it, and erase it after use.",
    ),
}


@click.group(cls=MarkeGroup)
def export() -> None:
    """Write readings or facts to a Parquet file. It holds personal data and stays inside the collective."""


@export.command("readings")
@_OUT
def readings(*, out: Path) -> None:
    """Write every reading: household and meter by pseudonym, register, start, value in Wh or dm3."""
    _export("readings", export_readings, out)


@export.command("facts")
@_OUT
def facts(*, out: Path) -> None:
    """Write every fact: household by pseudonym, variable, period, value in whole steps of the variable."""
    _export("facts", export_facts, out)


def _export(what: Exported, read: Callable[[Session], Iterator[Columns]], out: Path) -> None:
    if out.exists():
        raise ConflictError(Reason.FILE_EXISTS, file=out.name[:80])
    label = {"nl": "Schrijven", "en": "Writing"}[language()]
    with opened() as here, writing_wholly(out, mode=PRIVATE) as file, SlowBar(0, label) as bar:
        with reading(here.engine) as session:
            rows = _write(file, read(session), what, bar.went_on)
        # written down before the file gets its name: no file of personal data without a line in the audit
        with transaction(here.engine) as session:
            record_export(session, what=what, rows=rows, by=BOARD, now=here.now)
    lines = (fill(line, language(), {"rows": rows, "file": out.name}) for line in _SAID[language()])
    answer({"file": str(out), "rows": rows, "personal_data": True}, *lines)


def _write(file: BinaryIO, batches: Iterator[Columns], what: Exported, progress: Callable[[int], None]) -> int:
    try:
        import pyarrow as pa  # noqa: PLC0415 - 170 MB, and only needed here
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise BadInputError(Reason.EXPORT_SUPPORT) from error
    schema = pa.schema([(name, pa.int64() if kind is int else pa.string()) for name, kind in _COLUMNS[what].items()])
    rows = 0
    waiting: list[Any] = []
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in batches:
            waiting.append(pa.Table.from_pydict(batch, schema=schema))
            rows += waiting[-1].num_rows
            progress(waiting[-1].num_rows)
            if sum(table.num_rows for table in waiting) >= _ROWS_IN_GROUP:
                writer.write_table(pa.concat_tables(waiting))
                waiting.clear()
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
    return rows


_COLUMNS: Final[Mapping[Exported, Mapping[str, type]]] = {
    "readings": {
        "household": str,
        "meter": str,
        "register": str,
        "kind": str,
        "interval_s": int,
        "start_utc_s": int,
        "value": int,
        "unit": str,
        "method": str,
        "quality": int,
    },
    "facts": {
        "household": str,
        "variable": str,
        "period": str,
        "revision": int,
        "value": int,
        "coverage": int,
        "quality": int,
        "origin": str,
        "method": str,
    },
}
