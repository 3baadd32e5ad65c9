"""The import contracts stand in pyproject; `tests/run` lets import-linter check them. Here: that none was taken out."""

import tomllib

from support.sources import ROOT

BOUNDARIES = {
    "deploy knows all, hub and node never meet, shared knows nobody",
    "shared is pure: no web, database, network, files, clock or dice",
    "inside shared",
    "inside the node: doors, services, machinery, store",
    "inside the hub",
    "views and machine doors speak to services, never to tables",
    "members, consents and facts are opened by these services only",
    "no cycles",
}


def test_the_import_contracts_name_every_boundary() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} >= BOUNDARIES
    assert "lint-imports" in (ROOT / "tests/run").read_text("utf-8")
