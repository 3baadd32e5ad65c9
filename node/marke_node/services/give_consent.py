"""An adult says yes: to one heap of data, for one purpose. Nothing is ever ticked beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import insert, select, update

from marke.codebook.model import ConsentCategory, Purpose
from marke.vocabulary.actor import Actor
from marke.vocabulary.document import Sha256
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.store.households import member_numbers
from marke_node.store.vault import CONSENTS

EVERY_ORDINARY = "ordinary"
"""How a yes to every ordinary heap is written down (`Consent.category` is None)."""


@dataclass(frozen=True, order=True)
class Yes:
    """One yes of one member; `category` None is every ordinary heap of data."""

    member: str
    purpose: Purpose
    category: ConsentCategory | None


@dataclass(frozen=True)
class ConsentText:
    """What was shown, how, and until when a yes to it holds."""

    text_hash: Sha256
    language: Literal["nl", "en"] = "nl"
    channel: Literal["web", "paper", "helper", "import"] = "web"
    expires: datetime | None = None


def give(session: Session, *, given: Iterable[Yes], text: ConsentText, by: Actor, now: datetime) -> int:
    """Write down some yeses and return how many are new; one that is already in force stays as it is.

    Raises NotFoundError(MEMBER_UNKNOWN); then nothing is written.
    """
    wanted = sorted(set(given), key=lambda yes: (yes.member, yes.purpose, category_text(yes.category)))
    numbers = member_numbers(session, [yes.member for yes in wanted])
    _close_expired(session, now)
    held = _in_force(session, set(numbers.values()))
    rows = [
        {
            "member": numbers[yes.member],
            "category": category_text(yes.category),
            "purpose": yes.purpose.value,
            "given": now,
            "expires": text.expires,
            "text_hash": text.text_hash,
            "language": text.language,
            "channel": text.channel,
        }
        for yes in wanted
        if (numbers[yes.member], category_text(yes.category), yes.purpose.value) not in held
    ]
    if rows:
        session.execute(insert(CONSENTS), rows)
    subject = wanted[0].member if len(numbers) == 1 else "members"
    audit.record(session, by=by, verb="give_consent", subject=subject, now=now, details={"yeses": len(rows)})
    return len(rows)


def category_text(category: ConsentCategory | None) -> str:
    """Return how a heap of data is written down."""
    return EVERY_ORDINARY if category is None else category.value


def _close_expired(session: Session, now: datetime) -> None:
    """Mark yeses that ended by themselves as ended, so that the same yes can be given anew."""
    over = CONSENTS.c.withdrawn.is_(None) & (CONSENTS.c.expires <= now)
    session.execute(update(CONSENTS).where(over).values(withdrawn=CONSENTS.c.expires))


def _in_force(session: Session, members: set[int]) -> set[tuple[int, str, str]]:
    query = select(CONSENTS.c.member, CONSENTS.c.category, CONSENTS.c.purpose).where(CONSENTS.c.withdrawn.is_(None))
    if len(members) == 1:
        query = query.where(CONSENTS.c.member.in_(members))
    return {(row.member, row.category, row.purpose) for row in session.execute(query) if row.member in members}
