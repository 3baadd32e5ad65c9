"""Variables: what they name must exist, and their bounds, centre and bins must fit together.

Sums travel as JSON integers, which are exact up to 2^53 - 1. So the squares of a node's households about the public
centre may not pass that: the largest distance from a bound to the centre, squared, times `MOST_HOUSEHOLDS`. National
totals are added as Python integers, which have no limit; only one node's own cell is written as a JSON integer.
"""

from collections.abc import Mapping
from itertools import pairwise

from marke.canonical import MAX_SAFE_INTEGER
from marke.codebook.check_trees import Places
from marke.codebook.model import Codebook, ConsentCategory, Sensitivity, Variable
from marke.codebook.place import Place
from marke.reasons import Reason

MOST_HOUSEHOLDS = 20_000
"""Households of the largest node we promise exact sums of squares for."""

BINS_BETWEEN = 20
"""Bins for the mean of a whole collective (statistics.md 4: the expected error of a place depends on it)."""

_LEAST: Mapping[ConsentCategory, Sensitivity] = {
    ConsentCategory.HEALTH: Sensitivity.SPECIAL,
    ConsentCategory.INCOME: Sensitivity.SENSITIVE,
}
_ORDER = (Sensitivity.ORDINARY, Sensitivity.SENSITIVE, Sensitivity.SPECIAL)


def check_variables(book: Codebook, places: Places) -> None:
    """Refuse variables that name unknown things or whose numbers do not fit together; raises BadInputError."""
    for variable in book.variables:
        place = places["variable", variable.id]
        _check_theme(variable, place)
        _check_names(variable, book, place)
        _check_clips(variable, book, place)
        _check_edges(variable, variable.bins, place.at("bins"))
        _check_edges(variable, variable.bins_between, place.at("bins_between"))
        if len(variable.bins_between) != BINS_BETWEEN + 1:
            found = len(variable.bins_between) - 1
            raise place.at("bins_between").refusal(Reason.CODEBOOK_BINS_BETWEEN, found=found, wanted=BINS_BETWEEN)
        _check_squares(variable, place)


def _check_theme(variable: Variable, place: Place) -> None:
    if variable.id.split(".")[0] != variable.theme.value or place.file != f"{variable.theme.value}.toml":
        raise place.at("theme").refusal(Reason.CODEBOOK_WRONG_THEME, name=variable.theme.value)
    for consent in variable.consents:
        least = _LEAST.get(consent, Sensitivity.ORDINARY)
        if _ORDER.index(variable.sensitivity) < _ORDER.index(least):
            raise place.at("sensitivity").refusal(Reason.CODEBOOK_TOO_OPEN, name=consent.value, least=least.value)


def _check_names(variable: Variable, book: Codebook, place: Place) -> None:
    if variable.breakdown not in {tree.id for tree in book.breakdowns}:
        raise place.at("breakdown").refusal(Reason.CODEBOOK_UNKNOWN_NAME, name=variable.breakdown)
    known = {crossing.id: crossing for crossing in book.crossings}
    where = place.at("crossings")
    for name in variable.crossings:
        if name not in known:
            raise where.refusal(Reason.CODEBOOK_UNKNOWN_NAME, name=name)
        if variable.breakdown not in {book.tree_of(level).id for level in known[name].levels}:
            raise where.refusal(Reason.CODEBOOK_CROSSING_OTHER_TREE, name=name, tree=variable.breakdown)


def _check_clips(variable: Variable, book: Codebook, place: Place) -> None:
    codes = {each.code for each in book.category(book.breakdown(variable.breakdown).category).codes}
    for code in variable.clip_by:
        if code not in codes:
            raise place.at("clip_by").refusal(Reason.CODEBOOK_UNKNOWN_NAME, name=code)
    for clip in variable.clips:
        where = place.at("clip" if clip is variable.clip else "clip_by")
        if clip.low >= clip.high:
            raise where.refusal(Reason.CODEBOOK_CLIP_EMPTY, low=clip.low, high=clip.high)
        if not clip.low <= variable.centre <= clip.high:
            raise place.at("centre").refusal(Reason.CODEBOOK_CENTRE, low=clip.low, high=clip.high)


def _check_edges(variable: Variable, edges: tuple[int, ...], where: Place) -> None:
    for below, above in pairwise(edges):
        if below >= above:
            raise where.refusal(Reason.CODEBOOK_BINS_NOT_RISING, below=below, above=above)
    low = min(clip.low for clip in variable.clips)
    high = max(clip.high for clip in variable.clips)
    if edges[0] > low or edges[-1] < high:
        raise where.refusal(Reason.CODEBOOK_BINS_TOO_NARROW, low=low, high=high)


def _check_squares(variable: Variable, place: Place) -> None:
    distance = max(abs(bound - variable.centre) for clip in variable.clips for bound in (clip.low, clip.high))
    if distance * distance * MOST_HOUSEHOLDS > MAX_SAFE_INTEGER:
        raise place.at("clip").refusal(Reason.CODEBOOK_SQUARES, households=MOST_HOUSEHOLDS)
