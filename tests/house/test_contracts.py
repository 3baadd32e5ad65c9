"""The import contracts stand in pyproject; `tests/run` lets import-linter check them. Here: that each of them bites.

Each contract is shown a copy of the sources in which somebody broke it, and must name every import that was planted.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from itertools import permutations, product
from pathlib import Path
from typing import Any, Final

import pytest

from support.sources import ROOT, SOURCE_ROOTS, python_files

Planted = tuple[str, str]
"""Who imports, and what it may not."""

SHARED: Final = (
    ("protocol",),
    ("governance", "statistics"),
    ("questions",),
    ("codebook",),
    ("privacy",),
    ("signing",),
    ("formats",),
    ("vocabulary",),
    ("canonical", "clock"),
    ("errors",),
    ("reasons",),
)
NODE: Final = (
    ("wsgi", "cli"),
    ("app",),
    ("web",),
    ("jobs",),
    ("services",),
    ("hub_link", "importers"),
    ("readings",),
    ("store",),
    ("config",),
)
HUB: Final = (("wsgi", "cli"), ("app",), ("api", "web"), ("jobs",), ("services",), ("store",), ("config",))
PACKAGES: Final = (("marke_deploy",), ("marke_hub", "marke_node"), ("marke_ground",), ("marke",))

IMPURE: Final = (
    "flask", "sqlalchemy", "alembic", "httpx", "pandas", "click", "socket", "urllib", "sqlite3", "random", "time",
    "os", "pathlib", "secrets", "subprocess", "logging", "threading",
)  # fmt: skip


def _upward(levels: tuple[tuple[str, ...], ...], prefix: str = "") -> tuple[Planted, ...]:
    """Return every import that goes up or sideways; levels stand from high to low."""
    found = []
    for number, level in enumerate(levels):
        higher = [name for above in levels[:number] for name in above]
        found += [(prefix + low, prefix + high) for low, high in (*product(level, higher), *permutations(level, 2))]
    return tuple(found)


def _each(importers: tuple[str, ...], imported: tuple[str, ...]) -> tuple[Planted, ...]:
    return tuple(product(importers, imported))


VIOLATIONS: Final[Mapping[str, tuple[Planted, ...]]] = {
    "deploy knows all, hub and node never meet, shared knows nobody": _upward(PACKAGES),
    "shared is pure: no web, database, network, files, clock or dice": _each(
        ("marke.reasons", "marke.protocol.messages", "marke.signing.keys"), IMPURE
    ),
    "inside shared": _upward(SHARED, "marke."),
    "inside the node: doors, services, machinery, store": _upward(NODE, "marke_node."),
    "inside the hub": _upward(HUB, "marke_hub."),
    "views and machine doors speak to services, never to tables": (
        *_each(("marke_node.web.home",), ("sqlalchemy", "marke_node.store.vault", "marke_node.readings.sums")),
        *_each(("marke_hub.web.public", "marke_hub.api.doors"), ("sqlalchemy", "marke_hub.store.rounds")),
    ),
    "members, consents and facts are opened by these services only": _each(
        ("marke_node.services.decide_question", "marke_node.web.home", "marke_node.jobs.agent", "marke_deploy.cli"),
        ("marke_node.store.vault",),
    ),
    "meters and readings are opened by these services only": _each(
        ("marke_node.services.read_home", "marke_node.web.imports", "marke_node.jobs.agent", "marke_deploy.cli"),
        ("marke_node.readings.sums", "marke_node.store.meters"),
    ),
    "keys are touched in one module": _each(
        ("marke.signing.tokens", "marke_node.store.home", "marke_hub.services.hub"), ("cryptography",)
    ),
    "tokens are read in one module": _each(("marke.signing.keys", "marke_hub.services.authenticate"), ("jwt",)),
    "the node calls out through one package": _each(
        ("marke_node.jobs.exchange", "marke_node.services.doctor", "marke_hub.jobs.runner"), ("httpx",)
    ),
    "arrays are for readings": _each(("marke_node.services.pipeline", "marke.statistics", "marke_hub.app"), ("numpy",)),
    "workbooks are opened in one module": _each(
        ("marke_node.importers.source", "marke_node.web.imports"), ("openpyxl",)
    ),
    "drivers and migrations stay below": _each(
        ("marke_node.services.node", "marke_hub.store.rounds", "marke_node.readings.sums"), ("alembic", "psycopg")
    ),
    "servers are started by commands": _each(("marke_node.app", "marke_hub.app"), ("granian", "waitress")),
    "no cycles": (
        ("marke.vocabulary.units", "marke.vocabulary.ids"),
        ("marke.vocabulary.ids", "marke.vocabulary.units"),
    ),
}


def _settings() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    return found


CONTRACTS: Final[tuple[dict[str, Any], ...]] = tuple(_settings()["contracts"])


def test_every_contract_is_shown_a_violation_here() -> None:
    assert [contract["name"] for contract in CONTRACTS] == list(VIOLATIONS)
    assert "lint-imports" in (ROOT / "tests/run").read_text("utf-8")


def test_no_contract_looks_away() -> None:
    assert _settings()["include_external_packages"] is True
    assert set(_settings()) == {"root_packages", "include_external_packages", "contracts"}
    for contract in CONTRACTS:
        assert not {key for key in contract if "ignore" in key}, contract["name"]
        if "containers" in contract:
            assert contract["exhaustive"] is True, "a new module must be given its place"


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[Path]:
    """Give a copy of the sources in which something can be planted."""
    for path in python_files(*SOURCE_ROOTS):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    yield tmp_path
    shutil.rmtree(tmp_path)


def _file_of(root: Path, module: str) -> Path:
    for source in SOURCE_ROOTS:
        place = root / source / Path(*module.split("."))
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                return path
    raise LookupError(module)


def _lint(root: Path, contract: str) -> str:
    """Return what import-linter says of one contract, given alone so that nothing else can break for it."""
    chosen = next(found for found in CONTRACTS if found["name"] == contract)
    lines = ["[importlinter]", "include_external_packages = True", _ini("root_packages", _settings()["root_packages"])]
    lines += ["[importlinter:contract:1]", *(_ini(key, value) for key, value in chosen.items())]
    (root / "alone.ini").write_text("\n".join(lines), "utf-8")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(str(root / source) for source in SOURCE_ROOTS)}
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    done = subprocess.run(
        [*command, "--no-cache", "--config", "alone.ini"],
        cwd=root,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def _ini(key: str, value: object) -> str:
    if isinstance(value, list):
        return f"{key} =\n" + "\n".join(f"    {one}" for one in value)
    return f"{key} = {value}"


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_contract_names_every_import_that_breaks_it(contract: str, copied: Path) -> None:
    for importer, imported in VIOLATIONS[contract]:
        with _file_of(copied, importer).open("a", encoding="utf-8") as file:
            file.write(f"\nimport {imported}\n")
    said = _lint(copied, contract)
    assert f"{contract} BROKEN" in said, said[-2000:]
    if contract == "no cycles":
        return
    named = set(re.findall(r"(\S+) -> (\S+) \(l", said))
    assert [planted for planted in VIOLATIONS[contract] if planted not in named] == []


@pytest.mark.parametrize("package", ["shared/marke", "node/marke_node", "hub/marke_hub"])
def test_a_module_without_a_place_is_noticed(package: str, copied: Path) -> None:
    (copied / package / "newcomer.py").write_text('"""New."""\n', "utf-8")
    name = Path(package).name
    contract = next(found["name"] for found in CONTRACTS if found.get("containers") == [name])
    assert "newcomer" in _lint(copied, contract)
