"""Migrations stand on their own: one line of them, forward only, without our models; and they make what we declare."""

import ast
from pathlib import Path
from typing import Final

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from marke_ground.store.engine import reading
from marke_ground.store.migrate import known_revisions
from marke_node.store.tables import METADATA as NODE_TABLES
from support.databases import HUB_MIGRATIONS, NODE_MIGRATIONS
from support.sources import ROOT, functions_of, tracked_files, tree_of

PLACES: Final = {
    NODE_MIGRATIONS: Path("node/marke_node/store/migrations"),
    HUB_MIGRATIONS: Path("hub/marke_hub/store/migrations"),
}
MAY_BE_IMPORTED: Final = {"alembic", "sqlalchemy", "marke_ground.store.append_only"}
MIGRATIONS: Final = [path for path in tracked_files() if path.parent in PLACES.values() and path.stem != "__init__"]


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or ".")
    return found


@pytest.mark.parametrize("path", MIGRATIONS, ids=str)
def test_a_migration_knows_no_model_of_today(path: Path) -> None:
    assert _imported(path) <= MAY_BE_IMPORTED


@pytest.mark.parametrize("path", MIGRATIONS, ids=str)
def test_a_migration_goes_forward_only(path: Path) -> None:
    assert "upgrade" in {node.name for node in functions_of(path)}
    assert "downgrade" not in {node.name for node in functions_of(path)}


@pytest.mark.parametrize("package", PLACES)
def test_there_is_one_line_of_migrations_in_the_order_of_their_names(package: str) -> None:
    config = Config()
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", str(ROOT / "shared/marke_ground/store/migrations").replace("%", "%%"))
    config.set_main_option("version_locations", str(ROOT / PLACES[package]).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    assert tuple(one.revision for one in script.walk_revisions())[::-1] == known_revisions(package)


def test_a_fresh_node_has_exactly_the_tables_that_are_declared(engine: Engine) -> None:
    with reading(engine) as session:
        context = MigrationContext.configure(session, opts={"compare_type": False})
        assert compare_metadata(context, NODE_TABLES) == []
