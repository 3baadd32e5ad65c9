"""The hub's own private key on disk, sealed; and the secret that opens it, in a file of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from marke.errors import BadInputError, ConflictError, NotFoundError, StorageError, UntrustedError, naming
from marke.reasons import Reason
from marke.signing.keys import (
    COST,
    NONCE_BYTES,
    SALT_BYTES,
    UNSAFE_COST_FOR_TESTS,
    PrivateKey,
    open_private_key,
    seal_private_key,
)
from marke_ground.files import PRIVATE, disk_fault, write_wholly
from marke_hub.config import Environment, HubConfig

Chance: TypeAlias = Callable[[int], bytes]
"""Gives so many unpredictable bytes; `secrets.token_bytes` in the shells."""

_SEED_BYTES: Final = 32
_FOLDER: Final = 0o700
_LONGEST_SECRET: Final = 1024


def make_hub_key(config: HubConfig, chance: Chance) -> PrivateKey:
    """Make the hub's key and write it sealed; a secret file is made when no passphrase file is set.

    Raises ConflictError(KEY_EXISTS) when there is one already: a key is never overwritten; and StorageError, with
    nothing half written.
    """
    if config.key_file.exists():
        raise ConflictError(Reason.HUB_KEY_EXISTS, file=config.key_file.name)
    _make_folder(config.home)
    if config.passphrase_file is None and not config.unlock_file.exists():
        write_wholly(config.unlock_file, chance(_SEED_BYTES).hex().encode("ascii"), mode=PRIVATE)
    key = PrivateKey.from_seed(chance(_SEED_BYTES))
    # the key of a demo guards nobody's data, and opening it a hundred times should not heat the room
    cost = UNSAFE_COST_FOR_TESTS if config.environment is Environment.DEMO else COST
    sealed = seal_private_key(
        key, secret=_secret(config), salt=chance(SALT_BYTES), nonce=chance(NONCE_BYTES), cost=cost
    )
    write_wholly(config.key_file, sealed, mode=PRIVATE)
    return key


def read_hub_key(config: HubConfig) -> PrivateKey:
    """Open the hub's key.

    Raises NotFoundError(HUB_KEY_MISSING), UntrustedError(WRONG_SECRET_FILE) when the secret does not fit, and
    BadInputError(BAD_KEY_FILE).
    """
    with naming(file=config.key_file.name):
        try:
            return open_private_key(_read(config.key_file), secret=_secret(config))
        except UntrustedError as error:
            raise UntrustedError(Reason.WRONG_SECRET_FILE, secret=config.unlock_file.name) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise disk_fault(error, StorageError(Reason.FILE_UNWRITABLE, file=folder.name)) from error


def _secret(config: HubConfig) -> bytes:
    secret = _read(config.unlock_file).strip()
    if not 1 <= len(secret) <= _LONGEST_SECRET:
        raise BadInputError(Reason.EMPTY_SECRET_FILE, file=config.unlock_file.name)
    return secret


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(Reason.HUB_KEY_MISSING, file=path.name) from error
    except OSError as error:
        raise StorageError(Reason.DISK_FAILED) from error
