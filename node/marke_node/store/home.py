"""The node's folder: its sealed key, the secret that opens it, the secret for pseudonyms, and its mark.

The folder and its files are readable by their owner only. The mark stands here and in the database; when one of the two
is missing or another, a disk was not mounted or the wrong database was named, and the node refuses to start as if new.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from marke.errors import BadInputError, ConflictError, NotFoundError, StorageError, UntrustedError, naming
from marke.reasons import Reason
from marke.signing.keys import (
    COST,
    KEY_BYTES,
    NONCE_BYTES,
    SALT_BYTES,
    PrivateKey,
    StretchCost,
    open_private_key,
    read_key_file,
    seal_private_key,
)
from marke_ground.files import PRIVATE, disk_fault, write_wholly

Chance: TypeAlias = Callable[[int], bytes]

KEY_FILE: Final = "node.key"
SECRET_FILE: Final = "node.secret"  # noqa: S105 - the name of a file
PSEUDONYM_FILE: Final = "pseudonym.secret"
INSTANCE_FILE: Final = "instance"
DATABASE_FILES: Final = ("node.db", "node.db-wal", "node.db-shm")

_SECRET_BYTES: Final = 32
_INSTANCE_BYTES: Final = 16
_OWNER_ONLY_FOLDER: Final = 0o700

RANDOM_SECRET_COST: Final = StretchCost(memory_kib=8, passes=1, lanes=1)
"""A secret of 256 random bits cannot be guessed, so stretching it would only cost time at every start."""


@dataclass(frozen=True)
class Secret:
    """What opens the key: random bytes from a file, or a passphrase that a person knows."""

    value: bytes = field(repr=False)
    is_random: bool
    file: str | None = None
    """Name of the file it stood in; None when a person typed it."""

    @property
    def cost(self) -> StretchCost:
        """Return how hard guessing must be made."""
        return RANDOM_SECRET_COST if self.is_random else COST


@dataclass(frozen=True)
class Home:
    """An opened folder. The two secrets are never printed."""

    folder: Path
    instance: str
    key: PrivateKey = field(repr=False)
    pseudonym_secret: bytes = field(repr=False)


def create(folder: Path, secret: Secret | None, chance: Chance, *, tie: Callable[[str], None]) -> Home:
    """Make the folder of a new node; without a secret a random one is made and kept in a file of its own.

    `tie` writes the mark of the instance into the database. The key comes last: a folder without it is no node yet, so
    a start that was broken off can be repeated. Raises ConflictError(HOME_EXISTS) when a node is in it already,
    and StorageError(HOME_UNWRITABLE).
    """
    if (folder / KEY_FILE).exists():
        raise ConflictError(Reason.HOME_EXISTS, folder=str(folder))
    key, pseudonym_secret = PrivateKey.from_seed(chance(KEY_BYTES)), chance(_SECRET_BYTES)
    begun = (folder / INSTANCE_FILE).exists()
    instance = _hex(folder / INSTANCE_FILE, _INSTANCE_BYTES).hex() if begun else chance(_INSTANCE_BYTES).hex()
    try:
        folder.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        folder.chmod(_OWNER_ONLY_FOLDER)
        if secret is None:
            secret = Secret(chance(_SECRET_BYTES).hex().encode("ascii"), is_random=True)
            _write(folder / SECRET_FILE, secret.value + b"\n")
        _write(folder / PSEUDONYM_FILE, pseudonym_secret.hex().encode("ascii") + b"\n")
        _write(folder / INSTANCE_FILE, instance.encode("ascii") + b"\n")
        salt, nonce = chance(SALT_BYTES), chance(NONCE_BYTES)
        tie(instance)
        _write(folder / KEY_FILE, seal_private_key(key, secret=secret.value, salt=salt, nonce=nonce, cost=secret.cost))
    except OSError as error:
        raise disk_fault(error, StorageError(Reason.HOME_UNWRITABLE, folder=str(folder))) from error
    return Home(folder=folder, instance=instance, key=key, pseudonym_secret=pseudonym_secret)


def exists(folder: Path) -> bool:
    """Say whether there is a node in a folder."""
    return (folder / KEY_FILE).exists()


def open_home(folder: Path, secret: Secret) -> Home:
    """Open the folder of a node.

    Raises NotFoundError(NO_NODE_HERE), StorageError(HOME_UNREADABLE), BadInputError(BAD_KEY_FILE, HOME_DAMAGED) and
    UntrustedError (WRONG_PASSPHRASE for what a person typed, WRONG_SECRET_FILE for what stood in a file).
    """
    if not exists(folder):
        raise NotFoundError(Reason.NO_NODE_HERE, folder=str(folder))
    return Home(
        folder=folder,
        key=_open_key(folder, secret),
        instance=_hex(folder / INSTANCE_FILE, _INSTANCE_BYTES).hex(),
        pseudonym_secret=_hex(folder / PSEUDONYM_FILE, _SECRET_BYTES),
    )


def _open_key(folder: Path, secret: Secret) -> PrivateKey:
    with naming(file=KEY_FILE):
        try:
            return open_private_key(read(folder / KEY_FILE), secret=secret.value)
        except UntrustedError as error:
            if secret.file is None:
                raise
            raise UntrustedError(Reason.WRONG_SECRET_FILE, secret=secret.file) from error


def public_key_text(folder: Path) -> str:
    """Return the node's public key without opening the private one."""
    with naming(file=KEY_FILE):
        return read_key_file(read(folder / KEY_FILE)).public.to_text()


def read_secret(path: Path, *, is_random: bool) -> Secret:
    """Read a secret or a passphrase from a file; a trailing line end is not part of it."""
    value = read(path).rstrip(b"\r\n")
    if not value:
        raise BadInputError(Reason.EMPTY_SECRET_FILE, file=path.name)
    return Secret(value, is_random=is_random, file=path.name)


def read(path: Path) -> bytes:
    """Read a small file of the folder; raises NotFoundError(FILE_MISSING) and StorageError(HOME_UNREADABLE)."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(Reason.FILE_MISSING, file=str(path)) from error
    except OSError as error:
        raise StorageError(Reason.HOME_UNREADABLE, folder=str(path.parent)) from error


def open_to_others(folder: Path) -> tuple[str, ...]:
    """Return the names of the files in the folder that others on this computer may read or change; empty is well."""
    names = (KEY_FILE, SECRET_FILE, PSEUDONYM_FILE, INSTANCE_FILE, *DATABASE_FILES)
    return tuple(name for name in names if (folder / name).exists() and (folder / name).stat().st_mode & 0o077)


def _hex(path: Path, size: int) -> bytes:
    try:
        value = bytes.fromhex(read(path).decode("ascii").strip())
    except (UnicodeDecodeError, ValueError) as error:
        raise BadInputError(Reason.HOME_DAMAGED, file=path.name) from error
    if len(value) != size:
        raise BadInputError(Reason.HOME_DAMAGED, file=path.name)
    return value


def _write(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, wholly or not at all."""
    try:
        write_wholly(path, data, mode=PRIVATE, replaces=True)
    except StorageError as error:
        if error.reason is not Reason.FILE_UNWRITABLE:
            raise
        raise StorageError(Reason.HOME_UNWRITABLE, folder=str(path.parent)) from error


def is_file(path: str) -> bool:
    """Say whether there is a file at a path."""
    return Path(path).is_file()
