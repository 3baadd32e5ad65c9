"""Import a million readings from CSV into an empty SQLite node: parse and store, in CPU seconds.

Run by hand: `.venv/bin/python tests/benchmarks/import_readings.py [--readings 1000000] [--format engie]`. The file is
made beforehand and is not counted. `dsmr_reader` has five readings a row, `homewizard` four counters, `engie` one.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from marke.vocabulary.actor import Actor, ActorKind
from marke_deploy.demo_files import dsmr_reader, homewizard_electricity
from marke_ground.store.engine import open_engine, transaction
from marke_ground.store.migrate import migrate
from marke_node.importers.base import ParseContext
from marke_node.importers.registry import find_importer
from marke_node.importers.source import examine
from marke_node.services import commit_import
from marke_node.services.add_household import NewHousehold, add
from marke_node.services.read_import import ImportRequest
from support.meter_files import engie
from support.small_codebook import small_codebook

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ALICE = Actor(ActorKind.BOARD, "mem_aliceaaaaaaaaaaaa")
SECRET = bytes(32)


def _uses(rows: int) -> Iterable[tuple[int, int, int, int, int]]:
    return ((n * 7 % 900, n * 5 % 700, n % 300, n % 200, n * 3 % 200) for n in range(rows))


def _dsmr(readings: int) -> bytes:
    return dsmr_reader(NOW - timedelta(hours=readings // 5 + 1), _uses(readings // 5))


def _homewizard(readings: int) -> bytes:
    rows = readings // 4
    counters = ((8_000_000 + 101 * n, 4_000_000 + 57 * n, 31 * n, 17 * n) for n in range(rows))
    return homewizard_electricity(NOW - timedelta(minutes=15 * (rows + 1)), counters)


def _engie(readings: int) -> bytes:
    # gas only: nothing is added for a second tariff; eight meters, as time does not reach back further
    rows = [(str(n % 8), f"0.{n * 7 % 200:03}", "Gas", "0") for n in range(readings)]
    return engie(NOW - timedelta(hours=readings // 8 + 1), rows)


FORMATS: dict[str, Callable[[int], bytes]] = {"dsmr_reader": _dsmr, "homewizard": _homewizard, "engie": _engie}


def measure(name: str, readings: int, folder: Path) -> None:
    """Make a file, parse it alone, then import it whole, and print CPU seconds."""
    path = folder / f"{name}.csv"
    path.write_bytes(FORMATS[name](readings))
    engine = open_engine(f"sqlite:///{folder / name}.db")
    migrate(engine, "marke_node.store.migrations")
    with transaction(engine) as session:
        homes = [
            add(session, household=NewHousehold(NOW.date()), codebook=small_codebook(), by=ALICE, now=NOW)
            for _ in range(8)
        ]
    start = time.process_time()
    with path.open("rb") as file:
        examined = examine(file)
        parsed = find_importer(examined).parse(file, examined, ParseContext(NOW, homes[0], SECRET))
    parse_s = time.process_time() - start
    del parsed
    meters = dict(enumerate(homes, start=1)) if name == "engie" else {}
    start = time.process_time()
    with transaction(engine) as session:
        request = ImportRequest(path, SECRET, household=homes[0], meters=meters)
        report = commit_import.commit(session, request=request, by=ALICE, now=NOW)
    whole_s = time.process_time() - start
    size = path.stat().st_size / 1e6
    print(
        f"{name:12} {report.kept.added:>9,} readings, {report.rows:>9,} rows, {size:6.1f} MB: "
        f"parse {parse_s:5.2f} CPU s, parse and store {whole_s:5.2f} CPU s"
    )


def main() -> None:
    """Measure every format, or the one that is named."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--readings", type=int, default=1_000_000)
    arguments.add_argument("--format", choices=FORMATS, action="append")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in given.format or FORMATS:
            measure(name, given.readings, Path(folder))


if __name__ == "__main__":
    main()
