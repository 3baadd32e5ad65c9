"""Short-lived API tokens: one token, one request. PyJWT, EdDSA only, bound to method, path and body. Protocol 7.

A token proves who calls; it never stands in for the signature on a stored message. PyJWT checks the signature and its
own headers; every claim is checked here, because the time is an argument and each refusal has its own reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import jwt
from pydantic import Field, ValidationError

from marke.errors import MarkeError, ProgrammerError, UntrustedError
from marke.reasons import Reason
from marke.signing.keys import PrivateKey, PublicKey
from marke.signing.trust import CLOCK_TOLERANCE
from marke.vocabulary.document import Document, Sha256, bad_field
from marke.vocabulary.ids import content_hash

TOKEN_TYPE: Final = "marke+jwt"  # noqa: S105 - the name of a format
LIFETIME: Final = timedelta(seconds=300)
MAX_TOKEN_CHARACTERS: Final = 2048

_ALGORITHM: Final = "EdDSA"
_Text = Annotated[str, Field(min_length=1, max_length=400)]
_Seconds = Annotated[int, Field(ge=0, lt=2**40)]


class _Claims(Document):
    """Exactly these claims, no other: RFC 7519 names, and htm, htu, bsh for method, path and body."""

    iss: _Text
    aud: _Text
    iat: _Seconds
    exp: _Seconds
    jti: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
    htm: Annotated[str, Field(pattern=r"^[A-Z]{3,8}$")]
    htu: Annotated[str, Field(pattern=r"^/", max_length=400)]
    bsh: Sha256


@dataclass(frozen=True)
class TokenClaims:
    """Who called; and the one-time id, which the receiver remembers until `expires` so that a repeat is refused."""

    issuer: str
    jti: str
    expires: datetime


def mint_token(  # noqa: PLR0913 - the six things a token is bound to, all by keyword
    key: PrivateKey, *, issuer: str, audience: str, method: str, path: str, body: bytes, jti: str, now: datetime
) -> str:
    """Make a token for one request. `jti` is 16 to 64 characters of chance (base64url alphabet), never used before."""
    try:
        claims = _Claims(
            iss=issuer,
            aud=audience,
            iat=int(now.timestamp()),
            exp=int((now + LIFETIME).timestamp()),
            jti=jti,
            htm=method,
            htu=path,
            bsh=content_hash(body),
        )
    except ValidationError as error:
        raise ProgrammerError(f"a token cannot say that: {bad_field(error).details['field']}") from error
    return jwt.encode(dict(claims.to_json()), key.as_cryptography(), algorithm=_ALGORITHM, headers={"typ": TOKEN_TYPE})


def open_token(  # noqa: PLR0913 - the request a token must fit, all by keyword
    token: str, *, keys: Mapping[str, PublicKey], audience: str, method: str, path: str, body: bytes, now: datetime
) -> TokenClaims:
    """Check a token against the request it came with. `keys` holds the key of every issuer who may call.

    Raises UntrustedError: WRONG_TOKEN, _ALGORITHM, _TYPE, _EXTENSION, _CLAIMS, _ISSUER, _SIGNATURE, _LIFETIME,
    _AUDIENCE, _METHOD, _PATH, _BODY, or CLOCK_SKEW with the difference in minutes. A repeated `jti` is the caller's
    to refuse.
    """
    claims = _signed_claims(token, keys)
    _check_life(claims, now)
    expected = (
        (Reason.WRONG_TOKEN_AUDIENCE, claims.aud, audience),
        (Reason.WRONG_TOKEN_METHOD, claims.htm, method),
        (Reason.WRONG_TOKEN_PATH, claims.htu, path),
        (Reason.WRONG_TOKEN_BODY, claims.bsh, content_hash(body)),
    )
    for reason, said, found in expected:
        if said != found:
            raise UntrustedError(reason)
    return TokenClaims(claims.iss, claims.jti, datetime.fromtimestamp(claims.exp, UTC) + CLOCK_TOLERANCE)


def _signed_claims(token: str, keys: Mapping[str, PublicKey]) -> _Claims:
    if len(token) > MAX_TOKEN_CHARACTERS or not token.isascii():
        raise UntrustedError(Reason.WRONG_TOKEN)
    claims = _read_unverified(token)
    key = keys.get(claims.iss)
    if key is None:
        raise UntrustedError(Reason.WRONG_TOKEN_ISSUER)
    try:
        _JWS.decode_complete(token, key.as_cryptography, algorithms=[_ALGORITHM])
    except jwt.InvalidTokenError as error:
        raise UntrustedError(Reason.WRONG_TOKEN_SIGNATURE) from error
    return claims


_JWS: Final = jwt.PyJWS(algorithms=[_ALGORITHM])


def _read_unverified(token: str) -> _Claims:
    """Read header and claims, to learn whose key to try; they mean nothing before the signature held.

    PyJWT raises on a malformed `crit` already here (CVE-2026-32597 hardening), so that is caught as a refusal too.
    """
    try:
        found = _JWS.decode_complete(token, options={"verify_signature": False})
    except jwt.DecodeError as error:
        raise UntrustedError(Reason.WRONG_TOKEN) from error
    except jwt.InvalidTokenError as error:
        raise UntrustedError(Reason.WRONG_TOKEN_EXTENSION) from error
    _check_header(found["header"])
    try:
        return _Claims.from_lax_bytes(found["payload"])
    except MarkeError as error:
        raise UntrustedError(Reason.WRONG_TOKEN_CLAIMS, field=error.details["field"]) from error


def _check_header(header: Mapping[str, object]) -> None:
    if header.get("alg") != _ALGORITHM:
        raise UntrustedError(Reason.WRONG_TOKEN_ALGORITHM)
    if header.get("typ") != TOKEN_TYPE:
        raise UntrustedError(Reason.WRONG_TOKEN_TYPE)
    if set(header) != {"alg", "typ"}:
        raise UntrustedError(Reason.WRONG_TOKEN_EXTENSION)


def _check_life(claims: _Claims, now: datetime) -> None:
    seconds = claims.exp - claims.iat
    if not 0 < seconds <= LIFETIME.total_seconds():
        raise UntrustedError(Reason.WRONG_TOKEN_LIFETIME, seconds=seconds, most=int(LIFETIME.total_seconds()))
    moment, tolerance = now.timestamp(), CLOCK_TOLERANCE.total_seconds()
    if moment < claims.iat - tolerance or moment >= claims.exp + tolerance:
        raise UntrustedError(Reason.CLOCK_SKEW, minutes=round(abs(moment - claims.iat) / 60))
