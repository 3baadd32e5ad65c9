"""Finding out which collective calls: one token, one request, once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, text

from marke.errors import UntrustedError
from marke.reasons import Reason
from marke.signing.tokens import open_token
from marke_ground.store.columns import InstantText
from marke_ground.store.engine import Session
from marke_hub.services.hub import Hub
from marke_hub.store.collectives import SEEN_TOKENS

_SCHEME: Final = "Bearer "
_REMEMBER: Final = text(
    "INSERT INTO seen_tokens (token, expires) VALUES (:token, :expires) ON CONFLICT DO NOTHING"
).bindparams(bindparam("expires", type_=InstantText))


@dataclass(frozen=True)
class Call:
    """One request as it came in; the token must fit all of it."""

    method: str
    path: str
    body: bytes = field(repr=False)
    authorization: str | None = field(repr=False)


def authenticate(session: Session, *, call: Call, hub: Hub, now: datetime) -> str:
    """Return the collective that calls; raises UntrustedError with the reason why it is not believed."""
    if call.authorization is None or not call.authorization.startswith(_SCHEME):
        raise UntrustedError(Reason.TOKEN_MISSING)
    claims = open_token(
        call.authorization.removeprefix(_SCHEME),
        keys=hub.trust.token_keys(session, now=now),
        audience=hub.trust.network(session),
        method=call.method,
        path=call.path,
        body=call.body,
        now=now,
    )
    token = f"{claims.issuer}:{claims.jti}"
    if session.execute(_REMEMBER, {"token": token, "expires": claims.expires}).rowcount != 1:
        raise UntrustedError(Reason.TOKEN_REPLAYED)
    return claims.issuer


def forget_tokens(session: Session, *, now: datetime) -> int:
    """Throw away the numbers of tokens that have expired and return how many."""
    return session.execute(delete(SEEN_TOKENS).where(SEEN_TOKENS.c.expires < now)).rowcount
