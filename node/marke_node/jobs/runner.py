"""The thread that steps the agent in a serving node, until it is told to stop. It outlives every error."""

import gc
import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from marke.clock import Clock
from marke.errors import MarkeError
from marke_node.jobs.agent import Agent

AFTER_ERROR: Final = timedelta(seconds=60)
LONGEST_SLEEP: Final = timedelta(seconds=300)
"""Woken at least this often, so that a clock that was set back does not silence the agent."""

_log = logging.getLogger("marke.node.agent")


def _settle() -> None:
    """Put all that was loaded beyond the garbage collector: walking it again and again costs more than a question."""
    gc.collect()
    gc.freeze()


class AgentThread:
    """Runs one agent in the background. `make` opens it inside the thread, so that a serving node starts at once.

    `tidy` is called before every step, also when there is no agent to step yet.
    """

    def __init__(
        self,
        make: Callable[[], Agent],
        clock: Clock,
        wake: threading.Event | None = None,
        tidy: Callable[[datetime], None] = lambda _: None,
    ) -> None:
        self._make = make
        self._tidy = tidy
        self._clock = clock
        self._stop = threading.Event()
        self._wake = wake or threading.Event()
        self._thread = threading.Thread(target=self._run, name="marke-agent", daemon=True)

    def start(self) -> None:
        """Begin to step, in a thread of its own."""
        self._thread.start()

    def wake(self) -> None:
        """Step now, because somebody just decided something."""
        self._wake.set()

    def stop(self) -> None:
        """End after the step that is under way."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        agent: Agent | None = None
        settled = False
        while not self._stop.is_set():
            wait = AFTER_ERROR
            try:
                now = self._clock.now()
                self._tidy(now)
                agent = agent or self._make()
                report = agent.step(now)
                if not settled:
                    _settle()
                    settled = True
                wait = report.next_at - self._clock.now()
                if report.did_something or report.failure:
                    _log.info("agent step", extra={"report": report.to_json()})
            except MarkeError as error:
                _log.warning("agent step failed: %s", error.reason.value)
            except Exception:  # noqa: BLE001 - the one place that outlives everything
                # a mistake of ours must not end the thread: the next step may well go; no values are logged
                _log.error("agent step failed: internal")
            self._wake.wait(max(0.05, min(wait, LONGEST_SLEEP).total_seconds()))
            self._wake.clear()
