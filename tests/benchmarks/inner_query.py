"""The node's inner query against the same query in bare DuckDB, in one run: `python tests/benchmarks/inner_query.py`.

Per household the use of a year, clipped, then per dwelling type: households, sum, sum of squares and a histogram of
twenty bins. CPU time is that of this process plus the database's own backend; every engine must give the same numbers.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Engine, insert, text

sys.path.insert(0, str(Path(__file__).parents[1]))

from marke.vocabulary.actor import SYSTEM
from marke.vocabulary.periods import Period
from marke_ground.store.engine import Session, open_engine, reading, transaction
from marke_ground.store.migrate import migrate
from marke_node.readings.calendar import MONTH_S, month_start
from marke_node.readings.model import MeterRef, ParsedSeries, Quantity, ReadingKind, Register
from marke_node.readings.sums import Grain, Sums, household_sums, scanned_sums
from marke_node.services.store_readings import store
from marke_node.store.vault import HOUSEHOLDS
from support.databases import NODE_MIGRATIONS, PostgresServer, start_postgres, stop_postgres

YEAR = Period.parse("2025")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SIZES = ((1000, 12), (1000, 8760), (5000, 8760))
SMALL_SIZES = ((100, 12), (100, 8760))
LOW, HIGH, BIN, BINS, DWELLINGS = 200_000, 12_000_000, 590_000, 20, 5
RUNS = 9

Answer = Mapping[tuple[int, int], tuple[int, int, int]]
"""(dwelling type, bin) -> households, sum, sum of squares."""


@dataclass(frozen=True)
class Village:
    """Made-up readings of every household over 2025, with the time every slot starts."""

    homes: int
    times: NDArray[np.int64] = field(repr=False)
    interval_s: int

    def values(self, home: int) -> NDArray[np.int64]:
        """Return the use of a household (counted from 1) per slot in Wh: noise around a level of its own."""
        noise = np.random.Generator(np.random.PCG64(home))
        level = 2_700_000 / self.times.size * noise.lognormal(0, 0.5)
        return noise.gamma(2.0, level / 2, self.times.size).astype(np.int64)


def village(homes: int, slots: int) -> Village:
    """Make a village whose meters are read monthly (12 slots) or hourly (8,760)."""
    if slots == len(YEAR.months()):
        starts = [month_start(202501 + month) for month in range(slots)]
        return Village(homes, np.array(starts, dtype=np.int64), MONTH_S)
    return Village(homes, month_start(202501) + 3600 * np.arange(slots, dtype=np.int64), 3600)


def fill(engine: Engine, made: Village) -> None:
    """Put a village into a node's database through the node's own service."""
    migrate(engine, NODE_MIGRATIONS)
    ids = [f"hh_{home:a>16}" for home in range(1, made.homes + 1)]
    with transaction(engine) as session:
        rows = [{"number": number, "id": id_, "joined": date(2024, 1, 1)} for number, id_ in enumerate(ids, 1)]
        session.execute(insert(HOUSEHOLDS), rows)
        for number, id_ in enumerate(ids, 1):
            put(session, made, number, id_)


def put(session: Session, made: Village, number: int, household: str) -> None:
    """Store one household's year."""
    from array import array  # noqa: PLC0415 - as an importer hands it over

    one = ParsedSeries(
        meter=MeterRef("mtr_" + "a" * 26),
        register=Register.ELECTRICITY_DELIVERED,
        kind=ReadingKind.USE,
        interval_s=made.interval_s,
        times=array("q", made.times.tobytes()),
        values=array("q", made.values(number).tobytes()),
    )
    store(session, household=household, series=[one], source="benchmark", by=SYSTEM, now=NOW)


def fill_duckdb(path: Path, made: Village) -> duckdb.DuckDBPyConnection:
    """Put the same readings into a native DuckDB table, in the order of household and time."""
    found = duckdb.connect(str(path))
    found.execute("CREATE TABLE readings (household INTEGER, ts BIGINT, wh INTEGER)")
    for home in range(1, made.homes + 1):
        household = np.full(made.times.size, home, dtype=np.int32)
        part = pa.table({"household": household, "ts": made.times, "wh": made.values(home).astype(np.int32)})
        found.register("part", part)
        found.execute("INSERT INTO readings SELECT * FROM part")
        found.unregister("part")
    found.execute("CHECKPOINT")
    return found


