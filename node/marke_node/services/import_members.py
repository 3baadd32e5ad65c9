"""Members from a file: people of one address form one household; the same file again adds nobody."""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy import select

from marke.codebook.builtin import read_builtin
from marke.errors import BadInputError
from marke.reasons import Reason
from marke.vocabulary.actor import SYSTEM, Actor
from marke.vocabulary.ids import new_id
from marke_ground.store.engine import Session
from marke_node.importers import members as form
from marke_node.importers.base import Kept
from marke_node.importers.members import MembersPreview, ParsedMember, ParsedMembers
from marke_node.importers.moments import AMSTERDAM
from marke_node.importers.rejects import Notice
from marke_node.importers.source import Examined, Progress, examine
from marke_node.services.add_household import NewHousehold, add_many
from marke_node.services.change_contact import Contact, change_many
from marke_node.services.check_people import plain_name
from marke_node.services.read_import import opened, was_imported
from marke_node.services.record_import import ImportReport, record
from marke_node.services.register_member import NewMember, known_relation_numbers, names_in, register_many
from marke_node.store.households import household_numbers
from marke_node.store.vault import HOUSEHOLDS, MEMBERS

FORMAT = "econobis_members"

_AT_ONCE = 500
_MARK_BYTES = 15


@dataclass(frozen=True)
class MembersRequest:
    """A file of members to be looked at or taken; `secret` is the node's secret for pseudonyms."""

    file: Path | BinaryIO = field(repr=False)
    secret: bytes = field(repr=False)
    expected_hash: str | None = None
    progress: Progress | None = field(default=None, repr=False)


@dataclass(frozen=True)
class MembersImportPreview:
    """What a file of members holds and what taking it would add: counts only."""

    file_hash: str
    rows: int
    counts: MembersPreview
    rejects: tuple[Notice, ...]
    rejected: int
    notices: tuple[Notice, ...]
    would: Kept


