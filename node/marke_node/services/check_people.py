"""What a person or a household must be before it is written down, typed by hand or read from a file."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_node.importers.cells import LONGEST_TEXT, RowError, clean_text
from marke_node.importers.moments import AMSTERDAM

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,63}")


def refuse_future(day: date, *, now: datetime) -> None:
    """Raise BadInputError(DAY_IN_FUTURE) for a day that has not come yet in the Netherlands."""
    if day > now.astimezone(ZoneInfo(AMSTERDAM)).date():
        raise BadInputError(Reason.DAY_IN_FUTURE, day=day.isoformat())


def clean_texts(texts: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return what was written about a person, cleaned; raises BadInputError naming the field, never what stood there.

    NAME_EMPTY, EMAIL_FORM, TEXT_NOT_CLEAN, TEXT_TOO_LONG.
    """
    found = {what: _clean(text, what) for what, text in texts.items()}
    if not found["name"]:
        raise BadInputError(Reason.NAME_EMPTY)
    if found["email"] and not _EMAIL.fullmatch(found["email"]):
        raise BadInputError(Reason.EMAIL_FORM)
    return found


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
