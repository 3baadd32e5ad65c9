"""Typed, prefixed identifiers. An id says what it names; chance is an argument."""

import base64
import hashlib
from typing import Annotated, Literal

from pydantic import StringConstraints

from marke.errors import ProgrammerError

Prefix = Literal["col", "qst", "rnd", "mem", "hh", "inv", "opr", "ser", "imp", "map", "req"]

_CHANCE_BYTES = 10


def new_id(prefix: Prefix, chance: bytes) -> str:
    """Make an id such as `col_mfrggzdfmztwq2lk` from ten random bytes (80 bits: collisions are out of reach)."""
    if len(chance) != _CHANCE_BYTES:
        raise ProgrammerError("an id takes exactly ten bytes of chance")
    return f"{prefix}_{base64.b32encode(chance).decode('ascii').lower()}"


def content_hash(data: bytes) -> str:
    """Return `sha256:` and the hexadecimal digest of some bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _id(prefix: str) -> StringConstraints:
    return StringConstraints(pattern=rf"^{prefix}_[a-z2-7]{{16}}$")


CollectiveId = Annotated[str, _id("col")]
QuestionId = Annotated[str, _id("qst")]
RoundId = Annotated[str, _id("rnd")]
InvitationId = Annotated[str, _id("inv")]
KeyId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a raw public key, hexadecimal."""
VariableId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}\.[a-z][a-z0-9_]{1,40}$")]
"""`theme.name`, as in `energy.gas_use`."""
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,40}$")]
"""A code of a category, a breakdown level, a purpose: lower case, words joined by `_`."""
