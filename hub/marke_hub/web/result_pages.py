"""What the pages about results, questions and rounds show, made from what the services return."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from marke.codebook.builtin import read_builtin
from marke.formats import moment, period
from marke.questions.model import Question
from marke.signing.envelope import Envelope
from marke.vocabulary.document import Bilingual
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
    readings: tuple[ReadingView, ...]
    how: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RoundLine:
    """One round in a list."""

    round_id: str
    title: Bilingual
    phase: str
    look: str
    until: datetime | None
    coverage: CoverageView


def outcome_line(outcome: OutcomeView) -> OutcomeLine:
    """Return an outcome for a list."""
    return OutcomeLine(
        round_id=outcome.round_id,
        title=outcome.question.title,
        reason=outcome.question.reason,
        period=outcome.question.bundle.period,
        is_result=outcome.kind == "result",
        coverage=coverage_view(outcome.coverage, is_over=True),
        made=outcome.made,
    )


def result_page(result: ResultView, *, voice: Voice, group: str) -> ResultPage:
    """Return an outcome with its figures; `group` is the one whose spread is drawn."""
    line, question = outcome_line(result.outcome), result.outcome.question
    made = (voice.say("how.made"), moment(line.made, voice.language))
    signed = (voice.say("how.result_signed"), str(len(Envelope.from_text(result.envelope).signatures)))
    return ResultPage(
        round_id=line.round_id,
        title=line.title,
        reason=line.reason,
        requester=question.requester,
        variable=result.checked.variable.name,
        period=line.period,
        is_result=line.is_result,
        coverage=line.coverage,
        readings=reading_views(result.readings, Asking(result.checked, voice, {}, group)),
        how=(*how_lines(question, result.outcome.question_hash, voice), made, signed),
    )


def round_line(found: RoundView) -> RoundLine:
    """Return a round for a list."""
    return RoundLine(
        round_id=found.round_id,
        title=found.question.title,
        phase=found.phase,
        look=PHASE_LOOKS[found.phase],
        until={"deciding": found.decide_until, "open": found.closes}.get(found.phase),
        coverage=coverage_view(found.coverage, is_over=found.phase in {"resulted", "voided"}),
    )


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
