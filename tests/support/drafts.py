"""Random questions over the codebook that is shipped."""

from functools import cache

from hypothesis import strategies as st

from marke.codebook.builtin import read_builtin
from marke.codebook.model import Codebook, Subject, Variable
from marke.errors import BadInputError
from marke.questions.axes import known_breakdowns
from marke.questions.check import CheckedQuestion, check
from marke.questions.kinds import KINDS
from marke.questions.model import Reading, Statistic
from marke.reasons import Reason
from support.small_codebook import a_question

PERIODS = {"year": "2025", "quarter": "2025-Q3", "month": "2025-07", "day": "2025-07-31"}


@cache
def askable() -> tuple[tuple[Variable, str], ...]:
    """Return every variable about households with every breakdown it may have."""
    book = read_builtin()
    return tuple(
        (variable, breakdown)
        for variable in book.variables
        if variable.subject is Subject.HOUSEHOLD
        for breakdown in known_breakdowns(variable, book)
        if is_small_enough(book, variable, breakdown)
    )


def is_small_enough(book: Codebook, variable: Variable, breakdown: str) -> bool:
    """Say whether a breakdown gives no more groups than may be asked."""
    try:
        ask(book, variable, breakdown, PERIODS[variable.granularities[0]], (Reading.TABLE,))
    except BadInputError as error:
        if error.reason is Reason.QUESTION_TOO_MANY_GROUPS:
            return False
        raise
    return True


def ask(
    book: Codebook, variable: Variable, breakdown: str, period: str, readings: tuple[Reading, ...]
) -> CheckedQuestion:
    """Return a checked question with exactly the statistics its readings can use."""
    used = frozenset[Statistic]().union(*(KINDS[reading].uses for reading in readings))
    if variable.is_yes_or_no:
        used -= {Statistic.SQUARES}
    question = a_question(
        variable=variable.id,
        period=period,
        breakdown=breakdown,
        statistics=tuple(statistic for statistic in Statistic if statistic in used),
        readings=readings,
        codebook=book.version,
        codebook_hash=book.hash,
        smallest_group=15,
    )
    return check(question, book)


@st.composite
def questions(draw: st.DrawFn) -> CheckedQuestion:
    """Draw any question about sums that the shipped codebook allows."""
    variable, breakdown = draw(st.sampled_from(askable()))
    period = PERIODS[draw(st.sampled_from(variable.granularities))]
    kinds = sorted(set(Reading) - {Reading.DISTRIBUTION})
    readings = draw(st.lists(st.sampled_from(kinds), min_size=1, unique=True))
    return ask(read_builtin(), variable, breakdown, period, tuple(readings))
