"""The roster of a variable, period and revision: frozen when it is first asked, never changed after that.

It holds who was there, how they were classified and what was known of them. A correction after freezing is a fact of
the next revision, which is another question about the same households: who joins later waits for the next period, or
the difference of two revisions would be the newcomer (privacy.md 6.3).
"""

from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, func, insert, select

from marke import canonical
from marke.canonical import Json
from marke.questions.model import Bundle
from marke.vocabulary.actor import SYSTEM
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.store.facts import latest_values
from marke_node.store.households import household_keys
from marke_node.store.vault import HOUSEHOLD_CODES, ROSTER_ROWS, ROSTERS

_FROZEN = select(ROSTERS.c.number, ROSTERS.c.size).where(
    ROSTERS.c.variable == bindparam("of_variable"),
    ROSTERS.c.period == bindparam("of_period"),
    ROSTERS.c.revision == bindparam("of_revision"),
)

_FIRST = select(func.min(ROSTERS.c.number)).where(
    ROSTERS.c.variable == bindparam("of_variable"), ROSTERS.c.period == bindparam("of_period")
)


def frozen_roster(session: Session, *, bundle: Bundle, codebook: str, now: datetime) -> tuple[int, int]:
    """Return the key and the size of the roster of a bundle; freezes it now when this is the first time it is asked."""
    return find_roster(session, bundle=bundle) or _freeze(session, bundle, codebook, now)


def find_roster(session: Session, *, bundle: Bundle) -> tuple[int, int] | None:
    """Return the key and the size of the roster of a bundle, or None when it was never asked."""
    key = {"of_variable": bundle.variable, "of_period": bundle.period, "of_revision": bundle.revision}
    found = session.execute(_FROZEN, key).one_or_none()
    return None if found is None else (found.number, found.size)


def roster_now(session: Session, *, bundle: Bundle) -> list[tuple[int, str, int | None]]:
    """Return household, codes and value as a roster frozen at this moment would hold them; writes nothing."""
    values = latest_values(session, variable=bundle.variable, period=bundle.period, up_to=bundle.revision)
    codes = _codes(session)
    written = cache(_as_json)
    return [(one, written(codes.get(one, "")), values.get(one)) for one in _households_of(session, bundle)]


def _freeze(session: Session, bundle: Bundle, codebook: str, now: datetime) -> tuple[int, int]:
    found = roster_now(session, bundle=bundle)
    key = {"variable": bundle.variable, "period": bundle.period, "revision": bundle.revision}
    number: int = session.execute(
        insert(ROSTERS).values(**key, codebook=codebook, size=len(found), frozen=now).returning(ROSTERS.c.number)
    ).scalar_one()
    rows = [{"roster": number, "household": one, "codes": codes, "value": value} for one, codes, value in found]
    if rows:
        session.execute(insert(ROSTER_ROWS), rows)
    details: dict[str, Json] = {"period": bundle.period, "revision": bundle.revision, "households": len(found)}
    audit.record(session, by=SYSTEM, verb="freeze_roster", subject=bundle.variable, now=now, details=details)
    return number, len(found)


def _households_of(session: Session, bundle: Bundle) -> list[int]:
    """Return the households that are here, of those that stood in the first roster of this variable and period."""
    here = household_keys(session)
    first = session.execute(_FIRST, {"of_variable": bundle.variable, "of_period": bundle.period}).scalar()
    if first is None:
        return here
    stood = select(ROSTER_ROWS.c.household).where(ROSTER_ROWS.c.roster == first)
    then = frozenset(session.execute(stood).scalars())
    return [one for one in here if one in then]


_PART, _IS = " ", "="

_CODES = select(
    HOUSEHOLD_CODES.c.household,
    func.aggregate_strings(HOUSEHOLD_CODES.c.category + _IS + HOUSEHOLD_CODES.c.code, _PART),
).group_by(HOUSEHOLD_CODES.c.household)
"""All codes of a household as one text: a collective has few different combinations, each written as JSON once."""


def _codes(session: Session) -> dict[int, str]:
    return {row[0]: row[1] for row in session.execute(_CODES).all()}


def _as_json(codes: str) -> str:
    return canonical.to_bytes(dict(one.split(_IS, 1) for one in codes.split(_PART) if one)).decode("utf-8")
