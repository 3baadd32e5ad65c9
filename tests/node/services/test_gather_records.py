"""Who is in a tally: the frozen roster, less whoever does not consent at this moment."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from marke.codebook.model import ConsentCategory, Purpose
from marke.questions.model import Bundle
from marke_ground.store.engine import transaction
from marke_node.services import (
    classify_household,
    erase_household,
    give_consent,
    leave_household,
    register_member,
    withdraw_consent,
)
from marke_node.services.gather_records import Cohort, gather
from marke_node.services.give_consent import ConsentText, Yes
from marke_node.services.register_member import NewMember
from marke_node.store.metadata import AUDIT
from support.small_codebook import a_question, checked, small_codebook
from support.villages import ALICE, ENERGY_BENCHMARK, FOUNDED, NOON, TEXT, gas_village, know, settle


def _gathered(engine: Engine, **fields: object) -> Cohort:
    with transaction(engine) as session:
        return gather(session, checked=checked(**fields), now=NOON)


def _revision(number: int) -> Bundle:
    return a_question().bundle.model_copy(update={"revision": number})


def test_every_consenting_household_with_a_fact_is_one_record(engine: Engine) -> None:
    village = gas_village(engine)
    cohort = _gathered(engine)
    assert cohort.records == [("terraced", 1000 + number) for number in range(12)]
    assert tuple(cohort.households) == village.households
    assert (cohort.roster_size, cohort.consenting, cohort.with_fact, cohort.unclassified) == (12, 12, 12, 0)


def test_a_household_without_consent_is_in_no_tally(engine: Engine) -> None:
    with transaction(engine) as session:
        silent = settle(session, [{"dwelling_type": "detached"}], yes=())
        know(session, {silent.households[0]: 1500})
    gas_village(engine)
    cohort = _gathered(engine)
    assert silent.households[0] not in cohort.households
    assert (cohort.roster_size, cohort.consenting) == (13, 12)


def test_one_adult_who_said_nothing_keeps_the_household_out(engine: Engine) -> None:
    village = gas_village(engine)
    with transaction(engine) as session:
        flatmate = NewMember(household=village.households[0], name="Bob", joined=FOUNDED)
        register_member.register(session, member=flatmate, by=ALICE, now=NOON)
        child = NewMember(household=village.households[1], name="Kid", joined=FOUNDED, adult=False)
        register_member.register(session, member=child, by=ALICE, now=NOON)
    assert set(village.households) - set(_gathered(engine).households) == {village.households[0]}


def test_a_household_without_adults_is_in_no_tally(engine: Engine) -> None:
    with transaction(engine) as session:
        settle(session, [{"dwelling_type": "detached"}], adults=0)
    assert _gathered(engine).consenting == 0


def test_withdrawing_counts_at_once(engine: Engine) -> None:
    village = gas_village(engine)
    first = village.households[0]
    with transaction(engine) as session:
        yes = Yes(village.adults[first][0], Purpose.BENCHMARK, ConsentCategory.ENERGY)
        withdraw_consent.withdraw(session, yes=yes, by=ALICE, now=NOON)
    cohort = _gathered(engine)
    assert first not in cohort.households
    assert cohort.roster_size == 12


@pytest.mark.parametrize(
    ("yes", "counted"),
    [
        (ENERGY_BENCHMARK, True),
        (((Purpose.BENCHMARK, None),), True),
        (((Purpose.RESEARCH, ConsentCategory.ENERGY),), False),
        (((Purpose.BENCHMARK, ConsentCategory.MOBILITY),), False),
    ],
)
def test_consent_is_for_one_purpose_and_one_heap_of_data(
    engine: Engine, yes: tuple[tuple[Purpose, ConsentCategory | None], ...], counted: int
) -> None:
    with transaction(engine) as session:
        settle(session, [{"dwelling_type": "detached"}], yes=yes)
    assert _gathered(engine).consenting == int(counted)


def test_grouping_by_income_needs_a_yes_that_names_income(engine: Engine) -> None:
    codes = [{"dwelling_type": "detached", "income_band": "low"}]
    with transaction(engine) as session:
        settle(session, codes, yes=((Purpose.BENCHMARK, None),))
        both_named = settle(
            session, codes, yes=((Purpose.BENCHMARK, None), (Purpose.BENCHMARK, ConsentCategory.INCOME))
        )
        know(session, {both_named.households[0]: 900})
    cohort = _gathered(engine, breakdown="dwelling_x_income", smallest_group=15)
    assert (cohort.consenting, tuple(cohort.households)) == (1, both_named.households)
    assert cohort.records == [("detached__low", 900)]


def test_a_yes_that_expired_counts_no_more(engine: Engine) -> None:
    with transaction(engine) as session:
        village = settle(session, [{"dwelling_type": "detached"}], adults=1, yes=())
        member = village.adults[village.households[0]][0]
        short = ConsentText(text_hash=TEXT.text_hash, expires=NOON + timedelta(days=1))
        yes = Yes(member, Purpose.BENCHMARK, ConsentCategory.ENERGY)
        assert give_consent.give(session, given=[yes], text=short, by=ALICE, now=NOON) == 1
        assert gather(session, checked=checked(), now=NOON).consenting == 1
        assert gather(session, checked=checked(), now=NOON + timedelta(days=1)).consenting == 0
        again = give_consent.give(session, given=[yes], text=TEXT, by=ALICE, now=NOON + timedelta(days=2))
        assert again == 1
        assert gather(session, checked=checked(), now=NOON + timedelta(days=2)).consenting == 1


def test_a_household_that_is_erased_or_left_is_gone_from_frozen_rosters_at_once(engine: Engine) -> None:
    village = gas_village(engine)
    assert len(_gathered(engine).records) == 12
    with transaction(engine) as session:
        erase_household.erase(session, household=village.households[0], by=ALICE, now=NOON)
        leave_household.leave(session, household=village.households[1], on=NOON.date(), by=ALICE, now=NOON)
    cohort = _gathered(engine)
    assert tuple(cohort.households) == village.households[2:]
    assert cohort.roster_size == 12


def test_what_is_frozen_stays_and_a_correction_is_the_next_revision(engine: Engine) -> None:
    village = gas_village(engine)
    before = _gathered(engine)
    with transaction(engine) as session:
        settle(session, [{"dwelling_type": "terraced"}])
        new_codes = {"dwelling_type": "detached"}
        classify_household.classify(
            session, household=village.households[0], codes=new_codes, codebook=small_codebook(), by=ALICE, now=NOON
        )
        kept = know(session, {village.households[0]: 5, village.households[1]: 1001})
    assert (kept.added, kept.unchanged, kept.changed) == (0, 1, 1)
    assert _gathered(engine) == before
    corrected = _gathered(engine, bundle=_revision(2))
    assert corrected.records == [("detached", 5), *before.records[1:]]
    assert (corrected.roster_size, corrected.with_fact) == (12, 12)


def test_before_freezing_a_correction_simply_replaces(engine: Engine) -> None:
    village = gas_village(engine, homes=2)
    with transaction(engine) as session:
        assert know(session, {village.households[0]: 7}).changed == 1
        assert know(session, {village.households[0]: 7}).unchanged == 1
    assert _gathered(engine).records == [("terraced", 7), ("terraced", 1001)]


def test_a_household_without_the_code_is_in_no_group_and_without_the_fact_in_no_record(engine: Engine) -> None:
    with transaction(engine) as session:
        village = settle(session, [{}, {"dwelling_type": "detached"}, {"dwelling_type": "apartment"}])
        know(session, {village.households[0]: 800, village.households[1]: 0})
    cohort = _gathered(engine)
    assert cohort.records == [("detached", 0)]
    assert (cohort.consenting, cohort.with_fact, cohort.unclassified) == (3, 2, 1)


def test_a_roster_is_frozen_once_and_audited(engine: Engine) -> None:
    gas_village(engine)
    _gathered(engine)
    _gathered(engine, breakdown="all")
    with transaction(engine) as session:
        lines = session.execute(select(AUDIT).where(AUDIT.c.verb == "freeze_roster")).all()
    assert [line.details for line in lines] == ['{"households":12,"period":"2025","revision":1}']


def test_an_empty_village_gathers_nothing(engine: Engine) -> None:
    assert _gathered(engine) == Cohort([], [], 0, 0, 0, 0)


def test_a_cohort_does_not_print_anybody() -> None:
    assert "hh_" not in repr(Cohort([("a", 12345)], ["hh_x"], 1, 1, 1, 0))
    assert "12345" not in repr(Cohort([("a", 12345)], ["hh_x"], 1, 1, 1, 0))


def test_who_joins_after_a_roster_was_frozen_waits_for_the_next_period(engine: Engine) -> None:
    village = gas_village(engine)
    before = _gathered(engine)
    with transaction(engine) as session:
        late = settle(session, [{"dwelling_type": "terraced"}])
        know(session, {late.households[0]: 3300})
    for number in (2, 7):
        again = _gathered(engine, bundle=_revision(number))
        assert again.records == before.records
        assert tuple(again.households) == village.households
