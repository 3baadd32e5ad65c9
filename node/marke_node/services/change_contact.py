"""How members can be reached changes: e-mail, telephone and town. What is not given stays as it was."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select, update

from marke.vocabulary.actor import Actor
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.store.vault import MEMBERS

_AT_ONCE = 500


@dataclass(frozen=True)
class Contact:
    """How one member can be reached; None where nothing is known. Nothing of it is ever printed."""

    member: str
    email: str | None = field(default=None, repr=False)
    telephone: str | None = field(default=None, repr=False)
    town: str | None = field(default=None, repr=False)


def change_many(session: Session, *, contacts: Sequence[Contact], by: Actor, now: datetime) -> int:
    """Write down what is new about members who did not leave; return of how many something changed."""
    changed: list[dict[str, str | None]] = []
    for start in range(0, len(contacts), _AT_ONCE):
        changed += _different(session, contacts[start : start + _AT_ONCE])
    if not changed:
        return 0
    session.execute(
        update(MEMBERS)
        .where(MEMBERS.c.id == bindparam("which"))
        .values(email=bindparam("new_email"), telephone=bindparam("new_telephone"), town=bindparam("new_town")),
        changed,
    )
    audit.record(session, by=by, verb="change_contact", subject="members", now=now, details={"members": len(changed)})
    return len(changed)


def _different(session: Session, contacts: Sequence[Contact]) -> list[dict[str, str | None]]:
    told = {contact.member: contact for contact in contacts}
    query = select(MEMBERS.c.id, MEMBERS.c.email, MEMBERS.c.telephone, MEMBERS.c.town).where(
        MEMBERS.c.id.in_(sorted(told)), MEMBERS.c.left_on.is_(None)
    )
    found: list[dict[str, str | None]] = []
    for row in session.execute(query):
        one = told[row.id]
        new = (one.email or row.email, one.telephone or row.telephone, one.town or row.town)
        if new != (row.email, row.telephone, row.town):
            found.append(dict(zip(("new_email", "new_telephone", "new_town"), new, strict=True)) | {"which": row.id})
    return found
