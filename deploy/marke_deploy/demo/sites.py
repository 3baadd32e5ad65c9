"""The pages of all nodes of the demonstration from one process: one server, many ports, each port its own node."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from waitress.server import create_server

from marke_deploy.demo.village import Village
from marke_node.app import create_app_of

_THREADS = 4


class Sites:
    """Serves the nodes of a federation in the background until it is closed."""

    def __init__(self, villages: Sequence[Village]) -> None:
        self._apps = {str(village.config.port): create_app_of(village.node, village.engine) for village in villages}
        listen = " ".join(f"127.0.0.1:{port}" for port in self._apps)
        self._server = create_server(self._by_port, listen=listen, threads=_THREADS, ident=None)
        self._thread = threading.Thread(target=self._server.run, name="sites", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def close(self) -> None:
        """Stop serving, and wait for the thread."""
        self._server.close()
        self._thread.join(timeout=5)

    def _by_port(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._apps[str(environ["SERVER_PORT"])](environ, start_response)
