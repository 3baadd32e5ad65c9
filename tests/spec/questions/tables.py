"""Reading and running the tables of the examples."""

from collections.abc import Mapping, Sequence

from marke.privacy.own_table import NothingToShow, Shown, protect
from marke.questions.check import CheckedQuestion
from marke.questions.kinds import KINDS
from marke.questions.model import Reading, Statistic
from marke.questions.own_lane import own_rules
from marke.questions.tally import group
from marke.statistics.combine import combine
from marke.statistics.figures import Figure, Interval, Withheld
from marke.statistics.finish import finish
from marke.statistics.readings import MeanReading
from spec.questions.examples import Example, FinishedExample
from support.small_codebook import checked

Rows = list[list[str]]


def parse(table: str) -> Rows:
    """Read an ASCII table into rows of trimmed cells, the header first."""
    lines = [line.strip() for line in table.strip().splitlines()]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def values_of(text: str) -> list[int]:
    """Read `900 3x950` as one household of 900 and three of 950."""
    found: list[int] = []
    for word in text.split():
        times, _, value = word.rpartition("x")
        found.extend([int(value)] * int(times or 1))
    return found


def question_of(example: Example) -> CheckedQuestion:
    """Return the question of an example about the small codebook."""
    statistics = tuple(Statistic(name) for name in example.statistics.split())
    readings = tuple(
        reading for reading, kind in KINDS.items() if kind.needs <= set(statistics) and reading is not Reading.TREND
    )
    return checked(variable=example.variable, breakdown=example.breakdown, statistics=statistics, readings=readings)


def run(example: Example) -> Rows:
    """Return the rows that the villages of an example show, header first, in the order of the layout."""
    question = question_of(example)
    villages: dict[str, list[tuple[str, int]]] = {}
    for village, leaf, values in parse(example.households)[1:]:
        villages.setdefault(village, []).extend((leaf, value) for value in values_of(values))
    found = [["village", "group", *question.layout.columns]]
    for village, records in villages.items():
        found.extend(_shown(question, village, records))
    return found


def _shown(question: CheckedQuestion, village: str, records: Sequence[tuple[str, int]]) -> Rows:
    table = protect(group(question, records), own_rules(question))
    width = len(question.layout.columns)
    if isinstance(table, NothingToShow):
        return [[village, "nothing", "to show", *[""] * (width - 1)]]
    return [
        [village, leaf, *(map(str, cell.values) if isinstance(cell, Shown) else ["hidden", *[""] * (width - 1)])]
        for leaf, cell in table.cells.items()
    ]


def run_finished(example: FinishedExample) -> Rows:
    """Return the mean of each group with its interval, or why there is none, header first."""
    question = checked(statistics=(Statistic.COUNT, Statistic.SUM), readings=(Reading.MEAN,))
    shown: dict[str, dict[str, tuple[int, ...]]] = {}
    for village, leaf, *numbers in parse(example.cells)[1:]:
        shown.setdefault(village, {})[leaf] = tuple(int(number) for number in numbers)
    (reading,) = finish(question, combine(question, _as_mapping(shown)))
    found = [["group", "households", "mean", "low", "high"]]
    if isinstance(reading, MeanReading):
        for row in reading.rows:
            match row.mean:
                case Figure(value=value, coverage=coverage, interval=Interval(low=low, high=high)):
                    found.append([row.leaf, str(coverage.households), str(value), str(low), str(high)])
                case Figure(value=value, coverage=coverage):
                    found.append([row.leaf, str(coverage.households), str(value), "", ""])
                case Withheld(why=why):
                    found.append([row.leaf, why.value, "", "", ""])
    return found


def _as_mapping(
    shown: dict[str, dict[str, tuple[int, ...]]],
) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
    return shown
