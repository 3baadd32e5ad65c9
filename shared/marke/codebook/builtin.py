"""The codebooks that come with the program."""

from functools import cache
from importlib import resources

from marke.codebook.load import load
from marke.codebook.model import Codebook
from marke.errors import NotFoundError
from marke.reasons import Reason

NEWEST = "2026.1"


@cache
def read_builtin(version: str = NEWEST) -> Codebook:
    """Return a codebook of the package; read and checked once per process.

    Raises NotFoundError(NO_SUCH_CODEBOOK) for a version the package does not hold.
    """
    if version not in builtin_versions():
        raise NotFoundError(Reason.NO_SUCH_CODEBOOK, version=version[:20], newest=NEWEST)
    folder = resources.files("marke.codebook").joinpath("data", version)
    return load({entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".toml")})


def builtin_versions() -> tuple[str, ...]:
    """Return the versions of the package, oldest first."""
    folder = resources.files("marke.codebook").joinpath("data")
    return tuple(sorted((entry.name for entry in folder.iterdir() if entry.is_dir()), key=_by_number))


def _by_number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
