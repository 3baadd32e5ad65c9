"""Every example of the specification comes out as it is written, and the page in the docs prints them as they are."""

import pytest

from spec.questions.examples import EXAMPLES, FINISHED, Example, FinishedExample
from spec.questions.page import PAGE, page
from spec.questions.tables import parse, run, run_finished


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_what_villages_show_is_what_the_example_says(example: Example) -> None:
    assert run(example) == parse(example.shown)


@pytest.mark.parametrize("example", FINISHED, ids=lambda example: example.title)
def test_what_the_country_may_say_is_what_the_example_says(example: FinishedExample) -> None:
    assert run_finished(example) == parse(example.figures)


def test_the_page_in_the_docs_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "write it anew with: python -m spec.questions.page (in tests)"
