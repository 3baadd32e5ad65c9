"""One look at everything that is due. No job table is needed: the rounds themselves say what is to be done."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from marke.errors import MarkeError
from marke_ground.store.engine import reading, transaction
from marke_hub.services.advance_round import advance_round, due_rounds
from marke_hub.services.hub import Hub


@dataclass(frozen=True)
class TickReport:
    """What one look did: round and its new phase; round and the reason why it could not move."""

    moved: tuple[tuple[str, str], ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


def tick(engine: Engine, hub: Hub, now: datetime) -> TickReport:
    """Move every due round on, each in a transaction of its own: one that fails does not hold up the others.

    Crash-safe by shape: a round moves wholly or not at all, and whoever looks next sees the same due rounds. Several
    workers may look at once; the row of the round is the lease.
    """
    with reading(engine) as session:
        due = due_rounds(session, now=now)
    moved: list[tuple[str, str]] = []
    failed: list[tuple[str, str]] = []
    for round_id in due:
        try:
            with transaction(engine) as session:
                phase = advance_round(session, round_id=round_id, hub=hub, now=now)
        except MarkeError as error:
            failed.append((round_id, error.reason.value))
            continue
        if phase is not None:
            moved.append((round_id, phase))
    return TickReport(tuple(moved), tuple(failed))
