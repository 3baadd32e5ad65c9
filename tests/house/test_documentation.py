"""What is documented exists, and what exists is documented (style.md 7.15)."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.sources import ROOT, functions_of, tracked_files

DOCS = [path for path in tracked_files() if path.suffix == ".md"]


@pytest.mark.parametrize("path", DOCS, ids=str)
def test_every_link_between_documents_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", (ROOT / path).read_text("utf-8"))
    broken = [link for link in links if not (ROOT / path.parent / link).exists()]
    assert broken == []


def _threat_rows() -> list[list[str]]:
    text = (ROOT / "docs/threat-model.md").read_text("utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if re.match(r"\| T[0-9]+ \|", line)]
    return [[cell.strip() for cell in row] for row in rows]


@pytest.mark.parametrize("row", _threat_rows(), ids=lambda row: row[0])
def test_every_promise_of_the_threat_model_names_its_module_and_its_test(row: list[str]) -> None:
    _, promise, modules, tests = row
    assert promise
    for module in re.findall(r"`([\w.]+)`", modules):
        parts = module.split(".")
        root = {
            "marke": "shared",
            "marke_ground": "shared",
            "marke_node": "node",
            "marke_hub": "hub",
            "marke_deploy": "deploy",
        }
        place = ROOT / root[parts[0]] / Path(*parts)
        assert place.with_suffix(".py").exists() or place.is_dir(), module
    named = re.findall(r"`(tests/[\w/.]+)::(\w+)`", tests)
    assert named
    for file, function in named:
        assert (ROOT / file).exists(), file
        assert function in {node.name for node in functions_of(Path(file))}, f"{file}::{function}"


def test_the_threat_model_is_not_empty() -> None:
    assert len(_threat_rows()) >= 20


def test_every_decision_record_has_the_same_four_parts() -> None:
    for path in sorted((ROOT / "docs/decisions").glob("0*.md")):
        text = path.read_text("utf-8")
        assert re.match(r"# \d+\. .+\n\n- Date: \d{4}-\d\d-\d\d\n- Status: ", text), path.name
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, f"{path.name}: {part}"


def test_the_glossary_is_sorted_and_says_each_word_once() -> None:
    lines = (ROOT / "docs/glossary.md").read_text("utf-8").splitlines()
    words = [line.split("|")[1].strip() for line in lines if line.startswith("| ") and "---" not in line][1:]
    assert words == sorted(set(words))


def test_the_choices_of_the_tests_are_listed_as_the_readme_says() -> None:
    listed = subprocess.run([ROOT / "tests" / "run", "--help"], capture_output=True, check=True, text=True)
    assert "--fast" in listed.stdout
    assert "--deep" in listed.stdout


@pytest.mark.parametrize("path", sorted((ROOT / "tests/benchmarks").glob("*.py")), ids=lambda path: path.name)
def test_a_benchmark_starts_by_the_command_that_is_printed(path: Path) -> None:
    printed = f"python {path.relative_to(ROOT)}"
    assert printed in (ROOT / "docs/reference/benchmarks.md").read_text("utf-8")
    started = subprocess.run([sys.executable, str(path), "--help"], cwd=ROOT, capture_output=True, check=False)
    assert started.returncode == 0, started.stderr.decode()
