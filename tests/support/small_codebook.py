"""A codebook small enough to read at a glance, and questions about it, for tests of the core."""

from datetime import UTC, datetime
from functools import cache

from marke.codebook.model import (
    Breakdown,
    Category,
    CategoryCode,
    Clip,
    Codebook,
    ConsentCategory,
    Crossing,
    Group,
    Level,
    Purpose,
    Sensitivity,
    Subject,
    Theme,
    Variable,
)
from marke.questions.check import CheckedQuestion, check
from marke.questions.model import Bundle, Lane, Publication, Question, Reading, Recipient, Statistic, Windows
from marke.vocabulary.document import Bilingual
from marke.vocabulary.units import Unit

EVERYTHING = (Statistic.COUNT, Statistic.SUM, Statistic.SQUARES, Statistic.BINS)
ALL_READINGS = (Reading.TABLE, Reading.MEAN, Reading.HISTOGRAM, Reading.QUANTILE)


def both(text: str) -> Bilingual:
    """Return one text in both languages."""
    return Bilingual(nl=text, en=text)


def a_category(name: str, codes: str, **fields: object) -> Category:
    """Return a category of some codes, written as one line."""
    listed = tuple(CategoryCode(code=code, name=both(code.replace("_", " "))) for code in codes.split())
    values: dict[str, object] = {"id": name, "name": both(name), "codes": listed, "source": "invented"}
    return Category.model_validate(values | fields)


def a_variable(name: str, **fields: object) -> Variable:
    """Return a variable of gas use with some fields changed."""
    values: dict[str, object] = {
        "id": name,
        "theme": Theme.ENERGY,
        "name": both("gas"),
        "definition": both("Gas counted by the meter."),
        "unit": Unit.CUBIC_METRE,
        "decimals": 0,
        "granularities": ("year", "month"),
        "clip": Clip(low=0, high=4000),
        "clip_by": {"apartment": Clip(low=0, high=2000)},
        "centre": 1200,
        "bins": (0, 500, 1000, 1500, 2000, 4000),
        "bins_between": (0, 900, 1000, 1100, 1200, 1300, 1400, 1500, 4000),
        "consent": ConsentCategory.ENERGY,
        "sensitivity": Sensitivity.ORDINARY,
        "breakdown": "dwelling",
        "crossings": ("dwelling_x_income",),
        "computation": both("Counter at the end minus counter at the start."),
        "source": "invented",
    }
    return Variable.model_validate(values | fields)


@cache
def small_codebook() -> Codebook:
    """Return the small codebook."""
    coarse = (
        Group(code="flat", name=both("flat"), members=("apartment",)),
        Group(code="house", name=both("house"), members=("terraced", "detached")),
    )
    return Codebook(
        version="2026.1",
        categories=(
            a_category("dwelling_type", "apartment terraced detached"),
            a_category("income_band", "low high", sensitivity=Sensitivity.SENSITIVE, consent=ConsentCategory.INCOME),
            a_category("street", " ".join(f"S{number}" for number in range(201))),
            a_category("odd", "other some"),
        ),
        breakdowns=(
            Breakdown(
                id="dwelling",
                category="dwelling_type",
                levels=(
                    Level(id="dwelling_class", name=both("class"), groups=coarse),
                    Level(id="dwelling_type", name=both("type")),
                ),
            ),
            Breakdown(id="income", category="income_band", levels=(Level(id="income_band", name=both("income")),)),
            Breakdown(id="streets", category="street", levels=(Level(id="street", name=both("street")),)),
            Breakdown(id="odd", category="odd", levels=(Level(id="odd", name=both("odd")),)),
        ),
        crossings=(
            Crossing(id="dwelling_x_income", name=both("by income"), levels=("dwelling_type", "income_band")),
            Crossing(id="broken", name=both("broken"), levels=("dwelling_type", "nowhere")),
            Crossing(id="not_listed", name=both("not listed"), levels=("dwelling_class", "income_band")),
        ),
        variables=(
            a_variable("energy.gas_use", crossings=("dwelling_x_income", "broken")),
            a_variable("energy.gas_by_income", breakdown="income", clip_by={}),
            a_variable("energy.gas_by_street", breakdown="streets", clip_by={}),
            a_variable("energy.gas_by_odd", breakdown="odd", clip_by={}),
            a_variable(
                "energy.balance",
                decimals=1,
                clip=Clip(low=-300, high=300),
                clip_by={},
                centre=0,
                bins=(-300, -100, 0, 100, 300),
                bins_between=(-300, -10, 0, 10, 300),
            ),
            a_variable("health.score", consent=ConsentCategory.HEALTH, sensitivity=Sensitivity.SPECIAL),
            a_variable("collective.size", subject=Subject.COLLECTIVE),
        ),
        norms=(),
    )


def a_question(**fields: object) -> Question:
    """Return a well-formed question about the small codebook, with some fields of it or of its bundle changed."""
    book = small_codebook()
    bundle: dict[str, object] = {
        "variable": "energy.gas_use",
        "period": "2025",
        "breakdown": "dwelling_type",
        "statistics": EVERYTHING,
        "revision": 1,
    }
    bundle |= {name: fields.pop(name) for name in list(fields) if name in bundle}
    values: dict[str, object] = {
        "title": both("How much gas do we use?"),
        "reason": both("To compare."),
        "bundle": Bundle.model_validate(bundle),
        "readings": ALL_READINGS,
        "codebook": book.version,
        "codebook_hash": book.hash,
        "lane": Lane.OWN,
        "purpose": Purpose.BENCHMARK,
        "recipients": (Recipient.CONSORTIUM, Recipient.MEMBER_COLLECTIVES),
        "publication": Publication.PARTICIPANTS,
        "smallest_group": 10,
        "smallest_round": 2,
        "requester": "Better Together",
        "nonce": "0" * 32,
        "not_before": datetime(2026, 3, 1, tzinfo=UTC),
        "expires": datetime(2026, 5, 1, tzinfo=UTC),
        "windows": Windows(decide_until=datetime(2026, 3, 22, tzinfo=UTC), contribute_minutes=72 * 60),
    }
    return Question.model_validate(values | fields)


def checked(**fields: object) -> CheckedQuestion:
    """Return a checked question about the small codebook."""
    return check(a_question(**fields), small_codebook())


def about_place(**fields: object) -> CheckedQuestion:
    """Return a checked question about the distribution between collectives."""
    values: dict[str, object] = {
        "breakdown": "all",
        "statistics": (Statistic.PLACE,),
        "readings": (Reading.DISTRIBUTION,),
    }
    return checked(**(values | fields))