@dataclass(frozen=True)
class _Keeper:
    session: Session
    secret: bytes = field(repr=False)
    by: Actor
    now: datetime

    def keep_members(self, members: tuple[ParsedMember, ...]) -> Kept:
        """Register who is not known yet, at the household of their address; of the others, renew how to reach them."""
        marks = {member.row: self._mark(member) for member in members}
        known = known_relation_numbers(self.session, list(marks.values()))
        fresh = [member for member in members if marks[member.row] not in known]
        homes = self._known_homes([member for member in members if marks[member.row] in known], marks, known)
        fresh = self._not_there_yet(fresh, homes)
        places = self._households(fresh, homes)
        joined = self.now.astimezone(ZoneInfo(AMSTERDAM)).date()
        register_many(
            self.session,
            members=[
                NewMember(
                    household=places[member.row],
                    name=member.name,
                    joined=joined,
                    email=member.email,
                    telephone=member.telephone,
                    address=member.address,
                    postcode=member.postcode,
                    town=member.town,
                    relation_number=marks[member.row],
                )
                for member in fresh
            ],
            by=self.by,
            now=self.now,
        )
        changed = self._renew([(known[marks[member.row]], member) for member in members if marks[member.row] in known])
        return Kept(added=len(fresh), unchanged=len(members) - len(fresh) - changed, changed=changed)

    def _renew(self, members: list[tuple[str, ParsedMember]]) -> int:
        contacts = [Contact(id_, found.email, found.telephone, found.town) for id_, found in members]
        return change_many(self.session, contacts=contacts, by=self.by, now=self.now)

    def _not_there_yet(self, fresh: list[ParsedMember], homes: dict[tuple[str, str], str]) -> list[ParsedMember]:
        """Leave out who was typed in by hand before, in the household of their address: known by name there."""
        numbers = household_numbers(self.session, list(homes.values()))
        there = names_in(self.session, list(numbers.values()))
        return [
            one
            for one in fresh
            if one.home not in homes or (numbers[homes[one.home]], plain_name(one.name)) not in there
        ]

    def _mark(self, member: ParsedMember) -> str:
        # the form has no member number; a keyed mark of name and address recognises who came in before
        text = "\x1f".join(str(part) for part in member.identity)
        digest = hmac.digest(self.secret, f"marke/member/1|{text}".encode(), "sha256")
        return "form-" + base64.b32encode(digest[:_MARK_BYTES]).decode("ascii").lower()

    def _known_homes(
        self, members: list[ParsedMember], marks: dict[int, str], known: dict[str, str]
    ) -> dict[tuple[str, str], str]:
        ids = {known[marks[member.row]]: member.home for member in members if member.home}
        found: dict[tuple[str, str], str] = {}
        wanted = sorted(ids)
        for start in range(0, len(wanted), _AT_ONCE):
            query = (
                select(MEMBERS.c.id, HOUSEHOLDS.c.id.label("household"))
                .join(HOUSEHOLDS, HOUSEHOLDS.c.number == MEMBERS.c.household)
                .where(MEMBERS.c.id.in_(wanted[start : start + _AT_ONCE]), HOUSEHOLDS.c.left_on.is_(None))
            )
            for row in self.session.execute(query):
                home = ids[row.id]
                if home is not None:
                    found[home] = row.household
        return found

    def _households(self, fresh: list[ParsedMember], homes: dict[tuple[str, str], str]) -> dict[int, str]:
        new_homes = list(dict.fromkeys(member.home for member in fresh if member.home and member.home not in homes))
        alone = [member.row for member in fresh if member.home is None]
        joined = self.now.astimezone(ZoneInfo(AMSTERDAM)).date()
        ids = add_many(
            self.session,
            households=[NewHousehold(joined=joined) for _ in range(len(new_homes) + len(alone))],
            codebook=read_builtin(),
            by=self.by,
            now=self.now,
        )
        homes = {**homes, **dict(zip(new_homes, ids, strict=False))}
        places = dict(zip(alone, ids[len(new_homes) :], strict=True))
        return places | {member.row: homes[member.home] for member in fresh if member.home}


def preview(session: Session, *, request: MembersRequest, now: datetime) -> MembersImportPreview:
    """Read a file of members and say what a commit would add; nothing stays written."""
    examined, parsed = _read(request)
    notices = list(parsed.notices)
    if was_imported(session, file_hash=examined.sha256):
        notices.append(Notice(Reason.IMPORT_SEEN_BEFORE))
    attempt = session.begin_nested()
    try:
        would = form.commit(parsed, _Keeper(session, request.secret, SYSTEM, now))
    finally:
        attempt.rollback()
    return MembersImportPreview(
        examined.sha256,
        parsed.rows,
        form.preview(parsed),
        form.reject_list(parsed),
        parsed.rejected,
        tuple(notices),
        would,
    )


def commit(session: Session, *, request: MembersRequest, by: Actor, now: datetime) -> ImportReport:
    """Take a file of members in; raises BadInputError about the file, IMPORT_CHANGED when it is another one."""
    examined, parsed = _read(request)
    kept = form.commit(parsed, _Keeper(session, request.secret, by, now))
    report = ImportReport(
        id=new_id("imp", secrets.token_bytes(10)),
        format=FORMAT,
        file_hash=examined.sha256,
        rows=parsed.rows,
        rejects=form.reject_list(parsed),
        rejected=parsed.rejected,
        notices=parsed.notices,
        kept=kept,
    )
    record(session, report=report, verb="import_members", by=by, now=now)
    return report


def _read(request: MembersRequest) -> tuple[Examined, ParsedMembers]:
    with opened(request.file) as file:
        examined = examine(file, progress=request.progress)
        if request.expected_hash is not None and request.expected_hash != examined.sha256:
            raise BadInputError(Reason.IMPORT_CHANGED)
        return examined, form.parse(file, examined, progress=request.progress)
