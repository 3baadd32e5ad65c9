"""Rounds and results: offered, followed, looked at."""

from pathlib import Path

import click

from marke import canonical
from marke.canonical import Json
from marke.clock import instant_to_text
from marke.protocol.messages import Coverage
from marke_ground.commands import MarkeGroup, answer, language
from marke_hub.api.results import outcome_of, result_json
from marke_hub.cli.desk import desk, write_file
from marke_hub.services import offer_question, read_questions, read_results, read_rounds

_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group("round", cls=MarkeGroup)
def round_() -> None:
    """Offer approved questions and follow their rounds."""


@round_.command("offer")
@click.argument("question")
def offer(question: str) -> None:
    """Offer an approved QUESTION to the collectives it is for."""
    with desk() as at, at.writing() as session:
        view = read_questions.read_question(session, question=question, hub=at.hub, now=at.now)
        found = offer_question.offer_question(session, question=view.question_hash, hub=at.hub, by=at.by, now=at.now)
    answer({"round": found}, found)


@round_.command("list")
def list_rounds() -> None:
    """Show every round with its coverage."""
    with desk() as at, at.looking() as session:
        found = read_rounds.list_rounds(session, hub=at.hub)
    answer([_round(view) for view in found], *(_round_line(view) for view in found))


@round_.command("show")
@click.argument("round_id")
def show_round(round_id: str) -> None:
    """Show one round and where every invited collective stands."""
    with desk() as at, at.looking() as session:
        view = read_rounds.read_round(session, round_id=round_id, hub=at.hub)
        standings = read_rounds.list_standings(session, round_id=round_id)
    document: Json = {
        **_round(view),
        "collectives": [{"id": one.collective, "standing": one.standing, "refusal": one.refusal} for one in standings],
    }
    lines = [f"  {one.collective} {one.standing} {one.refusal or ''}".rstrip() for one in standings]
    answer(document, _round_line(view), *lines)


@click.group(cls=MarkeGroup)
def result() -> None:
    """Look at results."""


@result.command("list")
def list_results() -> None:
    """Show what came of every round that ended."""
    with desk() as at, at.looking() as session:
        found = read_results.list_results(session, hub=at.hub, public_only=False)
    lines = [
        f"{one.round_id} {one.kind} {_coverage(one.coverage)} {one.question.title.say(language())}" for one in found
    ]
    answer([outcome_of(one).to_json() for one in found], *lines)


@result.command("show")
@click.argument("round_id")
def show_result(round_id: str) -> None:
    """Show one result: every reading with its intervals."""
    with desk() as at, at.looking() as session:
        view = read_results.read_result(session, round_id=round_id, hub=at.hub, public_only=False)
    answer(result_json(view), canonical.to_bytes(result_json(view)).decode("utf-8"))


@result.command("export")
@click.argument("round_id")
@click.option("--out", type=_OUT, required=True, help="File for the signed document.")
def export(round_id: str, out: Path) -> None:
    """Write the signed Result or Void, for whoever verifies it offline."""
    with desk() as at, at.looking() as session:
        view = read_results.read_result(session, round_id=round_id, hub=at.hub, public_only=False)
    write_file(out, view.envelope.encode("utf-8"))
    answer({"round": round_id, "file": str(out)}, str(out))


def _round(view: read_rounds.RoundView) -> dict[str, Json]:
    return {
        "round": view.round_id,
        "question": view.question_hash,
        "title": view.question.title.to_json(),
        "phase": view.phase,
        "decide_until": instant_to_text(view.decide_until),
        "closes": None if view.closes is None else instant_to_text(view.closes),
        "coverage": view.coverage.to_json(),
    }


def _round_line(view: read_rounds.RoundView) -> str:
    return f"{view.round_id} {view.phase} {_coverage(view.coverage)} {view.question.title.say(language())}"


def _coverage(coverage: Coverage) -> str:
    return f"{coverage.answered}/{coverage.accepted}/{coverage.invited}"
