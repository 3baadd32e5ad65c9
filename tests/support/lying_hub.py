"""A hub that lies: the real one, with somebody in front who changes its answers at will."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.test import run_wsgi_app

from marke import canonical
from support.live_federation import WsgiApp


@dataclass(frozen=True)
class Said:
    """An answer of the hub."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def json(self, **changes: object) -> "Said":
        """Return the same answer with some fields of its JSON changed."""
        found = canonical.from_bytes(self.body)
        if not isinstance(found, dict):
            raise TypeError("not an object")
        return replace(self, body=canonical.to_bytes(found | changes))

    def envelopes(self, change: Callable[[list[str]], list[str]]) -> "Said":
        """Return the same answer to a poll with other envelopes."""
        found = canonical.from_bytes(self.body)
        if not isinstance(found, dict) or not isinstance(found["envelopes"], list):
            raise TypeError("not an answer to a poll")
        return self.json(envelopes=change([str(one) for one in found["envelopes"]]))


Lie = Callable[[str, Said], Said]


@dataclass
class Liar:
    """Passes requests on; while `lie` is set, it decides what comes back."""

    lie: Lie | None = None
    heard: list[str] = field(default_factory=list)

    def in_front_of(self, app: WsgiApp) -> WsgiApp:
        """Return the app that lies."""

        def answer(environ: Any, start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
            path = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
            self.heard.append(path)
            body, status, headers = run_wsgi_app(app, environ, buffered=True)
            said = Said(int(status.split()[0]), b"".join(body), dict(headers))
            if self.lie is not None:
                said = self.lie(path, said)
            kept = {name: value for name, value in said.headers.items() if name.lower() != "content-length"}
            length = {} if said.status == 304 else {"Content-Length": str(len(said.body))}
            start_response(f"{said.status} OK", list((kept | length).items()))
            return [said.body]

        return answer

    def about(self, path: str, lie: Callable[[Said], Said]) -> None:
        """Lie about one path only (its last part is enough)."""
        self.lie = lambda heard, said: lie(said) if heard.endswith(path) else said

    def tell_the_truth(self) -> None:
        """Stop lying."""
        self.lie = None
