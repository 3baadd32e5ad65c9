"""Ed25519 keys, in memory and at rest. There is one algorithm, so nothing is negotiated. Protocol 2.

Making a key takes 32 random bytes as an argument; the shells own the dice. On disk Argon2id stretches the passphrase
and ChaCha20-Poly1305 seals the seed. The cost of stretching stands in the file, so it can rise over the years; reading
puts a ceiling on it, so that a planted file cannot eat the machine. A checksum tells damage from a wrong passphrase.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Final, Literal

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import BeforeValidator, Field, InstanceOf, PlainSerializer, WithJsonSchema

from marke import canonical
from marke.errors import BadInputError, MarkeError, ProgrammerError, UntrustedError
from marke.reasons import Reason
from marke.vocabulary.document import Document, Sha256
from marke.vocabulary.ids import content_hash

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
MAX_KEY_FILE_BYTES: Final = 4096

_BOX_BYTES: Final = KEY_BYTES + 16

_PREFIX: Final = "ed25519:"
_FIELD_PRIME: Final = 2**255 - 19
_SMALL_ORDER_Y: Final = frozenset(
    {
        0,
        1,
        _FIELD_PRIME - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)
"""The y coordinates of the eight points whose order divides 8 (RFC 8032 5.1); a signature "by" one proves nothing."""


@dataclass(frozen=True)
class PublicKey:
    """A verified-to-be-usable Ed25519 public key: 32 bytes, canonical, not a point of small order.

    Raises BadInputError when the bytes are anything else.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise BadInputError(Reason.BAD_KEY)
        height = int.from_bytes(self.raw, "little") & (2**255 - 1)
        if height >= _FIELD_PRIME or height in _SMALL_ORDER_Y:
            raise BadInputError(Reason.BAD_KEY)

    @cached_property
    def key_id(self) -> str:
        """Return the SHA-256 of the raw key, hexadecimal: the only name a key has in an envelope."""
        return hashlib.sha256(self.raw).hexdigest()

    @classmethod
    def from_text(cls, text: str) -> "PublicKey":
        """Read `ed25519:` and 43 characters of base64url; raises BadInputError for any other spelling."""
        if not text.startswith(_PREFIX):
            raise BadInputError(Reason.BAD_KEY)
        try:
            raw = base64.b64decode(text.removeprefix(_PREFIX) + "=", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadInputError(Reason.BAD_KEY) from error
        found = cls(raw)
        if found.to_text() != text:
            raise BadInputError(Reason.BAD_KEY)
        return found

    def to_text(self) -> str:
        """Print the key as it stands in documents: `ed25519:` and base64url without padding."""
        return _PREFIX + base64.urlsafe_b64encode(self.raw).rstrip(b"=").decode("ascii")

    def check(self, signature: bytes, data: bytes) -> None:
        """Return quietly when this key signed the data; raises UntrustedError (BAD_SIGNATURE) otherwise."""
        try:
            self.as_cryptography.verify(signature, data)
        except InvalidSignature as error:
            raise UntrustedError(Reason.BAD_SIGNATURE, key=self.key_id[:8]) from error

    @cached_property
    def as_cryptography(self) -> Ed25519PublicKey:
        """Return the key as the library holds it; PyJWT takes it in this form."""
        return Ed25519PublicKey.from_public_bytes(self.raw)

    def __str__(self) -> str:
        return self.to_text()


class PrivateKey:
    """A signing key. It never prints itself, and it cannot be pickled into a log, a queue or a crash report."""

    __slots__ = ("_seed", "_signer", "public")

    public: PublicKey

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            raise ProgrammerError("a key is made from exactly 32 bytes of chance")
        self._seed = bytes(seed)
        self._signer = Ed25519PrivateKey.from_private_bytes(self._seed)
        self.public = PublicKey(self._signer.public_key().public_bytes_raw())

    @classmethod
    def from_seed(cls, seed: bytes) -> "PrivateKey":
        """Make a key from 32 random bytes (RFC 8032 5.1.5)."""
        return cls(seed)

    def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature; signing the same bytes again gives the same signature."""
        return self._signer.sign(data)

    def as_cryptography(self) -> Ed25519PrivateKey:
        """Return the key as the library holds it; PyJWT takes it in this form."""
        return self._signer

    def unsafe_seed(self) -> bytes:
        """Return the secret itself. Only for sealing it into a key file or a paper backup."""
        return self._seed

    def __repr__(self) -> str:
        return f"PrivateKey(of {self.public.key_id[:8]}, hidden)"

    def __reduce__(self) -> str:
        raise ProgrammerError("a private key is not pickled")


def _to_public_key(value: object) -> object:
    if isinstance(value, str):
        try:
            return PublicKey.from_text(value)
        except MarkeError as error:
            raise ValueError("not a public key") from error
    return value


KeyText = Annotated[
    InstanceOf[PublicKey],
    BeforeValidator(_to_public_key),
    PlainSerializer(PublicKey.to_text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^ed25519:[A-Za-z0-9_-]{43}$"}),
]
"""A public key inside a document: a PublicKey in memory, `ed25519:...` on the wire."""

_B64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=128)]


class StretchCost(Document):
    """How hard guessing a passphrase is made. The upper bounds hold when a file is read."""

    memory_kib: Annotated[int, Field(ge=8, le=262_144)]
    passes: Annotated[int, Field(ge=1, le=16)]
    lanes: Annotated[int, Field(ge=1, le=4)]


COST: Final = StretchCost(memory_kib=65_536, passes=3, lanes=1)
"""64 MiB and three passes (RFC 9106 4, second choice, on one lane: a small node has one core to spare)."""

UNSAFE_COST_FOR_TESTS: Final = StretchCost(memory_kib=8, passes=1, lanes=1)
"""Stretches nothing. For tests and the demo, whose keys guard no one's data."""


class KeyFile(Document):
    """The file as it lies on disk: readable what it is and whose, unreadable without the passphrase."""

    type: Literal["marke/key/1"] = "marke/key/1"
    public: KeyText
    stretch: Literal["argon2id"] = "argon2id"
    cost: StretchCost
    salt: _B64
    nonce: _B64
    box: _B64
    checksum: Sha256


def seal_private_key(key: PrivateKey, *, secret: bytes, salt: bytes, nonce: bytes, cost: StretchCost = COST) -> bytes:
    """Return the bytes of a key file. `salt` (16 bytes) and `nonce` (12 bytes) are chance, never used before."""
    if len(salt) != SALT_BYTES or len(nonce) != NONCE_BYTES or not secret:
        raise ProgrammerError("a key file takes 16 bytes of salt, 12 of nonce and a passphrase")
    draft = KeyFile(
        public=key.public, cost=cost, salt=_b64(salt), nonce=_b64(nonce), box="AA==", checksum=content_hash(b"")
    )
    cipher = ChaCha20Poly1305(_stretch(secret, salt, cost))
    box = cipher.encrypt(nonce, key.unsafe_seed(), _header(draft))
    sealed = draft.model_copy(update={"box": _b64(box)})
    return sealed.model_copy(update={"checksum": _checksum(sealed)}).to_bytes()


def open_private_key(data: bytes, *, secret: bytes) -> PrivateKey:
    """Open a key file.

    Raises BadInputError (BAD_KEY_FILE) when the file is damaged, cut short or not a key file at all, and
    UntrustedError (WRONG_PASSPHRASE) when the file is whole but the passphrase is not the one that sealed it.
    """
    found = read_key_file(data)
    salt, nonce, box = _bytes(found.salt), _bytes(found.nonce), _bytes(found.box)
    if (len(salt), len(nonce), len(box)) != (SALT_BYTES, NONCE_BYTES, _BOX_BYTES):
        raise BadInputError(Reason.BAD_KEY_FILE)
    try:
        seed = ChaCha20Poly1305(_stretch(secret, salt, found.cost)).decrypt(nonce, box, _header(found))
    except InvalidTag as error:
        raise UntrustedError(Reason.WRONG_PASSPHRASE) from error
    except ValueError as error:  # a cost the library itself refuses
        raise BadInputError(Reason.BAD_KEY_FILE) from error
    return _matching(found, seed)


def read_key_file(data: bytes) -> KeyFile:
    """Read what a key file says in the clear (whose it is), without opening it.

    Raises BadInputError (BAD_KEY_FILE) when it is damaged or not a key file.
    """
    if len(data) > MAX_KEY_FILE_BYTES:
        raise BadInputError(Reason.BAD_KEY_FILE)
    try:
        found = KeyFile.from_bytes(data.strip())
    except MarkeError as error:
        raise BadInputError(Reason.BAD_KEY_FILE) from error
    if _checksum(found) != found.checksum:
        raise BadInputError(Reason.BAD_KEY_FILE)
    return found


def _matching(found: KeyFile, seed: bytes) -> PrivateKey:
    try:
        key = PrivateKey(seed)
    except ProgrammerError as error:
        raise BadInputError(Reason.BAD_KEY_FILE) from error
    if key.public != found.public:
        raise BadInputError(Reason.BAD_KEY_FILE)
    return key


def _stretch(secret: bytes, salt: bytes, cost: StretchCost) -> bytes:
    return Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib).derive(
        secret
    )


def _header(file: KeyFile) -> bytes:
    """Return everything in the clear, so that the seal also covers the cost and the public key."""
    return canonical.to_bytes(
        {name: value for name, value in file.to_json().items() if name not in {"box", "checksum"}}
    )


def _checksum(file: KeyFile) -> str:
    return content_hash(canonical.to_bytes({k: v for k, v in file.to_json().items() if k != "checksum"}))


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInputError(Reason.BAD_KEY_FILE) from error
