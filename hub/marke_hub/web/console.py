"""The console: what operators look at. Nothing here approves anything; signatures are made on other machines."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request

from marke_ground.web.access import Permission, needs
from marke_ground.web.render import render
from marke_ground.web.visit import at_work, visit
from marke_hub.services.hub import Hub
from marke_hub.services.read_collectives import (
    CollectiveView,
    InvitationView,
    WaitingView,
    list_collectives,
    list_invitations,
    list_waiting,
)
from marke_hub.services.read_questions import explain_question, list_approvers, list_questions, read_question
from marke_hub.services.read_results import read_result
from marke_hub.services.read_rounds import list_rounds, list_standings, read_round
from marke_hub.web.public import consortium_name
from marke_hub.web.question_pages import question_line, question_page
from marke_hub.web.result_pages import STANDING_LOOKS, RoundLine, how_lines, result_page, round_line

CONSOLE: Final = Blueprint("console", __name__, url_prefix="/console")


@dataclass(frozen=True)
class Overview:
    """What waits and what runs."""

    consortium: str
    waiting: tuple[WaitingView, ...]
    collectives: tuple[CollectiveView, ...]
    heard: int
    to_sign: int
    running: tuple[RoundLine, ...]


@dataclass(frozen=True)
class Membership:
    """Who waits, who is in, who was invited."""

    waiting: tuple[WaitingView, ...]
    collectives: tuple[CollectiveView, ...]
    open: tuple[InvitationView, ...]
    """Invitations that still work."""
    past: tuple[InvitationView, ...]
    """Invitations that were used or have expired."""


@dataclass(frozen=True)
class StandingLine:
    """Where one collective stands in a round."""

    name: str
    standing: str
    look: str
    refusal: str | None


@CONSOLE.get("")
@needs(Permission.SEE_CONSOLE)
def overview() -> Response:
    """Show what waits for an operator and what runs."""
    here, hub = visit(), at_work(Hub)
    collectives = list_collectives(here.session, hub=hub)
    asked = list_questions(here.session, hub=hub, now=here.now)
    running = (found for found in list_rounds(here.session, hub=hub) if found.phase in {"deciding", "open"})
    view = Overview(
        consortium=consortium_name(),
        waiting=list_waiting(here.session),
        collectives=collectives,
        heard=sum(one.seen is not None for one in collectives),
        to_sign=sum(one.state in {"draft", "waiting_for_signatures"} for one in asked),
        running=tuple(round_line(found, here.voice) for found in running),
    )
    return render("console/overview.html", view=view)


@CONSOLE.get("/collectives")
@needs(Permission.SEE_CONSOLE)
def collectives() -> Response:
    """Show who waits with their six words, who is in, and the invitations."""
    here = visit()
    found = list_collectives(here.session, hub=at_work(Hub))
    invited = list_invitations(here.session)
    still_open = tuple(one for one in invited if one.used is None and one.expires >= here.now)
    past = tuple(one for one in invited if one not in still_open)
    view = Membership(list_waiting(here.session), found, still_open, past)
    return render("console/collectives.html", view=view)


@CONSOLE.get("/questions")
@needs(Permission.SEE_CONSOLE)
def questions() -> Response:
    """List every question with its signatures."""
    here = visit()
    found = list_questions(here.session, hub=at_work(Hub), now=here.now)
    return render("console/questions.html", found=tuple(question_line(one, here.voice) for one in found))


@CONSOLE.get("/questions/<question>")
@needs(Permission.SEE_CONSOLE)
def one_question(question: str) -> Response:
    """Show what one question asks and who signed."""
    here, hub = visit(), at_work(Hub)
    found = read_question(here.session, question=question, hub=hub, now=here.now)
    approvers = list_approvers(found, session=here.session, hub=hub)
    view = question_page(found, approvers, explain_question(found, here.language), here.voice)
    return render("console/question.html", view=view)


@CONSOLE.get("/rounds")
@needs(Permission.SEE_CONSOLE)
def rounds() -> Response:
    """List every round, the newest first."""
    here = visit()
    found = list_rounds(here.session, hub=at_work(Hub))
    return render("console/rounds.html", found=tuple(round_line(one, here.voice) for one in found))


@CONSOLE.get("/rounds/<round_id>")
@needs(Permission.SEE_CONSOLE)
def one_round(round_id: str) -> Response:
    """Show where every invited collective stands in one round."""
    here, hub = visit(), at_work(Hub)
    found = read_round(here.session, round_id=round_id, hub=hub)
    names = {one.collective: one.name for one in list_collectives(here.session, hub=hub)}
    standings = tuple(
        StandingLine(names.get(one.collective, one.collective), one.standing, STANDING_LOOKS[one.standing], one.refusal)
        for one in list_standings(here.session, round_id=round_id)
    )
    how = how_lines(found.question, found.question_hash, here.voice)
    line = round_line(found, here.voice)
    return render("console/round.html", view=found, line=line, standings=standings, how=how)


@CONSOLE.get("/results/<round_id>")
@needs(Permission.SEE_CONSOLE)
def result(round_id: str) -> Response:
    """Show one outcome, also one that is for participants only."""
    here = visit()
    found = read_result(here.session, round_id=round_id, hub=at_work(Hub), public_only=False)
    view = result_page(found, voice=here.voice, group=request.args.get("group", ""))
    return render("public/result.html", view=view, at="console.result")
