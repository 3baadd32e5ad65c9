"""Standing purposes go by themselves; limits say no; everything else waits for the board."""

from marke.codebook.model import ConsentCategory, Purpose
from marke.governance.mode import Automatic, HeldForBoard, RefusedByRule, Standing, WhyHeld, route
from marke.questions.model import Publication
from marke.reasons import LANGUAGES, Reason, sentence
from support.small_codebook import checked

DEFAULT = Standing()


def test_the_standard_benchmark_goes_by_itself() -> None:
    assert route(checked(), DEFAULT) == Automatic()


def test_another_purpose_waits_for_the_board() -> None:
    assert route(checked(purpose=Purpose.GRID_PLANNING), DEFAULT) == HeldForBoard((WhyHeld.NOT_STANDING,))
    assert route(checked(purpose=Purpose.RESEARCH), Standing(frozenset(Purpose))) == Automatic()


def test_health_and_income_never_go_by_themselves() -> None:
    always = Standing(frozenset(Purpose))
    special = checked(variable="health.score", smallest_group=15)
    by_income = checked(breakdown="dwelling_x_income", smallest_group=15)
    assert route(special, always) == route(by_income, always) == HeldForBoard((WhyHeld.SPECIAL,))


def test_a_board_may_want_to_see_what_becomes_public() -> None:
    public = checked(publication=Publication.PUBLIC)
    assert route(public, DEFAULT) == Automatic()
    assert route(public, Standing(hold_public=True)) == HeldForBoard((WhyHeld.PUBLIC,))


def test_all_reasons_to_look_are_named_together() -> None:
    asked = checked(
        variable="health.score", smallest_group=15, purpose=Purpose.RESEARCH, publication=Publication.PUBLIC
    )
    assert route(asked, Standing(hold_public=True)) == HeldForBoard(
        (WhyHeld.NOT_STANDING, WhyHeld.SPECIAL, WhyHeld.PUBLIC)
    )


def test_a_heap_that_is_never_shared_is_refused_also_for_a_standing_purpose() -> None:
    standing = Standing(refused_categories=frozenset({ConsentCategory.HEALTH, ConsentCategory.INCOME}))
    assert route(checked(variable="health.score", smallest_group=15), standing) == RefusedByRule(
        Reason.POLICY_CATEGORY, (("category", "health"),)
    )
    by_income = route(checked(breakdown="dwelling_x_income", smallest_group=15), standing)
    assert by_income == RefusedByRule(Reason.POLICY_CATEGORY, (("category", "income"),))


def test_a_promise_below_the_collectives_own_is_refused_in_words() -> None:
    refused = route(checked(smallest_group=12), Standing(smallest_group=25))
    assert refused == RefusedByRule(Reason.POLICY_SMALLEST_GROUP, (("asked", 12), ("floor", 25)))
    assert isinstance(refused, RefusedByRule)
    for language in LANGUAGES:
        said = sentence(refused.reason, language, dict(refused.details))
        assert "12" in said
        assert "25" in said
