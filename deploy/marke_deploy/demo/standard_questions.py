"""The standard benchmark: gas, electricity and the footprint of energy, by dwelling type and between collectives."""

from collections.abc import Iterator

from marke.codebook.builtin import read_builtin
from marke.codebook.model import Purpose
from marke.questions.model import Bundle, Publication, Reading, Recipient, Statistic
from marke.vocabulary.document import Bilingual
from marke_hub.services.draft_question import QuestionDraft

VARIABLES = ("energy.gas_use", "energy.electricity_delivered", "footprint.home_energy")
PERIOD = "2025"
EARLIER = "2024"
_MOMENTS = (Statistic.COUNT, Statistic.SUM, Statistic.SQUARES)
_REASON = Bilingual(
    nl="Om te zien hoe collectieven van elkaar verschillen, en waar het meeste te winnen is.",
    en="To see how collectives differ, and where most can be gained.",
)


def standard_questions(smallest_round: int) -> Iterator[QuestionDraft]:
    """Yield the drafts in the order in which the demonstration asks them."""
    for variable in VARIABLES:
        yield draft(variable, (Reading.TABLE, Reading.MEAN), _MOMENTS, "dwelling_type", smallest_round)
        yield draft(
            variable, (Reading.HISTOGRAM, Reading.QUANTILE), (Statistic.COUNT, Statistic.BINS), "all", smallest_round
        )
    earlier = draft(VARIABLES[1], (Reading.TREND,), (Statistic.COUNT, Statistic.SUM), "dwelling_type", smallest_round)
    yield earlier.model_copy(update={"bundle": earlier.bundle.model_copy(update={"period": EARLIER})})
    yield draft(VARIABLES[0], (Reading.DISTRIBUTION,), (Statistic.PLACE,), "all", smallest_round)


def draft(
    variable: str, readings: tuple[Reading, ...], statistics: tuple[Statistic, ...], breakdown: str, smallest_round: int
) -> QuestionDraft:
    """Return the draft of one bundle of the benchmark."""
    found = read_builtin().variable(variable)
    return QuestionDraft(
        title=Bilingual(nl=f"Vergelijking: {found.name.nl}", en=f"Benchmark: {found.name.en}"),
        reason=_REASON,
        bundle=Bundle(variable=variable, period=PERIOD, breakdown=breakdown, statistics=statistics),
        readings=readings,
        purpose=Purpose.BENCHMARK,
        recipients=(Recipient.CONSORTIUM, Recipient.MEMBER_COLLECTIVES),
        publication=Publication.PUBLIC,
        requester="Werkgroep vergelijken van de demonstratie",
        smallest_group=10,
        smallest_round=smallest_round,
        decide_minutes=30,
        contribute_minutes=30,
        spare_minutes=0,
    )
