"""Carrying the outbox to the hub: each signed message until a receipt for its very bytes is here."""

from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from marke.errors import BadInputError, ConflictError, MarkeError, RefusedError, StorageError, UnreachableError
from marke.vocabulary.actor import SYSTEM
from marke_ground.store.engine import reading, transaction
from marke_node.hub_link.backoff import CHANCE_BYTES, next_wait
from marke_node.hub_link.link import Caller, HubLink
from marke_node.jobs.report import AgentReport
from marke_node.services.pipeline import Standpoint
from marke_node.services.place_outbox import give_up, keep_receipt, put_off
from marke_node.store import outbox

_FOR_GOOD: Final = (ConflictError, BadInputError, RefusedError)
"""What a hub says when sending the same bytes again cannot help."""

_TOO_EARLY: Final = frozenset({"round_not_open", "token_replayed"})
"""Conflicts that time solves."""


def carry(
    engine: Engine, link: HubLink, standpoint: Standpoint, caller: Caller, report: AgentReport, now: datetime
) -> None:
    """Send what is due, oldest first; stop for this step when the hub cannot be reached."""
    with reading(engine) as session:
        due = outbox.due(session, now=now)
    for row in due:
        try:
            receipt = link.put(row.kind, row.round_id, row.envelope.encode("utf-8"), caller, now=now)
            with transaction(engine) as session:
                keep_receipt(
                    session, content=row.content_hash, receipt=receipt, standpoint=standpoint, by=SYSTEM, now=now
                )
        except StorageError:
            raise
        except MarkeError as error:
            _not_delivered(engine, row, error, caller, report, now)
            if isinstance(error, UnreachableError):
                return
            continue
        report.delivered += 1


def _not_delivered(
    engine: Engine, row: outbox.OutboxRow, error: MarkeError, caller: Caller, report: AgentReport, now: datetime
) -> None:
    report.error = error
    for_good = isinstance(error, _FOR_GOOD) and error.details.get("code") not in _TOO_EARLY
    with transaction(engine) as session:
        if for_good and "code" in error.details:
            give_up(session, content=row.content_hash, error=error, now=now)
        else:
            wait = next_wait(row.wait_s, caller.chance(CHANCE_BYTES))
            put_off(session, content=row.content_hash, wait_s=wait, now=now)
