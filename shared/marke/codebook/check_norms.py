"""Norms: of a known variable and group, in its unit, with a source, and never two boundaries side by side."""

from decimal import Decimal

from marke.codebook.check_trees import Places
from marke.codebook.model import ALL, Clip, Codebook, Norm, Variable
from marke.codebook.place import Place
from marke.reasons import Reason
from marke.vocabulary.units import Unit, to_published

_BOUNDED = {Unit.PERCENT, Unit.SCORE_0_10, Unit.SCORE_0_100, Unit.SCORE_1_5, Unit.SCORE_1_7, Unit.YES_NO}
"""Scales with an end of their own: their bounds are the scale, not a multiple of the mean."""

ROOM = Decimal("1.5")
"""Upper bounds are at least this many times the national mean (privacy.md 8)."""


def check_norms(book: Codebook, places: Places) -> None:
    """Refuse norms that cannot be compared with their variable; raises BadInputError."""
    variables = {variable.id: variable for variable in book.variables}
    boundaries: dict[str, str] = {}
    for norm in book.norms:
        place = places["norm", norm.id]
        if norm.variable not in variables:
            raise place.at("variable").refusal(Reason.CODEBOOK_UNKNOWN_NAME, name=norm.variable)
        variable = variables[norm.variable]
        if norm.unit is not variable.unit:
            raise place.at("unit").refusal(Reason.CODEBOOK_NORM_UNIT, unit=norm.unit.value, wanted=variable.unit.value)
        if not norm.url and norm.confidence in {"source", "secondary"}:
            raise place.at("url").refusal(Reason.CODEBOOK_MISSING)
        _check_group(norm, variable, book, place)
        if norm.use == "compare":
            if boundaries.setdefault(norm.variable, norm.boundary.en) != norm.boundary.en:
                raise place.at("boundary").refusal(Reason.CODEBOOK_NORM_BOUNDARY, name=norm.variable)
            _check_value(norm, variable, place)


def _check_group(norm: Norm, variable: Variable, book: Codebook, place: Place) -> None:
    if norm.level == ALL:
        if norm.group != ALL:
            raise place.at("group").refusal(Reason.CODEBOOK_UNKNOWN_NAME, name=norm.group)
        return
    reachable = {level.id for level in book.breakdown(variable.breakdown).levels}
    for name in variable.crossings:
        reachable.update(book.crossing(name).levels)
    if norm.level not in reachable:
        raise place.at("level").refusal(Reason.CODEBOOK_UNKNOWN_NAME, name=norm.level)
    if norm.group not in {group.code for group in book.groups_of(norm.level)}:
        raise place.at("group").refusal(Reason.CODEBOOK_UNKNOWN_NAME, name=norm.group)


def _check_value(norm: Norm, variable: Variable, place: Place) -> None:
    clip = _clip_of(norm, variable)
    low, high = to_published(clip.low, variable.decimals), to_published(clip.high, variable.decimals)
    value, where = Decimal(norm.value), place.at("value")
    if not low <= value <= high:
        raise where.refusal(Reason.CODEBOOK_NORM_OUTSIDE, low=str(low), high=str(high))
    if variable.unit not in _BOUNDED and value * ROOM > high:
        raise where.refusal(Reason.CODEBOOK_NORM_ROOM, high=str(high), room=str(ROOM))


def _clip_of(norm: Norm, variable: Variable) -> Clip:
    """Bounds for the group when the variable has its own for it, else the general ones."""
    return variable.clip_by.get(norm.group, variable.clip)
