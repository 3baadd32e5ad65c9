"""How many take part: counts only, for the board's own eyes. Lists of people are shown nowhere on the command line."""

from dataclasses import dataclass

from marke.codebook.model import Purpose
from marke_ground.store.engine import Session
from marke_node.store import households


@dataclass(frozen=True)
class PeopleCount:
    """Households and adults of the collective, and adults with a yes in force for each purpose."""

    households: int
    adults: int
    consenting: dict[Purpose, int]


def count_people(session: Session) -> PeopleCount:
    """Return the counts of this moment."""
    by_purpose = {purpose: households.count_people(session, purpose.value) for purpose in Purpose}
    homes, adults, _ = by_purpose[Purpose.BENCHMARK]
    return PeopleCount(homes, adults, {purpose: found[2] for purpose, found in by_purpose.items()})
