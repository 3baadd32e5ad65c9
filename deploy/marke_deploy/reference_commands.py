"""`marke reference`: write the reference pages, or check that those in a folder are of this program."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import click

from marke.errors import ConflictError, StorageError
from marke.reasons import Reason
from marke_deploy.reference import MADE, pages
from marke_ground.commands import MarkeGroup, answer

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_PACKAGES = ("marke", "marke_ground", "marke_node", "marke_hub", "marke_deploy")


@click.group(cls=MarkeGroup)
def reference() -> None:
    """Make the reference pages of the documentation from the program itself."""


@reference.command("write")
@click.argument("folder", type=_FOLDER)
@click.pass_context
def write(context: click.Context, folder: Path) -> None:
    """Write every page into FOLDER; those that are there are replaced."""
    made = pages_of(context.find_root().command, folder)
    try:
        for name, text in made.items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise StorageError(Reason.FILE_UNWRITABLE, file=folder.name) from error
    answer({"written": sorted(made)}, *sorted(made))


@reference.command("check")
@click.argument("folder", type=_FOLDER)
@click.pass_context
def check(context: click.Context, folder: Path) -> None:
    """Check that the pages in FOLDER are those of this program."""
    made = pages_of(context.find_root().command, folder)
    old = [name for name, text in sorted(made.items()) if read(folder / name) != text]
    if old:
        raise ConflictError(Reason.REFERENCE_OUT_OF_DATE, files=", ".join(old))
    answer({"checked": sorted(made)}, *sorted(made))


def pages_of(root: click.Command, folder: Path) -> Mapping[str, str]:
    """Return the pages for a folder; the other pages that lie in it come into the index by their first line."""
    titles = {path.name: read(path).partition("\n")[0].removeprefix("# ") for path in sorted(folder.glob("*.md"))}
    return pages(root, sources=sources(), others={name: title for name, title in titles.items() if name not in MADE})


def sources() -> list[str]:
    """Return the text of every module of this program."""
    folders = [Path(import_module(name).__file__ or "").parent for name in _PACKAGES]
    return [path.read_text("utf-8") for folder in folders for path in sorted(folder.rglob("*.py"))]


def read(path: Path) -> str:
    """Return the text of a page; nothing when it is not there. Raises StorageError(FILE_UNREADABLE)."""
    try:
        return path.read_text("utf-8") if path.exists() else ""
    except OSError as error:
        raise StorageError(Reason.FILE_UNREADABLE, file=path.name) from error
