"""Households and members: who is there, in pseudonyms; names stay where they were put."""

import re
import traceback
from datetime import date

import pytest
from sqlalchemy import Engine, insert, select

from marke.codebook.model import ConsentCategory, Purpose
from marke.errors import BadInputError, ConflictError, MarkeError, NotFoundError
from marke.reasons import Reason
from marke_ground.store.engine import reading, transaction
from marke_node.services import (
    add_household,
    erase_household,
    give_consent,
    leave_household,
    register_member,
    withdraw_consent,
)
from marke_node.services.add_household import NewHousehold
from marke_node.services.give_consent import Yes
from marke_node.services.register_member import NewMember
from marke_node.store.metadata import AUDIT
from marke_node.store.tables import METADATA
from marke_node.store.vault import MEMBERS
from support.small_codebook import small_codebook
from support.villages import ALICE, FOUNDED, NOON, TEXT, know, settle

CANARY = "Canary-q7x9"

BOB = NewMember(
    household="",
    name=f"Bob {CANARY}",
    joined=FOUNDED,
    email=f"{CANARY}@example.nl",
    telephone=f"06-{CANARY}",
    address=f"{CANARY} 3",
    postcode=f"1234{CANARY}",
    town=CANARY,
    relation_number=f"R-{CANARY}",
)


def _bob_in(household: str, **fields: object) -> NewMember:
    return NewMember(**{**BOB.__dict__, "household": household, **fields})


def test_a_household_gets_a_pseudonym_and_its_codes(engine: Engine) -> None:
    with transaction(engine) as session:
        village = settle(session, [{"dwelling_type": "detached", "income_band": "low"}], adults=1)
    assert re.fullmatch(r"hh_[a-z2-7]{16}", village.households[0])
    assert re.fullmatch(r"mem_[a-z2-7]{16}", village.adults[village.households[0]][0])


@pytest.mark.parametrize(
    ("codes", "reason"),
    [({"dwelling_type": "castle"}, Reason.UNKNOWN_CODE), ({"hair": "red"}, Reason.UNKNOWN_CATEGORY)],
)
def test_a_code_outside_the_codebook_adds_nobody(engine: Engine, codes: dict[str, str], reason: Reason) -> None:
    new = [NewHousehold(FOUNDED, {"dwelling_type": "detached"}), NewHousehold(FOUNDED, codes)]
    with pytest.raises(BadInputError) as refused, transaction(engine) as session:
        add_household.add_many(session, households=new, codebook=small_codebook(), by=ALICE, now=NOON)
    assert refused.value.reason is reason
    assert "castle" not in str(refused.value)
    with reading(engine) as session:
        assert session.execute(select(AUDIT)).all() == []


def test_nothing_to_add_is_nothing_done(engine: Engine) -> None:
    with transaction(engine) as session:
        assert add_household.add_many(session, households=[], codebook=small_codebook(), by=ALICE, now=NOON) == ()
        assert register_member.register_many(session, members=[], by=ALICE, now=NOON) == ()


def test_a_relation_number_belongs_to_one_member(engine: Engine) -> None:
    with transaction(engine) as session:
        home = settle(session, [{}], adults=0).households[0]
        first = register_member.register(session, member=_bob_in(home), by=ALICE, now=NOON)
    for members in ([_bob_in(home)], [_bob_in(home, relation_number="7"), _bob_in(home, relation_number="7")]):
        with pytest.raises(ConflictError) as refused, transaction(engine) as session:
            register_member.register_many(session, members=members, by=ALICE, now=NOON)
        assert refused.value.reason is Reason.MEMBER_KNOWN
    with reading(engine) as session:
        assert session.execute(select(MEMBERS.c.id)).scalars().all() == [first]
        known = register_member.known_relation_numbers(session, [f"R-{CANARY}", "other"])
    assert known == {f"R-{CANARY}": first}


def test_somebody_who_is_not_here_is_said_to_be_unknown(engine: Engine) -> None:
    stranger = Yes("mem_charlie", Purpose.BENCHMARK, None)
    with pytest.raises(NotFoundError) as refused, transaction(engine) as session:
        give_consent.give(session, given=[stranger], text=TEXT, by=ALICE, now=NOON)
    assert refused.value.reason is Reason.MEMBER_UNKNOWN
    with pytest.raises(NotFoundError) as refused, transaction(engine) as session:
        register_member.register(session, member=_bob_in("hh_nowhere"), by=ALICE, now=NOON)
    assert refused.value.reason is Reason.HOUSEHOLD_UNKNOWN


def test_a_yes_is_given_once_and_taken_back_once(engine: Engine) -> None:
    with transaction(engine) as session:
        village = settle(session, [{}], adults=1, yes=())
        member = village.adults[village.households[0]][0]
        yes = Yes(member, Purpose.BENCHMARK, ConsentCategory.ENERGY)
        assert give_consent.give(session, given=[yes, yes], text=TEXT, by=ALICE, now=NOON) == 1
        assert give_consent.give(session, given=[yes], text=TEXT, by=ALICE, now=NOON) == 0
        withdraw_consent.withdraw(session, yes=yes, by=ALICE, now=NOON)
    with pytest.raises(ConflictError) as refused, transaction(engine) as session:
        withdraw_consent.withdraw(session, yes=yes, by=ALICE, now=NOON)
    assert refused.value.reason is Reason.CONSENT_NOT_GIVEN


