"""Whose meter is this? A few households with the names that live there, for whoever imports a file that came by mail.

One of the few places that reads names. It gives at most a handful, to a person who may import, and the search travels
in the body of a request, never in an address.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sqlalchemy import Row, Select, func, select

from marke_ground.store.engine import Session
from marke_node.store.vault import HOUSEHOLDS, MEMBERS

MOST: Final = 20

_DIGITS: Final = re.compile(r"(\d+)")
_Row: TypeAlias = Row[str, str, int, str | None, str | None]


@dataclass(frozen=True)
class HomeLine:
    """One household: its pseudonym, who lives there, and where."""

    household: str
    names: str = field(repr=False)
    address: str = field(repr=False)
    """Street and town as far as they are known; empty when they are not."""

    @property
    def place(self) -> str:
        """Return what tells two homes of one name apart: the address, else the pseudonym."""
        return self.address or self.household


@dataclass(frozen=True)
class HomesFound:
    """What a search gave. `more` says that there are more than are shown."""

    homes: tuple[HomeLine, ...]
    more: bool

    def find(self, household: str) -> HomeLine | None:
        """Return the line of a household, or None when it is not among these."""
        return next((home for home in self.homes if home.household == household), None)


def list_homes(session: Session, *, part_of_name: str = "", chosen: Collection[str] = ()) -> HomesFound:
    """Return households that have not left, in natural order; at most twenty, so that nobody leafs through them all.

    Households that were chosen already stand first, whatever the name that is searched for.
    """
    part = func.lower(MEMBERS.c.name).contains(part_of_name.strip().lower(), autoescape=True)
    matching = [row for row in session.execute(_homes().where(part)).all() if row.id not in chosen]
    kept = session.execute(_homes().where(HOUSEHOLDS.c.id.in_(chosen))).all() if chosen else []
    found = sorted(matching, key=_natural)[:MOST]
    return HomesFound(tuple(_line(row) for row in [*sorted(kept, key=_natural), *found]), len(matching) > MOST)


def _homes() -> Select[str, str, int, str | None, str | None]:
    return (
        select(
            HOUSEHOLDS.c.id,
            func.min(MEMBERS.c.name).label("name"),
            func.count().label("people"),
            func.min(MEMBERS.c.address).label("address"),
            func.min(MEMBERS.c.town).label("town"),
        )
        .join(MEMBERS, MEMBERS.c.household == HOUSEHOLDS.c.number)
        .where(HOUSEHOLDS.c.left_on.is_(None), MEMBERS.c.left_on.is_(None))
        .group_by(HOUSEHOLDS.c.id)
    )


def _line(row: _Row) -> HomeLine:
    names = row.name if row.people == 1 else f"{row.name} + {row.people - 1}"
    return HomeLine(row.id, names, ", ".join(part for part in (row.address, row.town) if part))


def _natural(row: _Row) -> tuple[list[tuple[int, str]], str]:
    """Sort numbers inside a name by their size: 2 comes before 10."""
    parts = _DIGITS.split(row.name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], row.id
