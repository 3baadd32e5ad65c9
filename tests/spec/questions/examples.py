"""Specification by example: what villages know, what they show, and what the country may say.

Each example is a title, a sentence, a table of households, and the table that must come out. The tests run them;
the page `docs/reference/questions.md` prints them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """Households in, cells out."""

    title: str
    story: str
    households: str
    """A row per village and group: the values of its households, `3x900` for three of 900."""
    shown: str
    """What each village shows, rounded; `hidden` for a group that it does not show."""
    breakdown: str = "dwelling_type"
    statistics: str = "count sum"
    variable: str = "energy.gas_use"


@dataclass(frozen=True)
class FinishedExample:
    """Shown cells in, figures out."""

    title: str
    story: str
    cells: str
    """A row per village and group, as shown."""
    figures: str


EXAMPLES: tuple[Example, ...] = (
    Example(
        title="Groups of at least ten are added up and rounded",
        story="Counts are rounded to fives, sums to three significant digits.",
        households="""
            | village | group    | values                                      |
            | Alderlo | terraced | 900 950 2x1000 1050 1100 1150 5x1200        |
            | Alderlo | detached | 1800 1900 2000 2100 2200 2300 2400 4x2500   |
            | Alderlo | apartment| 600 650 700 3x750 3x800 850 900 950 990 999 |
        """,
        shown="""
            | village | group     | count | sum   |
            | Alderlo | apartment | 15    | 11300 |
            | Alderlo | terraced  | 10    | 13200 |
            | Alderlo | detached  | 10    | 24700 |
            | Alderlo | other     | hidden|       |
        """,
    ),
    Example(
        title="Groups that are too small go together into the star bucket",
        story="Six and seven households are too few to stand alone; together they are thirteen.",
        households="""
            | village | group    | values                                    |
            | Alderlo | terraced | 900 950 2x1000 1050 1100 1150 5x1200      |
            | Alderlo | detached | 1800 1900 2000 2100 2200 2300             |
            | Alderlo | apartment| 600 650 700 3x750 800                     |
        """,
        shown="""
            | village | group     | count | sum   |
            | Alderlo | apartment | hidden|       |
            | Alderlo | terraced  | 10    | 13200 |
            | Alderlo | detached  | hidden|       |
            | Alderlo | other     | 15    | 17300 |
        """,
    ),
    Example(
        title="A star bucket that is too small takes in the smallest large group",
        story="Three apartments in a bucket of their own are still three; so the smallest large group joins them.",
        households="""
            | village | group    | values                                    |
            | Alderlo | terraced | 900 950 2x1000 1050 1100 1150 8x1200      |
            | Alderlo | detached | 1800 1900 2000 2100 2200 2300 2400 4x2500 |
            | Alderlo | apartment| 600 650 700                               |
        """,
        shown="""
            | village | group     | count | sum   |
            | Alderlo | apartment | hidden|       |
            | Alderlo | terraced  | 15    | 16800 |
            | Alderlo | detached  | hidden|       |
            | Alderlo | other     | 15    | 26700 |
        """,
    ),
    Example(
        title="An empty group looks like a small one",
        story="Nobody in this village lives in an apartment. The table does not tell: it looks as if a few did.",
        households="""
            | village | group    | values                                    |
            | Alderlo | terraced | 900 950 2x1000 1050 1100 1150 8x1200      |
            | Alderlo | detached | 1800 1900 2000 2100 2200 2300 2400 4x2500 |
        """,
        shown="""
            | village | group     | count | sum   |
            | Alderlo | apartment | hidden|       |
            | Alderlo | terraced  | 15    | 16800 |
            | Alderlo | detached  | hidden|       |
            | Alderlo | other     | 10    | 24700 |
        """,
    ),
    Example(
        title="A household that makes up most of a total hides its group",
        story="One detached house uses more than all the others together; its neighbours could work out its use.",
        households="""
            | village | group    | values                                    |
            | Alderlo | terraced | 900 950 2x1000 1050 1100 1150 8x1200      |
            | Alderlo | detached | 200 210 220 230 240 250 260 270 280 6000  |
            | Alderlo | apartment| 600 650 700 3x750 3x800 850 900 950       |
        """,
        shown="""
            | village | group     | count | sum   |
            | Alderlo | apartment | hidden|       |
            | Alderlo | terraced  | 15    | 16800 |
            | Alderlo | detached  | hidden|       |
            | Alderlo | other     | 20    | 15500 |
        """,
    ),
    Example(
        title="A group in which everybody has the same value is hidden",
        story="Twelve apartments of 800 each: the mean would be everybody's own figure.",
        households="""
            | village | group    | values                                    |
            | Alderlo | terraced | 900 950 2x1000 1050 1100 1150 8x1200      |
            | Alderlo | apartment| 12x800                                    |
        """,
        shown="""
            | village | group     | count | sum   |
            | Alderlo | apartment | hidden|       |
            | Alderlo | terraced  | hidden|       |
            | Alderlo | detached  | hidden|       |
            | Alderlo | other     | 25    | 26400 |
        """,
    ),
    Example(
        title="Values beyond the bounds count as the bound",
        story="The bounds of an apartment are 0 and 2000 m³; a value of 9000 is counted as 2000.",
        households="""
            | village | group    | values                                    |
            | Alderlo | all      | 3990 9000 10x3000 10x2500                 |
        """,
        shown="""
            | village | group     | count | sum   |
            | Alderlo | all       | 20    | 63000 |
            | Alderlo | other     | hidden|       |
        """,
        breakdown="all",
    ),
    Example(
        title="Bins that are too small are pooled within their group",
        story="Only the classes from 500 to 1000 and from 1000 to 1500 hold ten households; the rest is in bin_other.",
        households="""
            | village | group    | values                                    |
            | Alderlo | all      | 3x400 20x700 6x900 30x1200 4x1600 5x3000  |
        """,
        shown="""
            | village | group | count | bin_0 | bin_1 | bin_2 | bin_3 | bin_4 | bin_other |
            | Alderlo | all   | 70    | 0     | 25    | 30    | 0     | 0     | 10        |
            | Alderlo | other | hidden|       |       |       |       |       |           |
        """,
        breakdown="all",
        statistics="count bins",
    ),
    Example(
        title="A village that is too small altogether answers that it has not enough",
        story="Nine households in all: there is no table that could be shown.",
        households="""
            | village | group    | values          |
            | Alderlo | terraced | 900 950 2x1000  |
            | Alderlo | detached | 1800 1900 2000 2100 2200 |
        """,
        shown="""
            | village | group     | count     | sum |
            | Alderlo | nothing   | to show   |     |
        """,
    ),
)

FINISHED: tuple[FinishedExample, ...] = (
    FinishedExample(
        title="The mean of the country, with its interval",
        story=(
            "Three villages show terraced houses, one of them also detached ones. The mean is the ratio of the totals; "
            "the interval says where it would lie with three other villages like these. One village alone is not the "
            "country: the smallest round here is 2."
        ),
        cells="""
            | village   | group    | count | sum   |
            | Alderlo   | terraced | 20    | 30000 |
            | Buurse    | terraced | 30    | 39000 |
            | Colmschate| terraced | 50    | 62000 |
            | Colmschate| detached | 15    | 33000 |
        """,
        figures="""
            | group     | households | mean   | low    | high   |
            | apartment | hidden     |        |        |        |
            | terraced  | 100        | 1310.0 | 1037.3 | 1582.7 |
            | detached  | too_few_collectives | |      |        |
        """,
    ),
)
