"""What a question may say: every rule has its own reason and names the field."""

from datetime import UTC, datetime
from typing import Any

import pytest

from marke.codebook.model import ConsentCategory
from marke.errors import BadInputError
from marke.questions.check import Floors, check, question_hash
from marke.questions.kinds import KINDS
from marke.questions.model import Question, Reading, Recipient, Statistic, Windows, release_key
from marke.reasons import LANGUAGES, Reason
from support.small_codebook import a_question, checked, small_codebook

COUNT, SUM, SQUARES, BINS, PLACE = Statistic
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)

WRONG: list[tuple[dict[str, Any], Reason, str]] = [
    ({"codebook": "2027.1"}, Reason.QUESTION_OTHER_CODEBOOK, "codebook"),
    ({"codebook_hash": "sha256:" + "0" * 64}, Reason.QUESTION_OTHER_CODEBOOK_HASH, "codebook_hash"),
    ({"variable": "energy.peat_use"}, Reason.UNKNOWN_VARIABLE, ""),
    ({"variable": "collective.size"}, Reason.QUESTION_NOT_ABOUT_HOUSEHOLDS, "bundle.variable"),
    ({"period": "2025-07-31"}, Reason.QUESTION_GRANULARITY, "bundle.period"),
    ({"period": "2026"}, Reason.QUESTION_PERIOD_NOT_OVER, "bundle.period"),
    ({"breakdown": "tenure"}, Reason.QUESTION_BREAKDOWN, "bundle.breakdown"),
    ({"breakdown": "income_band"}, Reason.QUESTION_BREAKDOWN, "bundle.breakdown"),
    ({"breakdown": "not_listed"}, Reason.QUESTION_BREAKDOWN, "bundle.breakdown"),
    ({"breakdown": "broken"}, Reason.QUESTION_BREAKDOWN, "bundle.breakdown"),
    (
        {"variable": "energy.gas_by_street", "breakdown": "street"},
        Reason.QUESTION_TOO_MANY_GROUPS,
        "bundle.breakdown",
    ),
    ({"variable": "energy.gas_by_odd", "breakdown": "odd"}, Reason.QUESTION_GROUP_CODE, "bundle.breakdown"),
    ({"statistics": (COUNT, SUM, SQUARES)}, Reason.QUESTION_STATISTIC_MISSING, "bundle.statistics"),
    ({"readings": (Reading.MEAN,)}, Reason.QUESTION_STATISTIC_UNUSED, "bundle.statistics"),
    ({"statistics": (COUNT, PLACE)}, Reason.QUESTION_PLACE_ALONE, "bundle.statistics"),
    ({"statistics": (COUNT, SUM, BINS, COUNT)}, Reason.QUESTION_NAMED_TWICE, "bundle.statistics"),
    ({"readings": (Reading.HISTOGRAM, Reading.MEAN, Reading.MEAN)}, Reason.QUESTION_NAMED_TWICE, "readings"),
    ({"recipients": (Recipient.MINISTRY, Recipient.MINISTRY)}, Reason.QUESTION_NAMED_TWICE, "recipients"),
    ({"not_before": datetime(2026, 3, 22, tzinfo=UTC)}, Reason.QUESTION_WINDOWS, "windows.decide_until"),
    (
        {"windows": Windows(decide_until=datetime(2026, 4, 30, tzinfo=UTC), contribute_minutes=24 * 60 + 1)},
        Reason.QUESTION_WINDOWS,
        "windows.contribute_minutes",
    ),
    ({"smallest_group": 9}, Reason.QUESTION_GROUP_TOO_SMALL, "smallest_group"),
    ({"variable": "health.score", "smallest_group": 14}, Reason.QUESTION_GROUP_TOO_SMALL, "smallest_group"),
    ({"breakdown": "dwelling_x_income", "smallest_group": 14}, Reason.QUESTION_GROUP_TOO_SMALL, "smallest_group"),
]


