"""What a person or a household must be before it is written down, typed by hand or read from a file."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_node.importers.cells import LONGEST_TEXT, RowError, clean_text
from marke_node.importers.moments import AMSTERDAM

if TYPE_CHECKING:
    from marke_node.services.register_member import NewMember

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,63}")
_TEXTS: Final = ("name", "email", "telephone", "address", "postcode", "town")


def refuse_future(day: date, *, now: datetime) -> None:
    """Raise BadInputError(DAY_IN_FUTURE) for a day that has not come yet in the Netherlands."""
    if day > now.astimezone(ZoneInfo(AMSTERDAM)).date():
        raise BadInputError(Reason.DAY_IN_FUTURE, day=day.isoformat())


def clean_member(member: "NewMember", *, now: datetime) -> "NewMember":
    """Return a person with clean texts; raises BadInputError naming the field, never what stood in it."""
    refuse_future(member.joined, now=now)
    texts = {name: _clean(getattr(member, name), name) for name in _TEXTS}
    if not texts["name"]:
        raise BadInputError(Reason.NAME_EMPTY)
    if texts["email"] and not _EMAIL.fullmatch(texts["email"]):
        raise BadInputError(Reason.EMAIL_FORM)
    return replace(member, **texts)


def plain_name(name: str) -> str:
    """Return a name as it is compared: blanks and capitals make no other person."""
    return " ".join(name.split()).casefold()


def _clean(text: str | None, what: str) -> str | None:
    if text is None:
        return None
    try:
        return clean_text(text, what) or None
    except RowError as error:
        if error.reason is Reason.IMPORT_TEXT_TOO_LONG:
            raise BadInputError(Reason.TEXT_TOO_LONG, what=what, most=LONGEST_TEXT) from None
        raise BadInputError(Reason.TEXT_NOT_CLEAN, what=what) from None
