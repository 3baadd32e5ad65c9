"""Size law, names and docstrings (style.md 7.11, 7.12 and 8)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.sources import ROOT, SOURCE_ROOTS, functions_of, python_files, tracked_files

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
SHARE_OVER_FORTY = 0.10
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "core", "base", "tools"}


LEAST_OTHER_WORDS = 3
"""A docstring says at least so much that its function's name does not."""


def _is_exempt(path: Path) -> bool:
    return "migrations" in path.parts or path.parts[:2] == ("tests", "spec")


@pytest.mark.parametrize("path", python_files(*SOURCE_ROOTS, "tests"), ids=str)
def test_a_file_fits_in_four_hundred_lines(path: Path) -> None:
    if not _is_exempt(path):
        assert len((ROOT / path).read_text("utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", python_files(*SOURCE_ROOTS, "tests"), ids=str)
def test_no_function_passes_sixty_lines(path: Path) -> None:
    if _is_exempt(path):
        return
    long = [f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1}" for node in functions_of(path)]
    assert [entry for entry in long if int(entry.rsplit(" ", 1)[1]) > LONGEST_FUNCTION] == []


def test_hardly_any_function_passes_forty_lines() -> None:
    lengths = [
        (node.end_lineno or 0) - node.lineno + 1
        for path in python_files(*SOURCE_ROOTS)
        if not _is_exempt(path)
        for node in functions_of(path)
    ]
    assert sum(length > 40 for length in lengths) <= SHARE_OVER_FORTY * len(lengths)


def test_files_are_named_after_what_they_hold() -> None:
    allowed = {Path("node/marke_node/importers/base.py")}
    named = [path for path in tracked_files() if path.stem in FORBIDDEN_NAMES and path not in allowed]
    assert named == []


@pytest.mark.parametrize("path", python_files(*SOURCE_ROOTS), ids=str)
def test_nothing_is_left_for_later(path: Path) -> None:
    text = (ROOT / path).read_text("utf-8")
    assert [word for word in ("TODO", "FIXME", "XXX", "NotImplementedError") if word in text] == []


def _public_functions(path: Path) -> Iterator[tuple[str, str | None]]:
    """Yield public functions and what they say of themselves; commands, whose docstring is their help, are left out."""
    for node in functions_of(path):
        decorators = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
        if not node.name.startswith("_") and not re.search(r"command\(|group\(|override|overload", decorators):
            yield node.name, ast.get_docstring(node)


@pytest.mark.parametrize("path", python_files(*SOURCE_ROOTS), ids=str)
def test_a_docstring_says_more_than_the_name(path: Path) -> None:
    if "migrations" in path.parts:
        return
    restated = []
    for name, said in _public_functions(path):
        words = re.findall(r"\w+", (said or "").lower())
        if said is not None and len([word for word in words if word not in name.split("_")]) < LEAST_OTHER_WORDS:
            restated.append(f"{name}: {said}")
    assert restated == []
