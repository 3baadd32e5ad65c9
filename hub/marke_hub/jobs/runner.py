"""The loop around the jobs: look, wait to be woken or for the interval to pass, look again. It never dies of one error.

One of the two places that may catch every exception (style.md 7.8): the log gets the class and the place, never the
message, because a message of another library may repeat data.
"""

import logging
import traceback
from datetime import timedelta
from threading import Event, Thread
from typing import Final

from sqlalchemy import Engine

from marke.clock import Clock
from marke_ground.store.engine import transaction
from marke_hub.jobs.due_rounds import tick
from marke_hub.services.authenticate import forget_tokens
from marke_hub.services.hub import Hub

LOG = logging.getLogger("marke.hub.worker")

INTERVAL_S: Final = 1.0
"""How often the worker looks by itself; a round that got its last message wakes it at once."""

_SWEEP: Final = timedelta(minutes=10)


def run_worker(engine: Engine, hub: Hub, clock: Clock, stop: Event) -> None:
    """Look at due rounds until `stop` is set; sweep used tokens now and then."""
    swept = clock.now()
    while not stop.is_set():
        hub.wake.clear()
        _look(engine, hub, clock)
        if clock.now() - swept >= _SWEEP:
            swept = clock.now()
            _sweep(engine, clock)
        hub.wake.wait(INTERVAL_S)


def start_worker(engine: Engine, hub: Hub, clock: Clock) -> Event:
    """Run the worker in a thread of this process; setting the returned event (and `hub.wake`) ends it."""
    stop = Event()
    Thread(target=run_worker, args=(engine, hub, clock, stop), name="marke-worker", daemon=True).start()
    return stop


def _look(engine: Engine, hub: Hub, clock: Clock) -> None:
    try:
        report = tick(engine, hub, clock.now())
    except Exception as error:  # noqa: BLE001 - the loop outlives any error; see the top of this file
        _log(error)
        return
    for round_id, phase in report.moved:
        LOG.info("round moved: round=%s phase=%s", round_id, phase)
    for round_id, reason in report.failed:
        LOG.error("round stuck: round=%s reason=%s", round_id, reason)


def _sweep(engine: Engine, clock: Clock) -> None:
    try:
        with transaction(engine) as session:
            forget_tokens(session, now=clock.now())
    except Exception as error:  # noqa: BLE001 - as above
        _log(error)


def _log(error: Exception) -> None:
    where = " < ".join(
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)[-4:])
    )
    LOG.error("the worker failed: class=%s at %s", type(error).__name__, where)
