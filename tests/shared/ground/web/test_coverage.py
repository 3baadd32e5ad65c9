"""How many of how many: one and many, and nobody is silent before the time to decide is over."""

import pytest

from marke.protocol.messages import Coverage
from marke.reasons import Language
from marke_ground.web.coverage_views import coverage_view
from marke_ground.web.i18n import Voice, read_words
from marke_ground.web.render import GROUND_PACKAGE

WORDS = read_words([GROUND_PACKAGE])
COVERAGE = Coverage(
    invited=24, accepted=1, answered=0, refused_policy=1, refused_not_enough=0, refused_technical=0, silent=22
)


def test_who_has_time_to_decide_is_undecided_and_silent_only_afterwards() -> None:
    deciding = coverage_view(COVERAGE, is_over=False, is_deciding=True)
    running = coverage_view(COVERAGE, is_over=False)
    assert ("undecided", 22) in deciding.parts
    assert ("silent", 22) in running.parts
    assert sum(count for _, count in deciding.parts) == 24


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [("nl", "1 weigerde", "2 weigerden"), ("en", "1 refused", "2 refused")],
)
def test_one_and_many_are_said_apart(language: Language, one: str, many: str) -> None:
    voice = Voice(WORDS, language)
    assert [voice.say_many("coverage.refused", count) for count in (1, 2)] == [one, many]


def test_one_collective_answers_in_the_singular() -> None:
    said = Voice(WORDS, "nl").say_many("coverage.sentence", 1, invited=24)
    assert said == "1 van 24 collectieven gaf antwoord."
