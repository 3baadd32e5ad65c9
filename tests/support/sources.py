"""The project's own files, as the house tests look at them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE_ROOTS = ("shared", "node", "hub", "deploy")


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return every file git knows or would add, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return tuple(Path(name) for name in sorted(set(listed)) if (ROOT / name).is_file())


def python_files(*roots: str) -> tuple[Path, ...]:
    """Return the Python files below some top folders."""
    return tuple(path for path in tracked_files() if path.suffix == ".py" and path.parts[0] in roots)


def tree_of(path: Path) -> ast.Module:
    """Parse one of our files."""
    return ast.parse((ROOT / path).read_text("utf-8"))


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
