"""What an import would do, before it does anything."""

from dataclasses import dataclass
from datetime import UTC, datetime

from marke.errors import BadInputError
from marke.reasons import Reason
from marke.vocabulary.actor import SYSTEM
from marke_ground.store.engine import Session
from marke_node.importers.base import Kept, RegisterPreview
from marke_node.importers.rejects import Notice
from marke_node.services.commit_import import StoreKeeper
from marke_node.services.read_import import (
    ImportRequest,
    ReadImport,
    households_of_meters,
    read,
    several_of_a_kind,
    was_imported,
)


@dataclass(frozen=True)
class ImportPreview:
    """What a file holds and what taking it would add. Moments are UTC; totals are Wh or dm3."""

    format: str
    title: str
    file_hash: str
    rows: int
    meters: int
    first: datetime
    last: datetime
    registers: tuple[RegisterPreview, ...]
    rejects: tuple[Notice, ...]
    """The first rejected rows; `rejected` counts them all."""
    rejected: int
    notices: tuple[Notice, ...]
    would: Kept | None
    """What a commit would add, leave and change; None until every meter has a household."""

    needs_one_household: bool = False
    """True when naming one household is enough: no two meters in the file are of one kind."""

    @property
    def needs_unit_confirmed(self) -> bool:
        """Say whether a person must first confirm the unit; until then a commit is refused."""
        return any(notice.reason is Reason.IMPORT_UNIT_UNUSUAL for notice in self.notices)

    @property
    def needs_households(self) -> bool:
        """Say whether somebody must first tell which meter belongs to which household."""
        return self.would is None


def preview(session: Session, *, request: ImportRequest, now: datetime) -> ImportPreview:
    """Read a file and say what a commit would do; nothing stays written.

    What would be added is found by storing it and taking that back, so the session must be one that may write.
    Raises what a commit would raise about the file.
    """
    found = read(session, request=request, now=now)
    parsed = found.parsed
    registers = found.importer.preview(parsed)
    notices = list(parsed.notices)
    if was_imported(session, file_hash=found.examined.sha256):
        notices.append(Notice(Reason.IMPORT_SEEN_BEFORE))
    return ImportPreview(
        format=found.importer.name,
        title=found.importer.title,
        file_hash=found.examined.sha256,
        rows=parsed.rows,
        meters=len(parsed.meters),
        first=datetime.fromtimestamp(min(line.first for line in registers), UTC),
        last=datetime.fromtimestamp(max(line.last for line in registers), UTC),
        registers=registers,
        rejects=found.importer.reject_list(parsed),
        rejected=parsed.rejected,
        notices=tuple(notices),
        would=_tried(session, found, request, now),
        needs_one_household=not several_of_a_kind(parsed),
    )


def _tried(session: Session, found: ReadImport, request: ImportRequest, now: datetime) -> Kept | None:
    try:
        households = households_of_meters(found.parsed, request)
    except BadInputError as error:
        if error.reason in {Reason.IMPORT_WHICH_HOUSEHOLD, Reason.IMPORT_NO_HOUSEHOLD}:
            return None
        raise
    attempt = session.begin_nested()
    try:
        return found.importer.commit(found.parsed, households, StoreKeeper(session, found.importer.name, SYSTEM, now))
    finally:
        attempt.rollback()
