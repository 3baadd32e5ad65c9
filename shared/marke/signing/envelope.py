"""DSSE v1 envelopes over canonical JSON: payload, what it is, and who signed. Protocol 3.

We are stricter than the DSSE text where it leaves room, so that one message has one spelling: key ids are
compulsory, signatures are sorted by key id and distinct, base64 is the standard alphabet with padding, no other field.
A signature that does not count (unknown key, wrong bytes) refuses the whole envelope; it is never passed over.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from marke import canonical
from marke.errors import BadInputError, ConflictError, ProgrammerError, UntrustedError
from marke.reasons import Reason
from marke.signing.keys import SIGNATURE_BYTES, PrivateKey, PublicKey

MEDIA_TYPE: Final = "application/vnd.marke.envelope+json"
MAX_ENVELOPE_BYTES: Final = 8 * 2**20
MAX_SIGNATURES: Final = 64


@dataclass(frozen=True)
class Signature:
    """Who says they signed, and the 64 bytes that should prove it."""

    key_id: str
    value: bytes


@dataclass(frozen=True)
class Envelope:
    """A message that nobody has verified yet; only `verify` turns it into something to use."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @cached_property
    def signed_bytes(self) -> bytes:
        """Return the DSSE pre-authentication encoding: the bytes that every signature covers."""
        return pre_authentication_encoding(self.payload_type, self.payload)

    def to_bytes(self) -> bytes:
        """Return the canonical JSON form."""
        return canonical.to_bytes(
            {
                "payload": _to_base64(self.payload),
                "payloadType": self.payload_type,
                "signatures": [{"keyid": one.key_id, "sig": _to_base64(one.value)} for one in self.signatures],
            }
        )

    def to_text(self) -> str:
        """Return the canonical JSON form as text, as it travels inside another message."""
        return self.to_bytes().decode("utf-8")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Envelope":
        """Read the one spelling of an envelope.

        Raises BadInputError: MESSAGE_TOO_LARGE, NOT_CANONICAL, UNKNOWN_FIELD, BAD_ENVELOPE (a part is missing, of
        another kind, repeated or out of order).
        """
        if len(data) > MAX_ENVELOPE_BYTES:
            raise BadInputError(Reason.MESSAGE_TOO_LARGE, megabytes=MAX_ENVELOPE_BYTES // 2**20)
        match canonical.from_bytes(data):
            case {"payload": str(payload), "payloadType": str(kind), "signatures": [*signatures], **rest}:
                _no_rest(rest)
                return cls(kind, _from_base64(payload, "payload"), _signatures(signatures))
            case _:
                raise BadInputError(Reason.BAD_ENVELOPE, part="envelope")

    @classmethod
    def from_text(cls, text: str) -> "Envelope":
        """Read an envelope that travelled inside another message; raises as `from_bytes` does."""
        try:
            return cls.from_bytes(text.encode("utf-8"))
        except UnicodeEncodeError as error:
            raise BadInputError(Reason.NOT_CANONICAL, detail="a lone surrogate") from error


@dataclass(frozen=True)
class Opened:
    """What a threshold of keys has signed: the payload, and the ids of the keys, sorted."""

    payload: bytes
    signers: tuple[str, ...]


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Return DSSE v1 PAE: `DSSEv1 SP len SP type SP len SP payload`, lengths in bytes, decimal."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, payload_type: str, keys: Iterable[PrivateKey]) -> Envelope:
    """Sign a payload with some keys; the same key twice signs once."""
    signed_bytes = pre_authentication_encoding(payload_type, payload)
    found = {key.public.key_id: key.sign(signed_bytes) for key in keys}
    return Envelope(payload_type, payload, _sorted(found))


def cosign(envelope: Envelope, key: PrivateKey) -> Envelope:
    """Add one signature to those that are there, which are kept as they are and not checked here."""
    return merge(envelope, sign(envelope.payload, envelope.payload_type, [key]))


def merge(first: Envelope, second: Envelope) -> Envelope:
    """Join the signatures of two copies of one message, signed apart.

    Raises ConflictError (OTHER_PAYLOAD) when they are not copies of one message.
    """
    if (first.payload_type, first.payload) != (second.payload_type, second.payload):
        raise ConflictError(Reason.OTHER_PAYLOAD)
    found = {one.key_id: one.value for one in (*first.signatures, *second.signatures)}
    return Envelope(first.payload_type, first.payload, _sorted(found))


def verify(envelope: Envelope, *, payload_type: str, keys: Mapping[str, PublicKey], threshold: int) -> Opened:
    """Open an envelope that at least `threshold` distinct keys of `keys` (by key id) have signed.

    Raises UntrustedError: WRONG_PAYLOAD_TYPE, UNKNOWN_SIGNER (a signature by a key that is not in `keys`),
    TOO_FEW_SIGNATURES, BAD_SIGNATURE.
    """
    if threshold < 1:
        raise ProgrammerError("a threshold of nobody would trust everything")
    if envelope.payload_type != payload_type:
        raise UntrustedError(Reason.WRONG_PAYLOAD_TYPE, expected=payload_type)
    signers = {one.key_id for one in envelope.signatures}
    for one in sorted(signers):
        if one not in keys or keys[one].key_id != one:
            raise UntrustedError(Reason.UNKNOWN_SIGNER, key=one[:8])
    if len(signers) < threshold:
        raise UntrustedError(Reason.TOO_FEW_SIGNATURES, found=len(signers), needed=threshold)
    for signature in envelope.signatures:
        keys[signature.key_id].check(signature.value, envelope.signed_bytes)
    return Opened(envelope.payload, tuple(sorted(signers)))


def _sorted(found: Mapping[str, bytes]) -> tuple[Signature, ...]:
    return tuple(Signature(key_id, found[key_id]) for key_id in sorted(found))


def _signatures(values: list[canonical.Json]) -> tuple[Signature, ...]:
    if len(values) > MAX_SIGNATURES:
        raise BadInputError(Reason.MESSAGE_TOO_LARGE, megabytes=MAX_ENVELOPE_BYTES // 2**20)
    found = tuple(_signature(value) for value in values)
    ids = [one.key_id for one in found]
    if ids != sorted(set(ids)):
        raise BadInputError(Reason.BAD_ENVELOPE, part="signatures")
    return found


def _signature(value: canonical.Json) -> Signature:
    match value:
        case {"keyid": str(key_id), "sig": str(text), **rest}:
            _no_rest(rest)
            found = _from_base64(text, "sig")
            if len(found) != SIGNATURE_BYTES or len(key_id) != 64 or not set(key_id) <= set("0123456789abcdef"):  # noqa: PLR2004 - hexadecimal digits of a SHA-256
                raise BadInputError(Reason.BAD_ENVELOPE, part="signatures")
            return Signature(key_id, found)
        case _:
            raise BadInputError(Reason.BAD_ENVELOPE, part="signatures")


def _no_rest(rest: Mapping[object, object]) -> None:
    for name in rest:
        raise BadInputError(Reason.UNKNOWN_FIELD, field=str(name)[:40])


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_base64(text: str, part: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInputError(Reason.BAD_ENVELOPE, part=part) from error
    if _to_base64(data) != text:
        raise BadInputError(Reason.BAD_ENVELOPE, part=part)
    return data
