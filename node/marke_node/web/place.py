"""Where we stand: our own place in a distribution of collectives, worked out here. A band, never a rank."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response

from marke.codebook.builtin import read_builtin
from marke.vocabulary.document import Bilingual
from marke_ground.web.access import Permission, needs
from marke_ground.web.reading_views import Asking, ReadingView, reading_views
from marke_ground.web.render import render
from marke_ground.web.visit import visit
from marke_node.services.read_place import read_place, read_places
from marke_node.services.read_question import read_question
from marke_node.web.place_pages import PlaceSummary, place_summary
from marke_node.web.question_pages import checked_question, how_lines

PLACE: Final = Blueprint("place", __name__, url_prefix="/place")


@dataclass(frozen=True)
class PlaceView:
    """Our place, in words and drawn in its distribution."""

    place: PlaceSummary
    title: Bilingual
    reading: ReadingView
    how: tuple[tuple[str, str], ...]


@PLACE.get("")
@needs(Permission.SEE_PLACE)
def places() -> Response:
    """List every distribution in which we have a place."""
    return render("place/places.html", found=place_summaries())


@PLACE.get("/<round_id>")
@needs(Permission.SEE_PLACE)
def place(round_id: str) -> Response:
    """Show our place in one distribution."""
    return render("place/place.html", view=_view(round_id))


def place_summaries(most: int | None = None) -> tuple[PlaceSummary, ...]:
    """Return our places, the newest first, or the `most` newest."""
    here, codebook = visit(), read_builtin()
    found = read_places(here.session, codebook=codebook, most=most)
    return tuple(place_summary(one, codebook.variable(one.variable).name, here.voice) for one in found)


def _view(round_id: str) -> PlaceView:
    here, codebook = visit(), read_builtin()
    found = read_place(here.session, round_id=round_id, codebook=codebook)
    page = read_question(here.session, round_id=round_id, codebook=codebook, language=here.language, now=here.now)
    checked = checked_question(page.entry.question)
    asking = Asking(checked, here.voice, {found.leaf: found.own_mean})
    return PlaceView(
        place=place_summary(found, checked.variable.name, here.voice),
        title=page.entry.question.title,
        reading=reading_views([found.distribution], asking)[0],
        how=how_lines(page, checked, here.voice),
    )
