"""The reference pages are those of this program, and leave nothing of it out."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Table

from marke_deploy.cli import main
from marke_deploy.reference import MADE, OTHER_SETTINGS
from marke_hub.config import SETTINGS as HUB_SETTINGS
from marke_hub.store.tables import METADATA as HUB_TABLES
from marke_node.config import SETTINGS as NODE_SETTINGS
from marke_node.store.tables import METADATA as NODE_TABLES
from support.sources import ROOT, SOURCE_ROOTS, tracked_files

REFERENCE = ROOT / "docs" / "reference"
TABLES = [*NODE_TABLES.tables.values(), *HUB_TABLES.tables.values()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages in a process of its own: a command remembers how help was asked for when it was first used."""
    folder = tmp_path_factory.mktemp("made") / "reference"
    shutil.copytree(REFERENCE, folder)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / source) for source in SOURCE_ROOTS)}
    command = [sys.executable, "-m", "marke_deploy.cli", "reference", "write", str(folder)]
    subprocess.run(command, env=environ, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_reference_page_is_the_one_that_this_program_makes(name: str, made: Path) -> None:
    now, then = (made / name).read_text("utf-8"), (REFERENCE / name).read_text("utf-8")
    assert then == now, "marke reference write docs/reference"


def test_the_command_writes_what_its_check_accepts_and_names_a_page_that_is_old(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(main, ["reference", "write", str(tmp_path)]).exit_code == 0
    assert runner.invoke(main, ["reference", "check", str(tmp_path)]).exit_code == 0
    (tmp_path / "settings.md").write_text("old", "utf-8")
    checked = runner.invoke(main, ["reference", "check", str(tmp_path)])
    assert checked.exit_code != 0
    assert "settings.md" in checked.output


def test_every_setting_that_the_source_names_is_documented() -> None:
    known = {*NODE_SETTINGS, *HUB_SETTINGS, *OTHER_SETTINGS}
    named = {
        name
        for path in tracked_files()
        if path.suffix in {".py", ".sh", ""}
        for name in re.findall(r"\bMARKE_[A-Z][A-Z_]*[A-Z]\b", (ROOT / path).read_text("utf-8", errors="replace"))
    }
    assert named <= known, sorted(named - known)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_and_column_says_what_it_holds(table: Table) -> None:
    assert table.comment
    assert [column.name for column in table.columns if not column.comment] == []