@pytest.mark.parametrize(("changes", "reason", "field"), WRONG, ids=lambda value: str(value)[:40])
def test_a_question_that_breaks_a_rule_is_refused_with_the_reason_of_that_rule(
    changes: dict[str, Any], reason: Reason, field: str
) -> None:
    with pytest.raises(BadInputError) as refused:
        check(a_question(**changes), small_codebook())
    assert refused.value.reason is reason
    assert refused.value.details.get("field", "") == field
    for language in LANGUAGES:
        assert "?" not in refused.value.say(language)


def test_an_unknown_kind_of_reading_is_refused_with_a_list_of_the_known_ones() -> None:
    draft = a_question().to_bytes().replace(b'"quantile"', b'"correlation"')
    with pytest.raises(BadInputError) as refused:
        Question.from_bytes(draft)
    assert refused.value.reason is Reason.UNKNOWN_READING
    assert refused.value.details["reading"] == "correlation"
    assert all(kind.value in str(refused.value.details["known"]) for kind in Reading)


def test_a_reading_that_is_not_a_word_is_refused_like_any_wrong_field() -> None:
    draft = a_question().to_bytes().replace(b'"quantile"', b"7")
    with pytest.raises(BadInputError) as refused:
        Question.from_bytes(draft)
    assert refused.value.reason is Reason.BAD_FIELD


def test_a_question_survives_the_wire_unchanged() -> None:
    question = a_question()
    assert Question.from_bytes(question.to_bytes()) == question
    assert question_hash(question) == checked().hash


def test_the_key_of_an_answer_does_not_depend_on_the_order_of_the_statistics() -> None:
    keys = {release_key(a_question(statistics=order).bundle) for order in ((COUNT, SUM, BINS), (BINS, SUM, COUNT))}
    assert keys == {"energy.gas_use|2025|dwelling_type|bins+count+sum|1"}


def test_every_reading_stands_in_the_register() -> None:
    assert set(KINDS) == set(Reading)


def test_the_root_may_be_stricter_than_the_floor_but_not_laxer() -> None:
    book = small_codebook()
    with pytest.raises(BadInputError) as refused:
        check(a_question(), book, floors=Floors(smallest_group=12))
    assert refused.value.details["floor"] == 12
    with pytest.raises(BadInputError):
        check(a_question(smallest_group=6), book, floors=Floors(smallest_group=5))
    with pytest.raises(BadInputError) as refused:
        check(a_question(smallest_round=2), book, floors=Floors(smallest_round=5))
    assert refused.value.reason is Reason.QUESTION_ROUND_TOO_SMALL


def test_a_special_question_is_accepted_from_fifteen_households_on() -> None:
    assert checked(variable="health.score", smallest_group=15).is_special
    assert checked(breakdown="dwelling_x_income", smallest_group=15).is_special
    assert not checked().is_special


def test_a_grouping_by_income_needs_a_yes_for_income_too() -> None:
    crossed = checked(breakdown="dwelling_x_income", smallest_group=15)
    assert crossed.consents_needed == {ConsentCategory.ENERGY, ConsentCategory.INCOME}
    assert crossed.categories_needed == {"dwelling_type", "income_band"}
    assert checked(breakdown="all").categories_needed == frozenset()


def test_a_question_may_start_on_the_day_its_period_is_over() -> None:
    assert str(checked(not_before=NEW_YEAR).period) == "2025"


def test_the_last_minute_to_contribute_may_be_the_minute_of_expiry() -> None:
    windows = Windows(decide_until=datetime(2026, 4, 30, tzinfo=UTC), contribute_minutes=24 * 60)
    assert checked(windows=windows).question.windows == windows


def test_two_collectives_named_twice_in_the_audience_are_refused() -> None:
    one = "col_" + "a" * 16
    with pytest.raises(BadInputError) as refused:
        checked(audience=(one, one))
    assert refused.value.details["field"] == "audience"
