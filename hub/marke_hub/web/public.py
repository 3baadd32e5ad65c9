"""Pages for everybody: what this is, the results, one result with all it rests on."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request

from marke.errors import NotFoundError
from marke_ground.web.access import open_to_all
from marke_ground.web.render import render
from marke_ground.web.visit import at_work, visit
from marke_hub.services.describe_hub import describe_hub
from marke_hub.services.hub import Hub
from marke_hub.services.read_collectives import list_collectives
from marke_hub.services.read_results import list_results, read_result
from marke_hub.web.result_pages import OutcomeLine, outcome_line, result_page

PUBLIC: Final = Blueprint("public", __name__)


@dataclass(frozen=True)
class Front:
    """What the first page shows."""

    consortium: str
    collectives: int
    results: tuple[OutcomeLine, ...]


@PUBLIC.get("/")
@open_to_all("the first page is for everybody")
def front() -> Response:
    """Say what this is and show the newest results."""
    found = tuple(map(outcome_line, list_results(visit().session, hub=at_work(Hub), public_only=True)))
    return render("public/front.html", view=Front(consortium_name(), _listed(), found))


@PUBLIC.get("/results")
@open_to_all("results that are public are for everybody")
def results() -> Response:
    """List every public outcome, the newest first."""
    found = list_results(visit().session, hub=at_work(Hub), public_only=True)
    return render("public/results.html", found=tuple(map(outcome_line, found)))


@PUBLIC.get("/results/<round_id>")
@open_to_all("results that are public are for everybody")
def result(round_id: str) -> Response:
    """Show one outcome with its figures, coverage and method."""
    here = visit()
    found = read_result(here.session, round_id=round_id, hub=at_work(Hub), public_only=True)
    view = result_page(found, voice=here.voice, group=request.args.get("group", ""))
    return render("public/result.html", view=view, at="public.result")


@PUBLIC.get("/about")
@open_to_all("how it works is for everybody")
def about() -> Response:
    """Explain how a figure comes about and what it does not say."""
    return render("public/about.html")


def consortium_name() -> str:
    """Return the name in the trust root; nothing before the hub is founded."""
    here = visit()
    try:
        return describe_hub(here.session, hub=at_work(Hub), now=here.now).hub
    except NotFoundError:
        return ""


def _listed() -> int:
    here = visit()
    return sum(one.is_listed for one in list_collectives(here.session, hub=at_work(Hub), now=here.now))
