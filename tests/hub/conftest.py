"""Fixtures of the hub's tests."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from support.consortium import Consortium, new_consortium


@pytest.fixture
def consortium(hub_engine: Engine, tmp_path: Path) -> Consortium:
    """Give a founded consortium without collectives, on each kind of database."""
    return new_consortium(hub_engine, tmp_path)
