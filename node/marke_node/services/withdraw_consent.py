"""An adult takes a yes back, as easily as it was given; it counts no more from that moment."""

from datetime import datetime

from sqlalchemy import update

from marke.codebook.model import ConsentCategory, Purpose
from marke.errors import ConflictError
from marke.reasons import Reason
from marke.vocabulary.actor import Actor
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.services.give_consent import Yes, category_text
from marke_node.store.households import member_numbers
from marke_node.store.vault import CONSENTS


def withdraw(session: Session, *, yes: Yes, by: Actor, now: datetime) -> None:
    """Take one yes back.

    A yes to every ordinary heap is one yes: it is taken back whole, and single ones may be given after that. Raises
    NotFoundError(MEMBER_UNKNOWN), and ConflictError(CONSENT_NOT_GIVEN) when it is not in force.
    """
    done = _withdraw(session, member=yes.member, purpose=yes.purpose, category=category_text(yes.category), now=now)
    if done == 0:
        raise ConflictError(Reason.CONSENT_NOT_GIVEN, member=yes.member)
    details = {"purpose": yes.purpose.value, "category": category_text(yes.category)}
    audit.record(session, by=by, verb="withdraw_consent", subject=yes.member, now=now, details=details)


def withdraw_all(session: Session, *, member: str, by: Actor, now: datetime) -> int:
    """Take everything back at once, with one tap; returns how many yeses that were."""
    done = _withdraw(session, member=member, purpose=None, category=None, now=now)
    audit.record(session, by=by, verb="withdraw_consent", subject=member, now=now, details={"yeses": done})
    return done


def withdraw_heap(session: Session, *, member: str, category: ConsentCategory, by: Actor, now: datetime) -> int:
    """Take back every yes that names one heap of data, for all purposes; returns how many that were."""
    done = _withdraw(session, member=member, purpose=None, category=category.value, now=now)
    audit.record(session, by=by, verb="withdraw_consent", subject=member, now=now, details={"category": category.value})
    return done


def _withdraw(session: Session, *, member: str, purpose: Purpose | None, category: str | None, now: datetime) -> int:
    number = member_numbers(session, (member,))[member]
    statement = update(CONSENTS).where(CONSENTS.c.member == number, CONSENTS.c.withdrawn.is_(None))
    if purpose is not None:
        statement = statement.where(CONSENTS.c.purpose == purpose.value)
    if category is not None:
        statement = statement.where(CONSENTS.c.category == category)
    return session.execute(statement.values(withdrawn=now)).rowcount
