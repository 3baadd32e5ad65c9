"""The register of questions: every question ever put to us, and the page where the board says yes or no."""

from collections.abc import Mapping
from typing import Final, Literal, assert_never

from flask import Blueprint, Response, after_this_request, redirect, request, url_for
from pydantic import Field
from werkzeug.wrappers import Response as AnyResponse

from marke.codebook.builtin import read_builtin
from marke.reasons import Reason, sentence
from marke_ground.web.access import Permission, needs
from marke_ground.web.forms import Form, FormErrors, parse
from marke_ground.web.render import render
from marke_ground.web.visit import at_work, visit
from marke_node.services.decide_question import Decided, NotYet, SaidNo, SaidYes, approve_question, refuse_question
from marke_node.services.list_answered import list_answered
from marke_node.services.node import Node
from marke_node.services.read_own_means import read_own_means
from marke_node.services.read_question import read_question
from marke_node.services.read_register import read_register
from marke_node.web.question_pages import OneQuestion, checked_question, one_question, register_line

REGISTER: Final = Blueprint("register", __name__)

OK, SEE_OTHER, NOT_READABLE = 200, 303, 422
NO_ERRORS: Final[Mapping[str, str]] = {}
_MAKE_A_CHOICE: Final = {"decision": "form.choose"}
_LONGEST_WHY: Final = 300


class DecisionForm(Form):
    """Yes or no, and for a no the words that members will read."""

    decision: Literal["yes", "no"]
    why: str = Field(default="", max_length=_LONGEST_WHY)


@REGISTER.get("/questions")
@needs(Permission.SEE_REGISTER)
def register() -> Response:
    """List every question, what was decided, and whether we took part."""
    here = visit()
    answered = list_answered(here.session)
    found = tuple(register_line(entry, answered, here.voice) for entry in read_register(here.session, now=here.now))
    return render("register/register.html", found=found)


@REGISTER.get("/questions/<round_id>")
@needs(Permission.SEE_REGISTER)
def question(round_id: str) -> Response:
    """Show one question: its words, what would leave, the decision, and what came of it."""
    return _page(round_id)


@REGISTER.post("/questions/<round_id>/decision")
@needs(Permission.DECIDE_QUESTION)
def decide(round_id: str) -> AnyResponse:
    """Say yes or no for the board; a signed decision goes to the hub, the reason stays here."""
    match parse(DecisionForm, request.form):
        case FormErrors(by_field=errors):
            return _page(round_id, errors={**errors, **_MAKE_A_CHOICE} if "decision" in errors else errors)
        case DecisionForm() as form:
            return _answer(round_id, _decide(round_id, form))
        case never:
            assert_never(never)


def _decide(round_id: str, form: DecisionForm) -> Decided:
    here, node = visit(), at_work(Node)
    after_this_request(_wake_agent)
    standpoint = node.standpoint(here.session)
    if form.decision == "yes":
        return approve_question(here.session, round_id=round_id, standpoint=standpoint, by=here.by, now=here.now)
    return refuse_question(
        here.session, round_id=round_id, standpoint=standpoint, why=form.why, by=here.by, now=here.now
    )


def _answer(round_id: str, decided: Decided) -> AnyResponse:
    match decided:
        case SaidYes() | SaidNo():
            return redirect(url_for("register.question", round_id=round_id), SEE_OTHER)
        case NotYet(reason=reason):
            return _page(round_id, notice=_sentence(reason))
        case never:
            assert_never(never)


def _page(round_id: str, *, errors: Mapping[str, str] = NO_ERRORS, notice: str = "") -> Response:
    """Show a question; with errors, what was typed stands in the form again."""
    typed = {name: request.form.get(name, "") for name in ("decision", "why")} if errors else {}
    status = NOT_READABLE if errors else OK
    view = _read(round_id)
    return render("register/question.html", status=status, view=view, errors=errors, typed=typed, notice=notice)


def _sentence(reason: Reason) -> str:
    return sentence(reason, visit().language, {})


def _wake_agent(response: Response) -> Response:
    """Tell the agent to look at its outbox; runs after the transaction was kept."""
    at_work(Node).wake.set()
    return response


def _read(round_id: str) -> OneQuestion:
    here = visit()
    codebook = read_builtin()
    page = read_question(here.session, round_id=round_id, codebook=codebook, language=here.language, now=here.now)
    checked = checked_question(page.entry.question)
    own = read_own_means(here.session, round_id=round_id, checked=checked)
    return one_question(page, checked, own, voice=here.voice, group=request.args.get("group", ""))
