"""How a household is classified: its dwelling, its size, its tenure. What is frozen in a roster stays as it was."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert

from marke.codebook.model import Codebook
from marke.vocabulary.actor import Actor
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.services.add_household import check_codes
from marke_node.store.households import household_number
from marke_node.store.vault import HOUSEHOLD_CODES


def classify(
    session: Session, *, household: str, codes: Mapping[str, str], codebook: Codebook, by: Actor, now: datetime
) -> None:
    """Set the codes of a household in the categories named; its other categories stay.

    Raises NotFoundError(HOUSEHOLD_UNKNOWN) and BadInputError(UNKNOWN_CATEGORY or UNKNOWN_CODE).
    """
    check_codes(codes, codebook)
    number = household_number(session, household)
    session.execute(
        delete(HOUSEHOLD_CODES).where(
            HOUSEHOLD_CODES.c.household == number, HOUSEHOLD_CODES.c.category.in_(sorted(codes))
        )
    )
    if codes:
        rows = [
            {"household": number, "category": category, "code": code, "recorded": now}
            for category, code in sorted(codes.items())
        ]
        session.execute(insert(HOUSEHOLD_CODES), rows)
    audit.record(
        session, by=by, verb="classify_household", subject=household, now=now, details={"categories": sorted(codes)}
    )