def test_everything_can_be_taken_back_with_one_tap(engine: Engine) -> None:
    wanted = [(Purpose.BENCHMARK, None), (Purpose.RESEARCH, ConsentCategory.ENERGY), (Purpose.RESEARCH, None)]
    with transaction(engine) as session:
        village = settle(session, [{}], adults=1, yes=wanted)
        member = village.adults[village.households[0]][0]
        heap = ConsentCategory.ENERGY
        assert withdraw_consent.withdraw_heap(session, member=member, category=heap, by=ALICE, now=NOON) == 1
        assert withdraw_consent.withdraw_all(session, member=member, by=ALICE, now=NOON) == 2
        assert withdraw_consent.withdraw_all(session, member=member, by=ALICE, now=NOON) == 0


def test_erasing_leaves_no_trace_but_the_audit(engine: Engine) -> None:
    with transaction(engine) as session:
        home = settle(session, [{"dwelling_type": "detached"}], adults=2).households[0]
        register_member.register(session, member=_bob_in(home), by=ALICE, now=NOON)
        know(session, {home: 1200})
        erase_household.erase(session, household=home, by=ALICE, now=NOON)
    with reading(engine) as session:
        left = {table.name for table in METADATA.sorted_tables if session.execute(select(table)).first() is not None}
    assert left - {"agent_state", "alembic_version"} <= {"audit"}


def test_names_never_reach_an_error_a_log_or_a_repr(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with transaction(engine) as session:
        home = settle(session, [{}], adults=0).households[0]
        register_member.register(session, member=_bob_in(home), by=ALICE, now=NOON)
        audited = [str(tuple(line)) for line in session.execute(select(AUDIT))]
    said = [repr(_bob_in(home)), *audited]
    breaking: list[dict[str, object]] = [
        {"name": CANARY * 30},
        {"relation_number": BOB.relation_number},
        {"joined": CANARY},
        {"adult": CANARY},
        {"id": CANARY},
    ]
    row: dict[str, object] = {
        "id": "mem_" + "a" * 16,
        "household": 1,
        "adult": 1,
        "name": CANARY,
        "joined": date(2025, 1, 1),
    }
    for fields in breaking:
        with pytest.raises((MarkeError, RuntimeError, Exception)) as refused, transaction(engine) as session:
            session.execute(insert(MEMBERS).values({**row, **fields}))
        said.append("".join(traceback.format_exception(refused.value)))
        said.append(repr(refused.value) + str(refused.value))
    assert [text for text in said if CANARY in text] == []
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": ""}, Reason.NAME_EMPTY),
        ({"name": "  "}, Reason.NAME_EMPTY),
        ({"name": f"Bob\n{CANARY}"}, Reason.TEXT_NOT_CLEAN),
        ({"name": f"{CANARY}\x07"}, Reason.TEXT_NOT_CLEAN),
        ({"name": CANARY * 40}, Reason.TEXT_TOO_LONG),
        ({"email": CANARY}, Reason.EMAIL_FORM),
        ({"email": f"{CANARY}@example.nl\r\nBcc: all@example.nl"}, Reason.TEXT_NOT_CLEAN),
        ({"joined": date(2099, 1, 1)}, Reason.DAY_IN_FUTURE),
    ],
)
def test_what_no_person_is_called_is_refused_without_repeating_it(
    engine: Engine, fields: dict[str, object], reason: Reason
) -> None:
    with transaction(engine) as session:
        home = settle(session, [{}], adults=0).households[0]
    with pytest.raises(BadInputError) as refused, transaction(engine) as session:
        register_member.register(session, member=_bob_in(home, **fields), by=ALICE, now=NOON)
    assert refused.value.reason is reason
    assert "Canary" not in refused.value.say("nl") + refused.value.say("en") + str(refused.value.details)
    with reading(engine) as session:
        assert session.execute(select(MEMBERS)).all() == []


def test_two_people_of_one_name_in_one_household_are_refused(engine: Engine) -> None:
    with transaction(engine) as session:
        home, other = settle(session, [{}, {}], adults=0).households
        register_member.register(session, member=_bob_in(home), by=ALICE, now=NOON)
        register_member.register(session, member=_bob_in(other, relation_number=None), by=ALICE, now=NOON)
    again = _bob_in(home, name=f" bob  {CANARY} ", relation_number=None)
    with pytest.raises(ConflictError) as refused, transaction(engine) as session:
        register_member.register(session, member=again, by=ALICE, now=NOON)
    assert refused.value.reason is Reason.NAME_TWICE
    twins = [_bob_in(home, name="Eve", relation_number=None)] * 2
    with pytest.raises(ConflictError), transaction(engine) as session:
        register_member.register_many(session, members=twins, by=ALICE, now=NOON)


def test_a_household_that_joins_tomorrow_is_refused(engine: Engine) -> None:
    with pytest.raises(BadInputError) as refused, transaction(engine) as session:
        add_household.add(
            session, household=NewHousehold(date(2099, 1, 1)), codebook=small_codebook(), by=ALICE, now=NOON
        )
    assert refused.value.reason is Reason.DAY_IN_FUTURE


@pytest.mark.parametrize(
    ("day", "reason"), [(date(2099, 1, 1), Reason.DAY_IN_FUTURE), (date(2000, 1, 1), Reason.LEFT_BEFORE_JOINED)]
)
def test_a_household_leaves_on_a_day_that_can_be(engine: Engine, day: date, reason: Reason) -> None:
    with transaction(engine) as session:
        home = settle(session, [{}]).households[0]
    with pytest.raises(BadInputError) as refused, transaction(engine) as session:
        leave_household.leave(session, household=home, on=day, by=ALICE, now=NOON)
    assert refused.value.reason is reason
    with transaction(engine) as session:
        leave_household.leave(session, household=home, on=date(2026, 3, 1), by=ALICE, now=NOON)
    with pytest.raises(NotFoundError), transaction(engine) as session:
        leave_household.leave(session, household=home, on=date(2026, 3, 1), by=ALICE, now=NOON)
