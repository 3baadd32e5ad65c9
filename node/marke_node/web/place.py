"""Where we stand: our own place in a distribution of collectives, worked out here. A band, never a rank."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response

from marke.codebook.builtin import read_builtin
from marke.formats import number
from marke.statistics.place import Place
from marke.vocabulary.document import Bilingual
from marke_ground.web.access import Permission, needs
from marke_ground.web.figure_views import decimals_of, unit_text
from marke_ground.web.reading_views import Asking, ReadingView, reading_views
from marke_ground.web.render import render
from marke_ground.web.visit import visit
from marke_node.services.read_place import list_places, read_place
from marke_node.services.read_question import read_question
from marke_node.web.question_pages import checked_question, how_lines

PLACE: Final = Blueprint("place", __name__, url_prefix="/place")


@dataclass(frozen=True)
class PlaceView:
    """Our place, in words and drawn in its distribution."""

    round_id: str
    title: Bilingual
    variable: Bilingual
    period: str
    own: str
    unit: str
    low: str
    high: str
    collectives: int
    look: str
    """Key of the conclusion: among the lower ones, the middle, or the higher ones."""
    reading: ReadingView
    how: tuple[tuple[str, str], ...]


@PLACE.get("")
@needs(Permission.SEE_PLACE)
def places() -> Response:
    """List every distribution in which we have a place."""
    here = visit()
    found = tuple(_view(round_id) for round_id in list_places(here.session))
    return render("place/places.html", found=found)


@PLACE.get("/<round_id>")
@needs(Permission.SEE_PLACE)
def place(round_id: str) -> Response:
    """Show our place in one distribution."""
    return render("place/place.html", view=_view(round_id))


def _view(round_id: str) -> PlaceView:
    here, codebook = visit(), read_builtin()
    found = read_place(here.session, round_id=round_id, codebook=codebook)
    page = read_question(here.session, round_id=round_id, codebook=codebook, language=here.language, now=here.now)
    checked = checked_question(page.entry.question)
    asking = Asking(checked, here.voice, {found.leaf: found.own_mean})
    return PlaceView(
        round_id=round_id,
        title=page.entry.question.title,
        variable=checked.variable.name,
        period=found.period,
        own=number(found.own_mean, here.language, decimals_of(found.own_mean)),
        unit=unit_text(found.unit, here.voice),
        low=number(found.place.low_percent, here.language),
        high=number(found.place.high_percent, here.language),
        collectives=found.place.collectives,
        look=_look(found.place),
        reading=reading_views([found.distribution], asking)[0],
        how=how_lines(page, checked, here.voice),
    )


_LOWER, _HIGHER = 40, 60


def _look(found: Place) -> str:
    middle = (found.low_percent + found.high_percent) / 2
    if middle < _LOWER:
        return "place.among_lower"
    return "place.among_higher" if middle > _HIGHER else "place.among_middle"
