"""The public doors: results that were asked to be public, with everything needed to judge and verify them."""

from collections.abc import Mapping
from typing import Final, Literal

from flask import Blueprint, Response
from pydantic import JsonValue

from marke import canonical
from marke.protocol.messages import Count, Coverage
from marke.questions.model import Question
from marke.statistics.publish import to_json
from marke.vocabulary.document import Bilingual, Document, Instant, Sha256
from marke.vocabulary.ids import Code, RoundId, VariableId
from marke.vocabulary.periods import PeriodText
from marke_ground.web.access import open_to_all
from marke_ground.web.visit import visit
from marke_hub.api.desk import JSON, hub_at_work
from marke_hub.api.speech import speaks
from marke_hub.services.read_results import OutcomeView, ResultView, list_results, read_result

RESULTS: Final = Blueprint("results", __name__)


class PublicOutcome(Document):
    """What came of one round, with how many of how many took part."""

    round_id: RoundId
    question_hash: Sha256
    title: Bilingual
    variable: VariableId
    period: PeriodText
    breakdown: Code
    kind: Literal["result", "void"]
    coverage: Coverage
    made: Instant


class ResultList(Document):
    """Every public outcome; `count` is their number, so that nobody takes a part for the whole."""

    count: Count
    results: tuple[PublicOutcome, ...]


class PublicResult(Document):
    """One outcome with its question, its finished readings, and the signed document they are finished from."""

    outcome: PublicOutcome
    question: Question
    readings: tuple[dict[str, JsonValue], ...]
    envelope: str


@RESULTS.get("/api/v1/results")
@speaks(gives=ResultList)
@open_to_all("these results are public", machine_door=True)
def index() -> Response:
    """List every public result, the newest first."""
    found = list_results(visit().session, hub=hub_at_work(), public_only=True)
    return _json({"count": len(found), "results": [outcome_of(outcome).to_json() for outcome in found]})


@RESULTS.get("/api/v1/results/<round_id>")
@speaks(gives=PublicResult)
@open_to_all("these results are public", machine_door=True)
def one(round_id: str) -> Response:
    """Give one public result: its figures with intervals, its coverage, and the signed document."""
    return _json(result_json(read_result(visit().session, round_id=round_id, hub=hub_at_work(), public_only=True)))


def outcome_of(outcome: OutcomeView) -> PublicOutcome:
    """Return an outcome as it is published."""
    question = outcome.question
    return PublicOutcome(
        round_id=outcome.round_id,
        question_hash=outcome.question_hash,
        title=question.title,
        variable=question.bundle.variable,
        period=question.bundle.period,
        breakdown=question.bundle.breakdown,
        kind="result" if outcome.kind == "result" else "void",
        coverage=outcome.coverage,
        made=outcome.made,
    )


def result_json(view: ResultView) -> Mapping[str, canonical.Json]:
    """Return a result with its readings as JSON; numbers are decimal text, hidden groups say why they are hidden."""
    return {
        "outcome": outcome_of(view.outcome).to_json(),
        "question": view.outcome.question.to_json(),
        "readings": [to_json(reading) for reading in view.readings],
        "envelope": view.envelope,
    }


def _json(value: canonical.Json) -> Response:
    return Response(canonical.to_bytes(value), mimetype=JSON)
