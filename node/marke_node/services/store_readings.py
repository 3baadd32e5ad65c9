"""Readings of a household's meters are kept, and use is derived from them. Doing it again adds nothing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from marke.canonical import Json
from marke.vocabulary.actor import Actor
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.readings.calendar import check_interval
from marke_node.readings.model import ParsedSeries
from marke_node.store.households import household_number


@dataclass(frozen=True)
class StoreReport:
    """What became of some readings: new, known with the same value, or known with another (then the new one holds)."""

    added: int = 0
    unchanged: int = 0
    changed: int = 0


def store(
    session: Session, *, household: str, series: Sequence[ParsedSeries], source: str, by: Actor, now: datetime
) -> StoreReport:
    """Keep the readings of some series of one household and derive its use; `source` names the importer.

    Raises NotFoundError(HOUSEHOLD_UNKNOWN), and BadInputError READINGS_INTERVAL, READINGS_OUT_OF_RANGE (negative, or
    too large for any meter) or READINGS_IN_FUTURE; then nothing is kept.
    """
    from marke_node.readings.intake import take_in  # noqa: PLC0415 - numpy: an idle node does without

    number = household_number(session, household)
    for one in series:
        check_interval(one.interval_s)
    counted = take_in(session, number, series, now=now)
    report = StoreReport(added=counted.added, unchanged=counted.unchanged, changed=counted.changed)
    details: dict[str, Json] = {"source": source, **asdict(report)}
    audit.record(session, by=by, verb="store_readings", subject=household, now=now, details=details)
    return report
