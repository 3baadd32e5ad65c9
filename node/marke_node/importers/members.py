"""Members from Econobis' contact form: sixteen columns, `;`, UTF-8 or Windows-1252. Bank accounts are not read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_node.importers.base import Kept, expect_cells
from marke_node.importers.cells import RowError, clean_text
from marke_node.importers.rejects import Notice, RejectList
from marke_node.importers.source import OLD_ENCODING, Examined, FileKind, Progress, table_rows

COLUMNS = (
    "aanspreektitel_id",
    "initialen",
    "voornaam",
    "tussenvoegsel",
    "achternaam",
    "straat",
    "woonplaats",
    "huisnummer",
    "huisnummer_toevoeging",
    "postcode",
    "telefoonnummer",
    "telefoonnummer2",
    "email",
    "email2",
    "iban",
    "iban_tnv",
)
SEPARATOR = ";"

_NOT_READ = frozenset({"iban", "iban_tnv", "telefoonnummer2", "email2"})
"""The platform has no use for a bank account, and one way to reach somebody is enough."""

_POSTCODE = re.compile(r"[1-9][0-9]{3} ?[A-Z]{2}|[1-9][0-9]{3}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,63}")
_FORMS: Mapping[str, re.Pattern[str]] = {
    "aanspreektitel_id": re.compile(r"[0-9]{1,3}", re.ASCII),
    "postcode": _POSTCODE,
    "email": _EMAIL,
    "huisnummer": re.compile(r"[0-9]{1,5}", re.ASCII),
    "telefoonnummer": re.compile(r"\+?[0-9 ()-]{6,20}", re.ASCII),
}


@dataclass(frozen=True)
class ParsedMember:
    """One person on the form, cleaned; all of it is personal and stays out of every message."""

    row: int
    name: str = field(repr=False)
    email: str | None = field(repr=False)
    telephone: str | None = field(repr=False)
    address: str | None = field(repr=False)
    postcode: str | None = field(repr=False)
    town: str | None = field(repr=False)

    @property
    def home(self) -> tuple[str, str] | None:
        """Return what tells one address from another; people of one address form one household."""
        if self.postcode is None or self.address is None:
            return None
        return self.postcode, self.address.casefold()

    @property
    def identity(self) -> tuple[str, tuple[str, str] | None, str | None]:
        """Return what makes two rows the same member: name and address, or name and e-mail without an address."""
        return self.name.casefold(), self.home, None if self.home else (self.email or "").casefold()


@dataclass(frozen=True)
class ParsedMembers:
    """What a file of members holds; nothing of it is stored yet."""

    rows: int
    members: tuple[ParsedMember, ...]
    rejects: tuple[Notice, ...]
    rejected: int
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class MembersPreview:
    """How many people and addresses a file of members holds."""

    members: int
    addresses: int
    without_address: int


class MembersKeeper(Protocol):
    """Where parsed members go; the service hands one in."""

    def keep_members(self, members: tuple[ParsedMember, ...]) -> Kept:
        """Store members and their households; the same again changes nothing."""
        ...


def sniff(examined: Examined) -> bool:
    """Say whether a file is Econobis' form: exactly its sixteen headers in their order."""
    return examined.kind is FileKind.TEXT and _is_header(examined.first_line.split(SEPARATOR))


def parse(file: BinaryIO, examined: Examined, *, progress: Progress | None = None) -> ParsedMembers:
    """Read every member; raises BadInputError for another header, half a file, or too many unusable rows."""
    rejects, members = RejectList(), list[ParsedMember]()
    seen: dict[object, int] = {}
    with table_rows(file, examined, SEPARATOR, progress=progress) as rows:
        if not _is_header(next(rows, [])):
            raise BadInputError(Reason.IMPORT_OTHER_FORMAT, format="Econobis")
        for cells in rows:
            if not any(cells):
                continue
            try:
                member = _member(rows.line_num, cells)
            except RowError as error:
                rejects.add_error(rows.line_num, error)
                continue
            first = seen.setdefault(member.identity, member.row)
            if first != member.row:
                rejects.add(member.row, Reason.IMPORT_MEMBER_TWICE, other=first)
            else:
                members.append(member)
        last = rows.line_num
    if not examined.ends_with_newline and rejects.is_cut(last):
        raise BadInputError(Reason.IMPORT_HALF_FILE, row=last)
    count = len(members) + rejects.count
    if not members and not rejects.count:
        raise BadInputError(Reason.IMPORT_EMPTY)
    rejects.refuse_when_too_many(count)
    return ParsedMembers(count, tuple(members), tuple(rejects.kept), rejects.count, _notices(examined, last))


def preview(parsed: ParsedMembers) -> MembersPreview:
    """Count people and addresses."""
    homes = {member.home for member in parsed.members if member.home}
    return MembersPreview(len(parsed.members), len(homes), sum(member.home is None for member in parsed.members))


def commit(parsed: ParsedMembers, keeper: MembersKeeper) -> Kept:
    """Hand the members over to be stored."""
    return keeper.keep_members(parsed.members)


def reject_list(parsed: ParsedMembers) -> tuple[Notice, ...]:
    """Return the rejected rows, each with its number and reason, in the order of the file."""
    return tuple(sorted(parsed.rejects, key=lambda notice: notice.row or 0))


def _is_header(cells: list[str]) -> bool:
    return tuple(cell.strip().strip('"') for cell in cells) == COLUMNS


def _notices(examined: Examined, last: int) -> tuple[Notice, ...]:
    found = []
    if examined.encoding == OLD_ENCODING:
        found.append(Notice(Reason.IMPORT_OLD_ENCODING))
    if not examined.ends_with_newline:
        found.append(Notice(Reason.IMPORT_LAST_LINE_OPEN, last))
    return tuple(found)


def _member(row: int, cells: list[str]) -> ParsedMember:
    expect_cells(cells, len(COLUMNS))
    text = {
        column: clean_text(cell, column)
        for column, cell in zip(COLUMNS, cells, strict=False)
        if column not in _NOT_READ
    }
    text["postcode"] = text["postcode"].upper()
    for column, form in _FORMS.items():
        if text[column] and not form.fullmatch(text[column]):
            raise RowError(Reason.IMPORT_FIELD_FORM, field=column)
    if not text["achternaam"]:
        raise RowError(Reason.IMPORT_FIELD_EMPTY, field="achternaam")
    first = "voornaam" if text["voornaam"] else "initialen"
    return ParsedMember(
        row=row,
        name=_joined(text, first, "tussenvoegsel", "achternaam"),
        email=text["email"] or None,
        telephone=text["telefoonnummer"] or None,
        address=_joined(text, "straat", "huisnummer", "huisnummer_toevoeging") or None,
        postcode=text["postcode"].replace(" ", "") or None,
        town=text["woonplaats"] or None,
    )


def _joined(text: Mapping[str, str], *columns: str) -> str:
    return " ".join(text[column] for column in columns if text[column])
