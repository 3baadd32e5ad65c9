"""Whose meter is this? A few households with the names that live there, for whoever imports a file that came by mail.

One of the few places that reads names. It gives at most a handful, to a person who may import, and the search travels
in the body of a request, never in an address.
"""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select

from marke_ground.store.engine import Session
from marke_node.store.vault import HOUSEHOLDS, MEMBERS

MOST: Final = 20


@dataclass(frozen=True)
class HomeLine:
    """One household: its pseudonym, and who lives there."""

    household: str
    names: str = field(repr=False)


@dataclass(frozen=True)
class HomesFound:
    """What a search gave. `more` says that there are more than are shown."""

    homes: tuple[HomeLine, ...]
    more: bool


def list_homes(session: Session, *, part_of_name: str = "") -> HomesFound:
    """Return households that have not left, by name; at most twenty, so that nobody leafs through the members' list."""
    query = (
        select(HOUSEHOLDS.c.id, func.min(MEMBERS.c.name), func.count())
        .join(MEMBERS, MEMBERS.c.household == HOUSEHOLDS.c.number)
        .where(
            HOUSEHOLDS.c.left_on.is_(None),
            MEMBERS.c.left_on.is_(None),
            func.lower(MEMBERS.c.name).contains(part_of_name.strip().lower(), autoescape=True),
        )
        .group_by(HOUSEHOLDS.c.id)
        .order_by(func.min(MEMBERS.c.name), HOUSEHOLDS.c.id)
        .limit(MOST + 1)
    )
    rows = session.execute(query).all()
    homes = tuple(HomeLine(row[0], row[1] if row[2] == 1 else f"{row[1]} + {row[2] - 1}") for row in rows[:MOST])
    return HomesFound(homes, len(rows) > MOST)
