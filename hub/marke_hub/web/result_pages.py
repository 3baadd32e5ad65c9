"""What the pages about results, questions and rounds show, made from what the services return."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from marke.codebook.builtin import read_builtin
from marke.codebook.model import ALL, Codebook
from marke.formats import moment, number, period
from marke.questions.model import Question
from marke.signing.envelope import Envelope
from marke.statistics.readings import (
    DistributionReading,
    FinishedReading,
    HistogramReading,
    MeanReading,
    QuantileReading,
    TableReading,
    TrendReading,
)
from marke.vocabulary.document import Bilingual
from marke_ground.web.count_views import COUNT_BASE, Counted, households_counted
from marke_ground.web.coverage_views import CoverageView, coverage_view
from marke_ground.web.i18n import Voice
from marke_ground.web.reading_views import Asking, ReadingView, reading_views
from marke_hub.services.read_results import OutcomeView, ResultView
from marke_hub.services.read_rounds import RoundView

PHASE_LOOKS: Final[Mapping[str, str]] = {"deciding": "waiting", "open": "busy", "resulted": "good", "voided": "no"}
STANDING_LOOKS: Final[Mapping[str, str]] = {"invited": "", "said_yes": "busy", "said_no": "no", "answered": "good"}
_MARK_CHARACTERS: Final = 19


@dataclass(frozen=True)
class OutcomeLine:
    """One outcome in a list."""

    round_id: str
    title: Bilingual
    subtitle: str
    """What is made of the answers, such as `gemiddelden · per woningtype`: two questions may have one title."""
    reason: Bilingual
    period: str
    is_result: bool
    coverage: CoverageView
    made: datetime


@dataclass(frozen=True)
class ResultPage:
    """One outcome with its figures and how we know."""

    round_id: str
    title: Bilingual
    reason: Bilingual
    requester: str
    variable: Bilingual
    period: str
    is_result: bool
    coverage: CoverageView
    households: str
    """How many are counted, rounded; empty when no count was asked or none may be shown."""
    readings: tuple[ReadingView, ...]
    how: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RoundLine:
    """One round in a list."""

    round_id: str
    title: Bilingual
    subtitle: str
    period: str
    variable: Bilingual
    phase: str
    look: str
    until: datetime | None
    coverage: CoverageView


def outcome_line(outcome: OutcomeView, voice: Voice) -> OutcomeLine:
    """Return an outcome for a list."""
    return OutcomeLine(
        round_id=outcome.round_id,
        title=outcome.question.title,
        subtitle=subtitle(outcome.question, voice),
        reason=outcome.question.reason,
        period=outcome.question.bundle.period,
        is_result=outcome.kind == "result",
        coverage=coverage_view(outcome.coverage, is_over=True),
        made=outcome.made,
    )


def result_page(result: ResultView, *, voice: Voice, group: str) -> ResultPage:
    """Return an outcome with its figures; `group` is the one whose spread is drawn."""
    line, question = outcome_line(result.outcome, voice), result.outcome.question
    counted = households_counted(result.readings)
    made = (voice.say("how.made"), moment(line.made, voice.language))
    signed = (voice.say("how.result_signed"), str(len(Envelope.from_text(result.envelope).signatures)))
    sure = _how_sure(result, counted, voice)
    return ResultPage(
        round_id=line.round_id,
        title=line.title,
        reason=line.reason,
        requester=question.requester,
        variable=result.checked.variable.name,
        period=line.period,
        is_result=line.is_result,
        coverage=line.coverage,
        households="" if counted is None else number(counted.households, voice.language),
        readings=reading_views(result.readings, Asking(result.checked, voice, {}, group)),
        how=(*how_lines(question, result.outcome.question_hash, voice), *sure, made, signed),
    )


def round_line(found: RoundView, voice: Voice) -> RoundLine:
    """Return a round for a list."""
    return RoundLine(
        round_id=found.round_id,
        title=found.question.title,
        subtitle=subtitle(found.question, voice),
        period=found.question.bundle.period,
        variable=variable_name(found.question),
        phase=found.phase,
        look=PHASE_LOOKS[found.phase],
        until={"deciding": found.decide_until, "open": found.closes}.get(found.phase),
        coverage=coverage_view(
            found.coverage, is_over=found.phase in {"resulted", "voided"}, is_deciding=found.phase == "deciding"
        ),
    )


def variable_name(question: Question) -> Bilingual:
    """Return what the variable of a question is called."""
    return read_builtin(question.codebook).variable(question.bundle.variable).name


def subtitle(question: Question, voice: Voice) -> str:
    """Return what a question makes and of which groups: it tells two questions with one title apart."""
    made = ", ".join(voice.say(f"made.{reading.value}") for reading in question.readings)
    groups = _breakdown_name(read_builtin(question.codebook), question.bundle.breakdown)
    by = voice.say("made.by_all") if groups is None else voice.say("made.by", groups=_lowered(groups, voice))
    return f"{made[:1].upper()}{made[1:]} · {by}"


def _breakdown_name(codebook: Codebook, breakdown: str) -> Bilingual | None:
    if breakdown == ALL:
        return None
    names = {level.id: level.name for tree in codebook.breakdowns for level in tree.levels}
    names |= {crossing.id: crossing.name for crossing in codebook.crossings}
    return names.get(breakdown)


def _lowered(name: Bilingual, voice: Voice) -> str:
    said = name.say(voice.language)
    return said[:1].lower() + said[1:]


def _how_sure(result: ResultView, counted: Counted | None, voice: Voice) -> tuple[tuple[str, str], ...]:
    """Return how many households a result counts and what its margins are about."""
    lines = []
    if counted is not None:
        count, off = number(counted.households, voice.language), number(counted.off, voice.language)
        text = voice.say("how.households_text", count=count, base=COUNT_BASE, off=off)
        lines.append((voice.say("how.households"), text))
    sure = [key for key, kinds in _SURE.items() if any(isinstance(one, kinds) for one in result.readings)]
    if sure:
        lines.append((voice.say("how.sure"), " ".join(voice.say(key) for key in sure)))
    return tuple(lines)


_SURE: Final[Mapping[str, tuple[type[FinishedReading], ...]]] = {
    "how.sure_mean": (MeanReading, TrendReading),
    "how.sure_count": (TableReading,),
    "how.sure_spread": (HistogramReading, QuantileReading),
    "how.sure_place": (DistributionReading,),
}


def how_lines(question: Question, question_hash: str, voice: Voice) -> tuple[tuple[str, str], ...]:
    """Return what everybody may know about how a question is answered."""
    variable = read_builtin(question.codebook).variable(question.bundle.variable)
    smallest = voice.say("how.smallest_group_text", k=question.smallest_group)
    return (
        (voice.say("how.asked_by"), question.requester),
        (voice.say("how.purpose"), voice.say(f"purpose.{question.purpose.value}")),
        (voice.say("how.variable"), f"{variable.definition.say(voice.language)} ({variable.unit.value})"),
        (voice.say("how.computation"), variable.computation.say(voice.language)),
        (voice.say("how.source"), variable.source),
        (voice.say("how.period"), period(question.bundle.period, voice.language)),
        (voice.say("how.smallest_group"), smallest),
        (voice.say("how.lane"), voice.say("how.lane_own")),
        (voice.say("how.codebook"), question.codebook),
        (voice.say("how.question_hash"), question_hash.removeprefix("sha256:")[:_MARK_CHARACTERS] + "…"),
    )
