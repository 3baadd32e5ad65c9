"""Pages for everybody: what this is, the results, one result with all it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request

from marke.errors import NotFoundError
from marke_ground.web.access import open_to_all
from marke_ground.web.count_views import households_counted
from marke_ground.web.render import render
from marke_ground.web.visit import at_work, visit
from marke_hub.services.describe_hub import describe_hub
from marke_hub.services.hub import Hub
from marke_hub.services.read_collectives import list_collectives
from marke_hub.services.read_results import list_results, read_result
from marke_hub.web.result_pages import OutcomeLine, outcome_line, result_page

PUBLIC: Final = Blueprint("public", __name__)
_LOOKED_AT: Final = 5


@dataclass(frozen=True)
class Newest:
    """How many households a result covers."""

    households: int
    line: OutcomeLine


@dataclass(frozen=True)
class Front:
    """What the first page shows."""

    consortium: str
    collectives: int
    results: tuple[OutcomeLine, ...]
    counted: Newest | None
    """The newest result that says how many households it counts."""


@PUBLIC.get("/")
@open_to_all("the first page is for everybody")
def front() -> Response:
    """Say what this is and show the newest results."""
    found = _public_lines()
    return render("public/front.html", view=Front(consortium_name(), _listed(), found, _newest_counted(found)))


@PUBLIC.get("/results")
@open_to_all("results that are public are for everybody")
def results() -> Response:
    """List every public outcome, the newest first."""
    return render("public/results.html", found=_public_lines())


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


def _public_lines() -> tuple[OutcomeLine, ...]:
    here = visit()
    found = list_results(here.session, hub=at_work(Hub), public_only=True)
    return tuple(outcome_line(one, here.voice) for one in found)


def _newest_counted(lines: Sequence[OutcomeLine]) -> Newest | None:
    """Return the newest result with a count of households; of the first few, because each is finished to find it."""
    here = visit()
    for line in lines[:_LOOKED_AT]:
        found = read_result(here.session, round_id=line.round_id, hub=at_work(Hub), public_only=True)
        counted = households_counted(found.readings)
        if counted is not None:
            return Newest(counted.households, line)
    return None


def _listed() -> int:
    here = visit()
    return sum(one.is_listed for one in list_collectives(here.session, hub=at_work(Hub)))
