"""Take a file of readings in: wholly or not at all; the same file again adds nothing."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marke.errors import BadInputError
from marke.vocabulary.actor import Actor
from marke.vocabulary.ids import new_id
from marke_ground.store.engine import Session
from marke_node.importers.base import Kept
from marke_node.readings.model import ParsedSeries
from marke_node.services import store_readings
from marke_node.services.read_import import ImportRequest, households_of_meters, read
from marke_node.services.record_import import ImportReport, record


@dataclass(frozen=True)
class StoreKeeper:
    """Gives parsed series to the store of readings."""

    session: Session
    source: str
    by: Actor
    now: datetime

    def keep(self, household: str, series: Sequence[ParsedSeries]) -> Kept:
        """Store series of one household."""
        report = store_readings.store(
            self.session, household=household, series=series, source=self.source, by=self.by, now=self.now
        )
        return Kept(report.added, report.unchanged, report.changed)


def commit(session: Session, *, request: ImportRequest, by: Actor, now: datetime) -> ImportReport:
    """Parse a file as its preview did, store it, and write down that it was imported.

    Raises BadInputError about the file, IMPORT_CHANGED when it is not the one that was previewed, IMPORT_UNIT_UNUSUAL
    when a person must confirm the unit first, IMPORT_NO_HOUSEHOLD or IMPORT_WHICH_HOUSEHOLD when a meter has no
    household yet; NotFoundError for an unknown household or mapping.
    """
    found = read(session, request=request, now=now)
    parsed = found.parsed
    if parsed.unit_doubt is not None:
        raise BadInputError(parsed.unit_doubt.reason, **parsed.unit_doubt.details)
    households = households_of_meters(parsed, request)
    kept = found.importer.commit(parsed, households, StoreKeeper(session, found.importer.name, by, now))
    report = ImportReport(
        id=new_id("imp", secrets.token_bytes(10)),
        format=found.importer.name,
        file_hash=found.examined.sha256,
        rows=parsed.rows,
        rejects=found.importer.reject_list(parsed),
        rejected=parsed.rejected,
        notices=parsed.notices,
        kept=kept,
    )
    record(session, report=report, verb="import_readings", by=by, now=now)
    return report
