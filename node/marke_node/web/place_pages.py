"""Our own place, in words: what the number says, how far it may be off, and what may be concluded from it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from marke.formats import number
from marke.vocabulary.document import Bilingual
from marke_ground.web.figure_views import decimals_of, unit_text
from marke_ground.web.i18n import Voice
from marke_node.services.read_place import PlacePage

_HALF: Final = 50


@dataclass(frozen=True)
class PlaceSummary:
    """One place: a band, never a rank."""

    round_id: str
    variable: Bilingual
    period: str
    own: str
    unit: str
    households: int
    low: str
    high: str
    error: str
    collectives: int
    look: str
    """Key of the conclusion: the lower half, the higher half, or not to be said."""


def place_summary(found: PlacePage, variable: Bilingual, voice: Voice) -> PlaceSummary:
    """Return a place ready to print."""
    return PlaceSummary(
        round_id=found.round_id,
        variable=variable,
        period=found.period,
        own=number(found.own_mean, voice.language, decimals_of(found.own_mean)),
        unit=unit_text(found.unit, voice),
        households=found.own_households,
        low=number(found.place.low_percent, voice.language),
        high=number(found.place.high_percent, voice.language),
        error=number(found.error, voice.language),
        collectives=found.place.collectives,
        look=which_half(found.place.low_percent, found.place.high_percent, found.error),
    )


def which_half(low: Decimal, high: Decimal, error: Decimal) -> str:
    """Return a conclusion that the whole band supports, with its error on the worse side."""
    if high + error <= _HALF:
        return "place.among_lower"
    return "place.among_higher" if low - error >= _HALF else "place.among_unknown"
