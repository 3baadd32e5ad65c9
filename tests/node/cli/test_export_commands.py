"""`marke node export`: what the file holds is what the database holds, and it says that it is personal."""

import builtins
import json
import secrets
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select

from marke_deploy.demo_files import dsmr_reader
from marke_ground.store.engine import open_engine, reading, transaction
from marke_node.cli import node
from marke_node.config import NodeConfig
from marke_node.services.node import make_node
from marke_node.store.metadata import AUDIT
from marke_node.store.meters import BLOCKS, SERIES
from support.villages import NOON, gas_village

# over the night the clock goes back
START = datetime(2025, 10, 25, 21, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Give the database of a node with twelve households, facts, and readings of the first."""
    monkeypatch.setenv("MARKE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MARKE_LANG", "en")
    config = NodeConfig.from_environ({"MARKE_HOME": str(tmp_path / "home")})
    make_node(config, None, secrets.token_bytes, now=NOON)
    found = open_engine(config.database_url)
    home = gas_village(found).households[0]
    file = tmp_path / "meter.csv"
    file.write_bytes(dsmr_reader(START, [(100 + number, 7, 0, 0, 10) for number in range(30)]))
    assert _run("import", "file", str(file), "--household", home, "--commit").exit_code == 0
    return found


def _run(*words: str) -> Result:
    return CliRunner().invoke(node, words, catch_exceptions=False)


def test_the_readings_of_the_file_are_those_of_the_database(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "readings.parquet"
    result = _run("export", "readings", "--out", str(out), "--json")
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = pq.read_table(out).to_pylist()
    with reading(engine) as session:
        query = (
            select(SERIES.c.register, SERIES.c.kind, func.sum(BLOCKS.c.present), func.sum(BLOCKS.c.total))
            .join(SERIES, SERIES.c.number == BLOCKS.c.series)
            .where(SERIES.c.kind != "daily")
            .group_by(SERIES.c.register, SERIES.c.kind)
        )
        held = {(row[0], row[1]): (int(row[2]), int(row[3])) for row in session.execute(query)}
        written = session.execute(select(AUDIT.c.verb).where(AUDIT.c.verb == "export_records")).all()
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        count, total = found.get((row["register"], row["kind"]), (0, 0))
        found[row["register"], row["kind"]] = (count + 1, total + row["value"])
    assert found == held
    assert json.loads(result.stdout)["rows"] == len(rows)
    assert len(written) == 1
    gas = [row["start_utc_s"] for row in rows if (row["register"], row["kind"]) == ("gas", "use")]
    assert gas == sorted(set(gas))
    assert {later - earlier for earlier, later in pairwise(gas)} == {3600}


def test_the_facts_of_the_file_are_those_of_the_database(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "facts.parquet"
    result = _run("export", "facts", "--out", str(out))
    assert "personal data" in result.stdout
    assert "12 rows" in result.stdout
    assert out.stat().st_mode & 0o777 == 0o600
    rows: list[dict[str, Any]] = pq.read_table(out).to_pylist()
    assert [row["value"] for row in rows] == [1000 + number for number in range(12)]
    assert {row["variable"] for row in rows} == {"energy.gas_use"}
    engine.dispose()


@pytest.mark.usefixtures("engine")
def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "facts.parquet"
    out.write_bytes(b"mine")
    assert _run("export", "facts", "--out", str(out)).exit_code == 15
    assert out.read_bytes() == b"mine"


def test_without_the_extra_the_remedy_is_said_and_nothing_is_written(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = builtins.__import__

    def poor(name: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 - the signature of __import__
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return whole(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", poor)
    result = _run("export", "facts", "--out", str(tmp_path / "facts.parquet"))
    assert result.exit_code == 10
    assert "marke[export]" in result.stderr
    assert not list(tmp_path.glob("*facts*"))
    with transaction(engine) as session:
        assert not session.execute(select(AUDIT.c.verb).where(AUDIT.c.verb == "export_records")).all()
