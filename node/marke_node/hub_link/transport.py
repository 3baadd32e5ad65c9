"""One bounded HTTP request to the hub. Redirects, compression and endless answers are refused; each with its Reason.

Limits: 10 seconds to connect, 30 between two pieces, two minutes and a number of megabytes for the whole answer.
"""

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from marke.errors import UnreachableError, UntrustedError
from marke.reasons import Reason
from marke_node.hub_link.address import HubAddress

LARGEST_ANSWER_BYTES: Final = 16 * 2**20
LARGEST_PROBLEM_BYTES: Final = 64 * 2**10
WHOLE_ANSWER_S: Final = 120.0
_OK, _MULTIPLE_CHOICES, _NOT_MODIFIED, _BAD_REQUEST = 200, 300, 304, 400
_TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)


@dataclass(frozen=True)
class Answer:
    """What came back: status, body, and the headers by lower-case name."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def open_client(address: HubAddress) -> httpx.Client:
    """Open the connection pool for one hub; costly with TLS, so one serves an agent (or several) for its whole life."""
    if address.is_encrypted:
        return httpx.Client(timeout=_TIMEOUT, follow_redirects=False)
    # no certificates are loaded: an https address would fail here, never pass unchecked
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(timeout=_TIMEOUT, follow_redirects=False, verify=bare, trust_env=not address.is_loopback)


class Transport:
    """Sends requests to one address. `stopwatch` counts seconds and is handed in by tests."""

    def __init__(
        self, address: HubAddress, client: httpx.Client, stopwatch: Callable[[], float] = time.monotonic
    ) -> None:
        self.address = address
        self._client = client
        self._stopwatch = stopwatch

    def close(self) -> None:
        """Close the connections that are kept open to the hub."""
        self._client.close()

    def send(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request and read the whole answer.

        Raises UnreachableError (HUB_UNREACHABLE, HUB_TLS, HUB_TOO_SLOW) and UntrustedError (HUB_REDIRECTS,
        HUB_COMPRESSED, HUB_ANSWER_TOO_LARGE).
        """
        wanted = {"accept-encoding": "identity", **(headers or {})}
        try:
            with self._client.stream(method, self.address.url + path, content=body, headers=wanted) as response:
                return self._read(response)
        except httpx.TimeoutException as error:
            raise UnreachableError(Reason.HUB_TOO_SLOW, hub=self.address.url) from error
        except httpx.TransportError as error:
            reason = Reason.HUB_TLS if "ssl" in str(error).lower() or _is_tls(error) else Reason.HUB_UNREACHABLE
            raise UnreachableError(reason, hub=self.address.url) from error

    def _read(self, response: httpx.Response) -> Answer:
        status = response.status_code
        if _MULTIPLE_CHOICES <= status < _BAD_REQUEST and status != _NOT_MODIFIED:
            raise UntrustedError(Reason.HUB_REDIRECTS, hub=self.address.url)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise UntrustedError(Reason.HUB_COMPRESSED, hub=self.address.url)
        limit = LARGEST_PROBLEM_BYTES if status >= _BAD_REQUEST else LARGEST_ANSWER_BYTES
        return Answer(status, self._read_body(response, limit), dict(response.headers))

    def _read_body(self, response: httpx.Response, limit: int) -> bytes:
        body, started = bytearray(), self._stopwatch()
        for piece in response.iter_raw():
            body += piece
            if len(body) > limit:
                raise UntrustedError(Reason.HUB_ANSWER_TOO_LARGE, hub=self.address.url, megabytes=max(1, limit >> 20))
            if self._stopwatch() - started > WHOLE_ANSWER_S:
                raise UnreachableError(Reason.HUB_TOO_SLOW, hub=self.address.url)
        return bytes(body)


def _is_tls(error: BaseException) -> bool:
    cause = error.__cause__ or error.__context__
    return isinstance(error, ssl.SSLError) or (cause is not None and _is_tls(cause))
