"""A household takes part only when every adult said yes to everything that is needed, and nobody took it back."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marke.codebook.model import ConsentCategory, Purpose
from marke.governance.consent import EXPLICIT_ONLY, Consent, Counts, CountsNot, WhyNot, counts

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
YESTERDAY, TOMORROW = NOON - timedelta(days=1), NOON + timedelta(days=1)
ENERGY, HEALTH, INCOME = ConsentCategory.ENERGY, ConsentCategory.HEALTH, ConsentCategory.INCOME


def yes(
    category: ConsentCategory | None = ENERGY,
    *,
    purpose: Purpose = Purpose.BENCHMARK,
    withdrawn: datetime | None = None,
    expires: datetime | None = None,
) -> Consent:
    return Consent(purpose, category, YESTERDAY, withdrawn, expires)


def decide(*adults: list[Consent], needs: frozenset[ConsentCategory] = frozenset({ENERGY})) -> Counts | CountsNot:
    return counts(adults, purpose=Purpose.BENCHMARK, categories=needs, now=NOON)


NO = CountsNot(WhyNot.NO_CONSENT)


def test_when_alice_and_bob_both_said_yes_their_household_counts() -> None:
    assert decide([yes()], [yes()]) == Counts()


def test_when_bob_answered_nothing_the_household_does_not_count() -> None:
    assert decide([yes()], []) == NO


def test_a_household_without_adults_does_not_count() -> None:
    assert decide() == CountsNot(WhyNot.NO_ADULTS)


def test_a_yes_for_another_purpose_is_no_yes() -> None:
    assert decide([yes(purpose=Purpose.RESEARCH)]) == NO


def test_a_yes_to_other_data_is_no_yes() -> None:
    assert decide([yes(ConsentCategory.FOOD)]) == NO


def test_a_withdrawal_holds_from_its_own_moment_and_not_before() -> None:
    assert decide([yes(withdrawn=NOON)]) == NO
    assert decide([yes(withdrawn=TOMORROW)]) == Counts()


def test_an_expired_yes_and_a_yes_of_tomorrow_do_not_hold() -> None:
    assert decide([yes(expires=NOON)]) == NO
    assert decide([Consent(Purpose.BENCHMARK, ENERGY, TOMORROW)]) == NO


def test_a_new_yes_after_a_withdrawal_holds() -> None:
    assert decide([yes(withdrawn=YESTERDAY), yes()]) == Counts()


@pytest.mark.parametrize("category", ConsentCategory)
def test_a_yes_to_everything_never_covers_health_or_income(category: ConsentCategory) -> None:
    found = decide([yes(None)], needs=frozenset({category}))
    assert found == (NO if category in EXPLICIT_ONLY else Counts())
    assert decide([yes(None), yes(category)], needs=frozenset({category})) == Counts()


def test_every_heap_that_is_needed_needs_its_yes() -> None:
    assert decide([yes(), yes(INCOME)], needs=frozenset({ENERGY, INCOME})) == Counts()
    assert decide([yes()], needs=frozenset({ENERGY, INCOME})) == NO


@pytest.mark.parametrize(("purpose", "category"), tuple(product(Purpose, ConsentCategory)))
def test_each_purpose_and_heap_can_be_set_alone(purpose: Purpose, category: ConsentCategory) -> None:
    adult = [yes(category, purpose=purpose)]
    allowed = [
        (other, heap)
        for other, heap in product(Purpose, ConsentCategory)
        if counts([adult], purpose=other, categories={heap}, now=NOON) == Counts()
    ]
    assert allowed == [(purpose, category)]


consents = st.builds(
    Consent,
    st.sampled_from(Purpose),
    st.none() | st.sampled_from(ConsentCategory),
    st.sampled_from((YESTERDAY, TOMORROW)),
    st.none() | st.sampled_from((YESTERDAY, TOMORROW)),
)


@given(st.lists(st.lists(consents, max_size=6), min_size=1, max_size=4), st.sets(st.sampled_from(ConsentCategory)))
def test_one_more_adult_can_never_make_a_household_count(
    adults: list[list[Consent]], needs: set[ConsentCategory]
) -> None:
    def ask(held: list[list[Consent]]) -> Counts | CountsNot:
        return counts(held, purpose=Purpose.BENCHMARK, categories=needs, now=NOON)

    if ask(adults) == Counts():
        assert all(ask([adult]) == Counts() for adult in adults)
    else:
        assert ask([*adults, [yes(category) for category in ConsentCategory]]) != Counts()
