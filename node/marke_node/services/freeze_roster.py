"""The roster of a variable, period and revision: frozen when it is first asked, never changed after that.

It holds who was there, how they were classified and what was known of them. A correction after freezing is a fact of
the next revision, which is another question.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, select

from marke import canonical
from marke.canonical import Json
from marke.questions.model import Bundle
from marke.vocabulary.actor import SYSTEM
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.store.facts import latest_values
from marke_node.store.households import household_keys
from marke_node.store.vault import HOUSEHOLD_CODES, ROSTER_ROWS, ROSTERS


def frozen_roster(session: Session, *, bundle: Bundle, codebook: str, now: datetime) -> tuple[int, int]:
    """Return the key and the size of the roster of a bundle; freezes it now when this is the first time it is asked."""
    found = session.execute(
        select(ROSTERS.c.number, ROSTERS.c.size).where(
            ROSTERS.c.variable == bundle.variable,
            ROSTERS.c.period == bundle.period,
            ROSTERS.c.revision == bundle.revision,
        )
    ).one_or_none()
    return (found.number, found.size) if found else _freeze(session, bundle, codebook, now)


def _freeze(session: Session, bundle: Bundle, codebook: str, now: datetime) -> tuple[int, int]:
    households = household_keys(session)
    values = latest_values(session, variable=bundle.variable, period=bundle.period, up_to=bundle.revision)
    codes = _codes(session)
    key = {"variable": bundle.variable, "period": bundle.period, "revision": bundle.revision}
    number: int = session.execute(
        insert(ROSTERS).values(**key, codebook=codebook, size=len(households), frozen=now).returning(ROSTERS.c.number)
    ).scalar_one()
    written = _Writing().text
    rows = [
        {
            "roster": number,
            "household": household,
            "codes": written(codes.get(household, {})),
            "value": values.get(household),
        }
        for household in households
    ]
    if rows:
        session.execute(insert(ROSTER_ROWS), rows)
    details: dict[str, Json] = {"period": bundle.period, "revision": bundle.revision, "households": len(households)}
    audit.record(session, by=SYSTEM, verb="freeze_roster", subject=bundle.variable, now=now, details=details)
    return number, len(households)


class _Writing:
    """Codes as canonical JSON: a collective has few different combinations, each written once."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[str, str], ...], str] = {}

    def text(self, codes: Mapping[str, str]) -> str:
        """Return the codes of a household as they stand in the roster."""
        key = tuple(codes.items())
        try:
            return self._known[key]
        except KeyError:
            found = self._known[key] = canonical.to_bytes(codes).decode("utf-8")
            return found


def _codes(session: Session) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    query = select(HOUSEHOLD_CODES.c.household, HOUSEHOLD_CODES.c.category, HOUSEHOLD_CODES.c.code)
    for household, category, code in session.execute(query).all():
        found.setdefault(household, {})[category] = code
    return found
