"""The hub's doors for tests: what a node would send, and what Charlie would try."""

from dataclasses import dataclass, field
from itertools import count
from typing import Final

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marke import canonical
from marke.protocol.messages import PollAnswer, PollRequest, Problem
from marke.signing.envelope import MEDIA_TYPE
from marke.signing.tokens import mint_token
from marke_hub.app import create_app_of
from support.consortium import Collective, Consortium

ENVELOPE: Final = MEDIA_TYPE
JSON: Final = "application/json"


def poll_request(cursor: int = 0, root_version: int = 1, directory_version: int = 1) -> PollRequest:
    """Return what a node that is up to date asks."""
    return PollRequest(
        protocols=(1,),
        software="marke test",
        capabilities=("own",),
        codebooks=(),
        root_version=root_version,
        directory_version=directory_version,
        cursor=cursor,
    )


@dataclass
class Door:
    """Knocks at the doors of a hub in this process."""

    consortium: Consortium
    client: FlaskClient = field(init=False)
    numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        app = create_app_of(self.consortium.hub, self.consortium.clock, self.consortium.engine)
        self.client = app.test_client()

    def token(self, who: Collective, method: str, path: str, body: bytes, audience: str | None = None) -> str:
        """Mint a token as the collective's node does."""
        return mint_token(
            who.key,
            issuer=who.id,
            audience=audience or self.consortium.network,
            method=method,
            path=path,
            body=body,
            jti=f"number{next(self.numbers):020d}",
            now=self.consortium.now,
        )

    def call(
        self, method: str, path: str, body: bytes, *, token: str | None, kind: str = ENVELOPE, etag: str | None = None
    ) -> TestResponse:
        """Send one request with a token."""
        headers = {"Content-Type": kind}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if etag is not None:
            headers["If-None-Match"] = etag
        return self.client.open(path, method=method, data=body, headers=headers)

    def put(self, who: Collective, kind: str, round_id: str, body: bytes) -> TestResponse:
        """Put a decision or a contribution, as the node does."""
        path = f"/api/v1/rounds/{round_id}/{kind}"
        return self.call("PUT", path, body, token=self.token(who, "PUT", path, body))

    def poll(self, who: Collective, request: PollRequest, etag: str | None = None) -> TestResponse:
        """Poll, as the node does."""
        body, path = request.to_bytes(), "/api/v1/node/poll"
        return self.call("POST", path, body, token=self.token(who, "POST", path, body), kind=JSON, etag=etag)

    def news(self, who: Collective, cursor: int = 0) -> PollAnswer:
        """Poll and read the answer."""
        return PollAnswer.from_bytes(self.poll(who, poll_request(cursor)).data)


def problem(response: TestResponse) -> tuple[int, str]:
    """Return status and reason of a problem document, which must be one."""
    if response.mimetype != "application/problem+json":
        raise AssertionError(f"{response.status_code} {response.mimetype}")
    found = Problem.from_lax_bytes(response.data)
    return response.status_code, found.reason


def garble(data: bytes, **fields: canonical.Json) -> bytes:
    """Add fields to a JSON object and write it canonically."""
    found = canonical.from_bytes(data)
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return canonical.to_bytes({**found, **fields})
