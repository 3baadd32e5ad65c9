"""The hub's HTTP doors, as the node uses them. Bytes come back; nothing here believes them (the services verify)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NoReturn, TypeAlias, TypeVar

import httpx

from marke.errors import (
    BadInputError,
    ConflictError,
    MarkeError,
    NotFoundError,
    RefusedError,
    UnreachableError,
    UntrustedError,
)
from marke.protocol.messages import Discovery, PollAnswer, PollRequest, Problem
from marke.reasons import Reason
from marke.signing.envelope import MEDIA_TYPE
from marke.signing.keys import PrivateKey
from marke.signing.tokens import mint_token
from marke_node.hub_link.address import HubAddress
from marke_node.hub_link.transport import Answer, Transport, open_client

D = TypeVar("D")

Chance: TypeAlias = Callable[[int], bytes]
"""Gives so many unpredictable bytes; `secrets.token_bytes` in the shells."""

CLOCK_TOLERANCE: Final = timedelta(seconds=300)
"""How far the clocks of node and hub may be apart before API tokens stop working (privacy.md 7.1)."""

_CREATED, _OK, _ACCEPTED, _NOT_MODIFIED = 201, 200, 202, 304
_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND, _CONFLICT, _GONE, _TOO_MANY, _SERVER = 401, 403, 404, 409, 410, 429, 500
_JTI_BYTES: Final = 16


@dataclass(frozen=True)
class Caller:
    """As whom the node calls: its collective and its key. Tokens live five minutes and fit one request only."""

    collective: str
    key: PrivateKey
    chance: Chance
    network: str
    """The hash of the federation's first root: a token for its hub is no token for the hub of another."""


@dataclass(frozen=True)
class Polled:
    """The hub had something to say, and under which tag it said it."""

    answer: PollAnswer
    etag: str | None


@dataclass(frozen=True)
class NothingNew:
    """The hub has nothing new since the last poll."""


class HubLink:
    """One hub, called by the node. Every method raises what `Transport.send` raises and what `_refuse` names."""

    def __init__(self, address: HubAddress, client: httpx.Client | None = None) -> None:
        self.address = address
        self._transport = Transport(address, client or open_client(address))

    def close(self) -> None:
        """Close the connections to the hub; a link that is closed is not used again."""
        self._transport.close()

    def discover(self) -> Discovery:
        """Ask who is there, before anything is trusted."""
        answer = self._get("/.well-known/marke-hub")
        return _read(Discovery.from_lax_bytes, answer.body, self.address)

    def root(self, version: int) -> bytes | None:
        """Fetch one version of the trust root as an envelope; None when there is no such version."""
        return self._get_or_none(f"/api/v1/trust/roots/{version}")

    def directory(self) -> bytes | None:
        """Fetch the newest directory as an envelope; None when there is none yet."""
        return self._get_or_none("/api/v1/trust/directory")

    def enrol(self, envelope: bytes) -> None:
        """Ask for admission; the same request again is harmless."""
        answer = self._transport.send("POST", "/api/v1/enrolments", body=envelope, headers={"content-type": MEDIA_TYPE})
        if answer.status not in {_OK, _CREATED, _ACCEPTED}:
            self._refuse(answer)

    def poll(self, request: PollRequest, caller: Caller, *, etag: str | None, now: datetime) -> Polled | NothingNew:
        """Ask what is new since the cursor; raises as all methods do, and UntrustedError(CLOCK_OFF)."""
        body = request.to_bytes()
        headers = {"content-type": "application/json"} | ({"if-none-match": etag} if etag else {})
        answer = self._call("POST", "/api/v1/node/poll", body=body, headers=headers, caller=caller, now=now)
        if answer.status == _NOT_MODIFIED:
            return NothingNew()
        if answer.status != _OK:
            self._refuse_or_blame_clock(answer, now)
        return Polled(_read(PollAnswer.from_lax_bytes, answer.body, self.address), answer.headers.get("etag"))

    def put(self, kind: str, round_id: str, envelope: bytes, caller: Caller, *, now: datetime) -> bytes:
        """Send a `decision` or a `contribution`; return the envelope of the receipt. Sending it again is harmless."""
        path = f"/api/v1/rounds/{round_id}/{kind}"
        headers = {"content-type": MEDIA_TYPE}
        answer = self._call("PUT", path, body=envelope, headers=headers, caller=caller, now=now)
        if answer.status not in {_OK, _CREATED}:
            self._refuse_or_blame_clock(answer, now)
        return answer.body

    def _call(
        self, method: str, path: str, *, body: bytes, headers: dict[str, str], caller: Caller, now: datetime
    ) -> Answer:
        token = mint_token(
            caller.key,
            issuer=caller.collective,
            audience=caller.network,
            method=method,
            path=path,
            body=body,
            jti=caller.chance(_JTI_BYTES).hex(),
            now=now,
        )
        return self._transport.send(method, path, body=body, headers={**headers, "authorization": f"Bearer {token}"})

    def _get(self, path: str) -> Answer:
        answer = self._transport.send("GET", path)
        if answer.status != _OK:
            self._refuse(answer)
        return answer

    def _get_or_none(self, path: str) -> bytes | None:
        answer = self._transport.send("GET", path)
        if answer.status == _NOT_FOUND:
            return None
        if answer.status != _OK:
            self._refuse(answer)
        return answer.body

    def _refuse_or_blame_clock(self, answer: Answer, now: datetime) -> NoReturn:
        if answer.status == _UNAUTHORISED:
            check_clock(self.discover(), now=now)
        self._refuse(answer)

    def _refuse(self, answer: Answer) -> NoReturn:
        """Raise our error for the hub's no: its class follows the status, its detail is the hub's reason code."""
        raise _class_of(answer.status)(
            Reason.HUB_SAID_NO, hub=self.address.url, status=answer.status, code=_code(answer)
        )


def check_clock(discovery: Discovery, *, now: datetime) -> None:
    """Raise UntrustedError(CLOCK_OFF), with the minutes, when this clock and the hub's are too far apart."""
    apart = discovery.now - now
    if abs(apart) > CLOCK_TOLERANCE:
        minutes = round(abs(apart).total_seconds() / 60)
        raise UntrustedError(
            Reason.CLOCK_OFF_BEHIND if apart > timedelta(0) else Reason.CLOCK_OFF_AHEAD, minutes=minutes
        )


def _class_of(status: int) -> type[MarkeError]:
    if status >= _SERVER or status == _TOO_MANY:
        return UnreachableError
    known: dict[int, type[MarkeError]] = {
        _UNAUTHORISED: UntrustedError,
        _FORBIDDEN: RefusedError,
        _NOT_FOUND: NotFoundError,
        _CONFLICT: ConflictError,
        _GONE: ConflictError,
    }
    return known.get(status, BadInputError)


def _code(answer: Answer) -> str:
    try:
        return Problem.from_lax_bytes(answer.body).reason
    except BadInputError:
        return "unknown"


def _read(reader: Callable[[bytes], D], body: bytes, address: HubAddress) -> D:
    try:
        return reader(body)
    except BadInputError as error:
        field = str(error.details.get("field", "document"))[:80]
        raise UntrustedError(Reason.HUB_BAD_ANSWER, hub=address.url, field=field) from error
