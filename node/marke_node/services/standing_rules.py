"""What the collective decided once for all: which purposes are answered by themselves, and what is never shared."""

from datetime import datetime

from sqlalchemy import insert, select

from marke.canonical import Json
from marke.codebook.model import ConsentCategory, Purpose
from marke.governance.mode import Standing
from marke.vocabulary.actor import Actor
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_node.store.federation import STANDING_RULES


def read_standing(session: Session) -> Standing:
    """Return the rules in force; before the board set any, the consortium's default."""
    row = session.execute(select(STANDING_RULES).order_by(STANDING_RULES.c.number.desc()).limit(1)).one_or_none()
    if row is None:
        return Standing()
    return Standing(
        purposes=frozenset(Purpose(name) for name in row.purposes.split()),
        refused_categories=frozenset(ConsentCategory(name) for name in row.refused_categories.split()),
        smallest_group=row.smallest_group,
        hold_public=bool(row.hold_public),
    )


def set_standing(session: Session, *, standing: Standing, by: Actor, now: datetime) -> None:
    """Put other standing rules in force from now on; what was accepted under the old ones is checked again."""
    session.execute(
        insert(STANDING_RULES).values(
            purposes=" ".join(sorted(standing.purposes)),
            refused_categories=" ".join(sorted(standing.refused_categories)),
            smallest_group=standing.smallest_group,
            hold_public=int(standing.hold_public),
            set_by=str(by),
            since=now,
        )
    )
    details: dict[str, Json] = {
        "purposes": [purpose.value for purpose in sorted(standing.purposes)],
        "smallest_group": standing.smallest_group,
    }
    record(session, by=by, verb="set_standing", subject="standing_rules", now=now, details=details)