def kernel(sums: Sums) -> Answer:
    """Clip, bin and add up in Python, as a node does."""
    found: dict[tuple[int, int], tuple[int, int, int]] = {}
    for household, known in sums.items():
        value = min(max(known.total, LOW), HIGH)
        key = (household % DWELLINGS, min((value - LOW) // BIN, BINS - 1))
        count, total, squares = found.get(key, (0, 0, 0))
        found[key] = (count + 1, total + value, squares + value * value)
    return found


DUCKDB_QUERY = """
WITH used AS (SELECT household, sum(wh)::BIGINT AS wh FROM readings WHERE ts >= $first AND ts < $after
              GROUP BY household),
clipped AS (SELECT household % $dwellings AS dwelling, least(greatest(wh, $low), $high) AS wh FROM used)
SELECT dwelling, least((wh - $low) // $width, $bins - 1) AS bin, count(*), sum(wh)::HUGEINT, sum(wh::HUGEINT * wh)
FROM clipped GROUP BY ALL
"""

DUCKDB_VALUES = {
    "first": month_start(202501),
    "after": month_start(202601),
    "dwellings": DWELLINGS,
    "low": LOW,
    "high": HIGH,
    "width": BIN,
    "bins": BINS,
}


def ask_duckdb(found: duckdb.DuckDBPyConnection) -> Answer:
    """Ask DuckDB the whole query in its own SQL."""
    rows = found.execute(DUCKDB_QUERY, DUCKDB_VALUES).fetchall()
    return {(dwelling, bin_): (count, int(total), int(squares)) for dwelling, bin_, count, total, squares in rows}


@dataclass(frozen=True)
class Measured:
    """The least and the middle CPU time of some runs, in milliseconds, and what came out."""

    least: float
    middle: float
    answer: Any = field(repr=False)


def measure(run: Callable[[], Any], backend: Callable[[], float] = lambda: 0.0) -> Measured:
    """Run a few times after one run to warm up; `backend` gives the CPU milliseconds of a server so far."""
    answer = run()
    found = []
    for _ in range(RUNS):
        ours, theirs = time.process_time(), backend()
        answer = run()
        found.append((time.process_time() - ours) * 1000 + backend() - theirs)
    return Measured(min(found), sorted(found)[RUNS // 2], answer)


def ways(engine: Engine) -> Iterator[tuple[str, Measured]]:
    """Measure both ways of one database: stored totals, and opening every block."""
    kind = engine.dialect.name
    for name, way in (("whole months", household_sums), ("raw scan", scanned_sums)):
        with reading(engine) as session:
            backend = _backend_clock(session)

            def ask(way: Callable[..., Sums] = way, session: Session = session) -> Answer:
                return kernel(way(session, quantity=Quantity.ELECTRICITY_DELIVERED, period=YEAR, grain=Grain.FINE))

            yield f"{kind} {name}", measure(ask, backend)


def _backend_clock(session: Session) -> Callable[[], float]:
    if session.dialect.name == "sqlite":
        return lambda: 0.0
    session.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))  # so that one process does all of it
    process = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    statistics = Path(f"/proc/{process}/schedstat")  # the first number is nanoseconds on a processor
    return lambda: int(statistics.read_text().split()[0]) / 1e6


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """Run a PostgreSQL server for the time of the benchmark."""
    server = start_postgres({"listen_addresses": "''", "shared_buffers": "128MB", "autovacuum": "off"})
    try:
        yield server
    finally:
        stop_postgres(server)


def compare(homes: int, slots: int, server: PostgresServer, folder: Path) -> None:
    """Measure every engine on one size and print a table; stops when two engines disagree."""
    made = village(homes, slots)
    bare = fill_duckdb(folder / f"{homes}-{slots}.duckdb", made)
    engines = (
        open_engine(f"sqlite:///{folder}/{homes}-{slots}.db"),
        open_engine(server.new_database(None)),
    )
    click.echo(f"\n{homes:,} households x {slots:,} readings")
    for engine in engines:
        start = time.process_time()
        fill(engine, made)
        seconds = time.process_time() - start
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
                session.execute(text("VACUUM ANALYZE"))
        click.echo(
            f"  {engine.dialect.name + ' filled':<28}{seconds * 1e6 / homes / slots:>9.2f} us CPU per reading (client)"
        )
    yardstick = measure(lambda: ask_duckdb(bare))
    found = [("duckdb native", yardstick), *(way for engine in engines for way in ways(engine))]
    click.echo(f"  {'':<28}{'least':>9}{'median':>9}   CPU ms, and of DuckDB's median")
    for name, measured in found:
        share = measured.middle / yardstick.middle
        click.echo(f"  {name:<28}{measured.least:>9.1f}{measured.middle:>9.1f}{share:>8.2f} x")
        if measured.answer != yardstick.answer:
            raise click.ClickException(f"{name} gives other numbers than DuckDB")
    bare.close()
    for engine in engines:
        engine.dispose()


@click.command()
@click.option("--small", is_flag=True, help="A hundred households: to see that it runs.")
def main(*, small: bool) -> None:
    """Print one table per size."""
    with tempfile.TemporaryDirectory(prefix="marke-bench-") as folder, postgres() as server:
        for homes, slots in SMALL_SIZES if small else SIZES:
            compare(homes, slots, server, Path(folder))


if __name__ == "__main__":
    main()
