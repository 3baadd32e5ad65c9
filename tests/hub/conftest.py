"""Fixtures of the hub's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from marke_ground.store.engine import open_engine
from marke_hub.store.tables import METADATA
from support.consortium import Consortium, new_consortium


@pytest.fixture
def consortium(hub_engine: Engine, tmp_path: Path) -> Consortium:
    """Give a founded consortium without collectives, on each kind of database."""
    return new_consortium(hub_engine, tmp_path)


@pytest.fixture
def small_consortium(tmp_path: Path) -> Iterator[Consortium]:
    """Give the same on SQLite only, for what has nothing to do with the database."""
    engine = open_engine(f"sqlite:///{tmp_path / 'small.db'}")
    METADATA.create_all(engine)
    yield new_consortium(engine, tmp_path)
    engine.dispose()
