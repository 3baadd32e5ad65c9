"""The page `docs/reference/questions.md`, written from the code and the examples; run as a module, it writes it."""

import re

from marke.privacy.rules import Rules
from marke.questions.check import HARD_FLOORS
from marke.questions.kinds import KINDS
from marke.questions.layout import MOST_LEAVES
from marke.questions.model import Statistic
from marke.questions.precision import (
    BANDS,
    FEW_COLLECTIVES,
    FEWEST_COLLECTIVES,
    FEWEST_IN_A_BAND,
    MOST_ERROR,
)
from marke.reasons import Reason, sentences
from marke.statistics import distribution, moments, ratio, spread, student, trend
from spec.questions.examples import EXAMPLES, FINISHED
from spec.questions.tables import Rows, parse
from support.sources import ROOT

PAGE = ROOT / "docs" / "reference" / "questions.md"

MEANINGS = {
    Statistic.COUNT: "number of households",
    Statistic.SUM: "sum of their values, clipped to the bounds of the codebook, in steps of the variable",
    Statistic.SQUARES: "sum of the squares of value minus the public centre of the codebook",
    Statistic.BINS: "number of households per bin of the codebook, and `bin_other` for the bins that were pooled",
    Statistic.PLACE: "the bin between collectives in which the collective's own mean lies; asked alone",
}


def page() -> str:
    """Return the whole page."""
    parts = [_opening(), _kinds(), _rules(), _refusals(), _examples(), _formulas()]
    return "\n".join(parts).rstrip() + "\n"


def _opening() -> str:
    return f"""# Questions

<!-- written by tests/spec/questions/page.py from the code; a test keeps it up to date -->

A question names one variable, one closed period and one breakdown of the codebook, and the statistics it wants of each
group (a *bundle*). From the sum of the bundles of all collectives one or more *readings* are finished. There is no
filter, no formula and no code in a question. A layout has at most {MOST_LEAVES} groups; behind them stands the star
bucket `other`.
"""


def _kinds() -> str:
    rows = [["reading", "needs", "may also use"]]
    for reading, kind in KINDS.items():
        rows.append([f"`{reading}`", _names(kind.needs), _names(kind.may_use)])
    columns = [["statistic", "what is added up per group"], *([f"`{one}`", MEANINGS[one]] for one in Statistic)]
    return f"""## Statistics and readings

{_markdown(columns)}

{_markdown(rows)}

What no reading uses may not be asked. A kind of reading that is not in this list does not exist yet and is refused.

`distribution`: below {FEWEST_COLLECTIVES} collectives nothing is published; below {FEW_COLLECTIVES} there are at most
{BANDS} bands; a band holds at least {FEWEST_IN_A_BAND} collectives. The expected error of a place is computed before
asking; above {MOST_ERROR} percentage points the question is refused.
"""


def _rules() -> str:
    rules = Rules(smallest_group=HARD_FLOORS.smallest_group, shows=())
    rows = [
        ["rule of the own lane", "figure"],
        [
            "fewest households in a group or a bin",
            f"{rules.smallest_group}, or more when the question or the collective says so",
        ],
        ["the same for health, income, and sensitive groupings", str(HARD_FLOORS.smallest_group_special)],
        ["p % rule: what remains without the two largest, of the largest", f"at least {rules.p_percent} %"],
        ["largest household", f"at most {rules.largest_percent} % of the total of absolute values"],
        ["two largest households", f"at most {rules.two_largest_percent} %"],
        ["one code of a sensitive category", f"less than {rules.concentration_percent} % of its parent"],
        ["all values of a group the same", "hidden"],
        ["fewest groups in the star bucket", str(rules.smallest_pool)],
        ["counts are rounded to multiples of", str(rules.count_base)],
        ["sums and squares are rounded to", f"{rules.significant_digits} significant digits"],
    ]
    return f"""## What a collective shows

{_markdown(rows)}

An empty group counts as a small one. While the star bucket is not safe, the smallest group outside joins it, with every
group of the same size. A cell's statistics stay or go together. Dominance and sameness are asked
only where sums, squares or a place are shown.
"""


def _refusals() -> str:
    sources = "".join((ROOT / "shared/marke/questions" / name).read_text("utf-8") for name in ("model.py", "check.py"))
    given = [Reason[name] for name in dict.fromkeys(re.findall(r"Reason\.([A-Z_]+)", sources))]
    rows = [[f"`{reason}`", sentences()[reason]["en"]] for reason in given]
    return f"""## Why a question does not fit

{_markdown([["reason", "said as"], *rows])}
"""


def _examples() -> str:
    opening = "Villages with apartments, terraced and detached houses; the smallest group is 10."
    found = ["## Examples", "", opening, ""]
    for example in EXAMPLES:
        found += [f"### {example.title}", "", example.story, "", _markdown(parse(example.households)), ""]
        found += ["What is shown:", "", _markdown(parse(example.shown)), ""]
    for finished in FINISHED:
        found += [f"### {finished.title}", "", finished.story, "", _markdown(parse(finished.cells)), ""]
        found += ["What is published:", "", _markdown(parse(finished.figures)), ""]
    return "\n".join(found)


def _formulas() -> str:
    found = ["## Formulas and sources", ""]
    for module in (moments, ratio, student, spread, distribution, trend):
        found += [f"**`{module.__name__}`.** {(module.__doc__ or '').strip()}", ""]
    return "\n".join(found)


def _names(statistics: frozenset[Statistic]) -> str:
    return ", ".join(f"`{one}`" for one in Statistic if one in statistics) or "-"


def _markdown(rows: Rows) -> str:
    header, *rest = rows
    lines = [header, ["---"] * len(header), *rest]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
