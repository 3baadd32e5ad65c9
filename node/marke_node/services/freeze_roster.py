"""The roster of a variable, period and revision: frozen when it is first asked, never changed after that.

It holds who was there, how they were classified and what was known of them. A correction after freezing is a fact of
the next revision, which is another question about the same households: who joins later waits for the next period, or
the difference of two revisions would be the newcomer (privacy.md 6.3).
"""

from datetime import datetime

from sqlalchemy import BigInteger, Select, bindparam, func, insert, select, update

from marke.canonical import Json
from marke.questions.model import Bundle
from marke.vocabulary.actor import SYSTEM
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.store.vault import FACTS, HOUSEHOLD_CODES, HOUSEHOLDS, ROSTER_ROWS, ROSTERS

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
    rows = session.execute(_NOW, _now_of(session, bundle)).all()
    return [(household, codes, value) for household, codes, value in rows]


def codes_in(written: str) -> dict[str, str]:
    """Return category -> code from the codes of a roster's row."""
    return dict(one.split(_IS, 1) for one in written.split(_PART) if one)


def _freeze(session: Session, bundle: Bundle, codebook: str, now: datetime) -> tuple[int, int]:
    of_bundle = _now_of(session, bundle)
    key = {"variable": bundle.variable, "period": bundle.period, "revision": bundle.revision}
    values = {**key, "codebook": codebook, "size": 0, "frozen": now}
    number: int = session.execute(insert(ROSTERS).returning(ROSTERS.c.number), values).scalar_one()
    size: int = session.execute(_FREEZE, {**of_bundle, "of_roster": number}).rowcount
    session.execute(_SIZE, {"of_roster": number, "size": size})
    details: dict[str, Json] = {"period": bundle.period, "revision": bundle.revision, "households": size}
    audit.record(session, by=SYSTEM, verb="freeze_roster", subject=bundle.variable, now=now, details=details)
    return number, size


def _now_of(session: Session, bundle: Bundle) -> dict[str, str | int]:
    key: dict[str, str | int] = {"of_variable": bundle.variable, "of_period": bundle.period}
    first = session.execute(_FIRST, key).scalar()
    return {**key, "of_revision": bundle.revision, "first": first or _NO_ROSTER}


def _make_now() -> Select[int, str, int]:
    """Select the households that are here, of those in the first roster, with codes and newest value.

    All codes of a household are one text: a collective has few different combinations, each looked up once.
    """
    codes = (
        select(
            HOUSEHOLD_CODES.c.household,
            func.aggregate_strings(HOUSEHOLD_CODES.c.category + _IS + HOUSEHOLD_CODES.c.code, _PART).label("written"),
        )
        .group_by(HOUSEHOLD_CODES.c.household)
        .subquery()
    )
    of_bundle = (
        FACTS.c.variable == bindparam("of_variable"),
        FACTS.c.period == bindparam("of_period"),
        FACTS.c.revision <= bindparam("of_revision"),
    )
    newest = (
        select(FACTS.c.household, func.max(FACTS.c.revision).label("revision"))
        .where(*of_bundle)
        .group_by(FACTS.c.household)
        .subquery()
    )
    is_newest = (FACTS.c.household == newest.c.household) & (FACTS.c.revision == newest.c.revision)
    known = select(FACTS.c.household, FACTS.c.value).join(newest, is_newest).where(*of_bundle).subquery()
    first = bindparam("first", type_=BigInteger)
    stood = select(ROSTER_ROWS.c.household).where(ROSTER_ROWS.c.roster == first)
    return (
        select(HOUSEHOLDS.c.number, func.coalesce(codes.c.written, ""), known.c.value)
        .outerjoin(codes, codes.c.household == HOUSEHOLDS.c.number)
        .outerjoin(known, known.c.household == HOUSEHOLDS.c.number)
        .where(HOUSEHOLDS.c.left_on.is_(None), (first == _NO_ROSTER) | HOUSEHOLDS.c.number.in_(stood))
        .order_by(HOUSEHOLDS.c.number)
    )


_PART, _IS, _NO_ROSTER = " ", "=", 0
_NOW = _make_now()
_FREEZE = (
    insert(ROSTER_ROWS)
    .from_select(["household", "codes", "value", "roster"], _NOW.add_columns(bindparam("of_roster", type_=BigInteger)))
    .execution_options(preserve_rowcount=True)
)
_SIZE = update(ROSTERS).where(ROSTERS.c.number == bindparam("of_roster"))
