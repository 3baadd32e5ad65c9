"""A village in a database: households with adults who said yes, and facts. Change only what a test is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from marke.codebook.model import ConsentCategory, Purpose
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.store.engine import Session, transaction
from marke_node.services import add_household, give_consent, record_fact, register_member
from marke_node.services.give_consent import ConsentText, Yes
from marke_node.services.record_fact import DirectFact, FactSheet
from marke_node.services.register_member import NewMember
from marke_node.store.facts import FactsKept, Origin
from support.small_codebook import small_codebook

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FOUNDED = date(2024, 1, 1)
ALICE = Actor(ActorKind.BOARD, "mem_aliceaaaaaaaaaaaa")
TEXT = ConsentText(text_hash="sha256:" + "a" * 64)

ENERGY_BENCHMARK = ((Purpose.BENCHMARK, ConsentCategory.ENERGY),)

Wanted = Sequence[tuple[Purpose, ConsentCategory | None]]


@dataclass(frozen=True)
class Village:
    """What was made: the ids of households, and of the adults of each."""

    households: tuple[str, ...]
    adults: Mapping[str, tuple[str, ...]]


def settle(
    session: Session,
    codes: Sequence[Mapping[str, str]],
    *,
    adults: int = 2,
    yes: Wanted = ENERGY_BENCHMARK,
    now: datetime = NOON,
) -> Village:
    """Make one household per mapping of codes, each with some adults who say yes to the same things."""
    new = [add_household.NewHousehold(joined=FOUNDED, codes=found) for found in codes]
    ids = add_household.add_many(session, households=new, codebook=small_codebook(), by=ALICE, now=now)
    people = [
        NewMember(household=household, name=f"Adult {number}", joined=FOUNDED)
        for household in ids
        for number in range(adults)
    ]
    members = register_member.register_many(session, members=people, by=ALICE, now=now)
    given = [Yes(member, purpose, category) for member in members for purpose, category in yes]
    give_consent.give(session, given=given, text=TEXT, by=ALICE, now=now)
    by_household = {household: members[number * adults : (number + 1) * adults] for number, household in enumerate(ids)}
    return Village(ids, by_household)


def know(
    session: Session, values: Mapping[str, int], *, variable: str = "energy.gas_use", period: str = "2025"
) -> FactsKept:
    """Record a value for some households."""
    sheet = FactSheet(variable, period, Origin.SURVEY, [DirectFact(home, value) for home, value in values.items()])
    return record_fact.record(session, sheet=sheet, codebook=small_codebook(), by=ALICE, now=NOON)


def gas_village(engine: Engine, homes: int = 12) -> Village:
    """Make a village of terraced houses whose gas use is 1,000, 1,001, ... in 2025."""
    with transaction(engine) as session:
        village = settle(session, [{"dwelling_type": "terraced"}] * homes)
        know(session, {household: 1000 + number for number, household in enumerate(village.households)})
    return village
