"""Categories, trees and crossings must agree: every code in exactly one group, every level inside the coarser one."""

from collections.abc import Iterable, Mapping

from marke.codebook.model import ALL, OTHER, Breakdown, Category, Codebook, Crossing, Level
from marke.codebook.place import Place
from marke.reasons import Reason

Places = Mapping[tuple[str, str], Place]

MOST_CELLS = 200
"""Most cells of a crossing (privacy.md 8, leaves of a question without a board's consent)."""


def check_trees(book: Codebook, places: Places) -> None:
    """Refuse categories, trees and crossings that contradict themselves or each other; raises BadInputError."""
    for category in book.categories:
        _check_codes(category, places["category", category.id])
    categories = {category.id: category for category in book.categories}
    taken: dict[str, str] = {}
    for tree in book.breakdowns:
        place = places["breakdown", tree.id]
        if tree.category not in categories:
            raise place.at("category").refusal(Reason.CODEBOOK_UNKNOWN_NAME, name=tree.category)
        _check_names(tree, taken, place)
        _check_tree(tree, categories[tree.category], place)
    for crossing in book.crossings:
        _check_crossing(crossing, book, taken, places["crossing", crossing.id])


def _check_codes(category: Category, place: Place) -> None:
    where = place.at("codes")
    codes = [each.code for each in category.codes]
    _refuse_reserved(codes, where)
    _refuse_twice(codes, where)


def _refuse_reserved(names: Iterable[str], where: Place) -> None:
    for name in names:
        if name in {ALL, OTHER}:
            raise where.refusal(Reason.CODEBOOK_RESERVED_CODE, name=name)


def _refuse_twice(names: Iterable[str], where: Place) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise where.refusal(Reason.CODEBOOK_DUPLICATE, name=name)
        seen.add(name)


def _check_names(tree: Breakdown, taken: dict[str, str], place: Place) -> None:
    """Refuse a level name of two trees: a question names a level alone."""
    for level in tree.levels:
        where = place.at(f"levels.{level.id}")
        _refuse_reserved((level.id,), where)
        if level.id in taken:
            raise where.refusal(Reason.CODEBOOK_DUPLICATE, name=level.id)
        taken[level.id] = tree.id


def _check_tree(tree: Breakdown, category: Category, place: Place) -> None:
    codes = [each.code for each in category.codes]
    coarser: Mapping[str, str] = dict.fromkeys(codes, ALL)
    for number, level in enumerate(tree.levels, start=1):
        where = place.at(f"levels.{level.id}")
        if bool(level.groups) is (number == len(tree.levels)):
            raise where.refusal(Reason.CODEBOOK_NOT_FINEST)
        if not level.groups:
            return
        finer = _group_of(level, codes, where)
        for group in level.groups:
            if len({coarser[member] for member in group.members}) > 1:
                raise where.refusal(Reason.CODEBOOK_NOT_NESTED, name=group.code)
        coarser = finer


def _group_of(level: Level, codes: list[str], where: Place) -> Mapping[str, str]:
    names = [group.code for group in level.groups]
    _refuse_reserved(names, where)
    _refuse_twice(names, where)
    members = [member for group in level.groups for member in group.members]
    for member in members:
        if member not in codes:
            raise where.refusal(Reason.CODEBOOK_UNKNOWN_NAME, name=member)
    _refuse_twice(members, where)
    for code in codes:
        if code not in members:
            raise where.refusal(Reason.CODEBOOK_CODE_LEFT_OUT, name=code)
    return {member: group.code for group in level.groups for member in group.members}


def _check_crossing(crossing: Crossing, book: Codebook, taken: Mapping[str, str], place: Place) -> None:
    _refuse_reserved((crossing.id,), place)
    if crossing.id in taken:
        raise place.refusal(Reason.CODEBOOK_DUPLICATE, name=crossing.id)
    where = place.at("levels")
    for level in crossing.levels:
        if level not in taken:
            raise where.refusal(Reason.CODEBOOK_UNKNOWN_NAME, name=level)
    first, second = crossing.levels
    if taken[first] == taken[second]:
        raise where.refusal(Reason.CODEBOOK_CROSSING_ONE_TREE, name=taken[first])
    cells = len(book.groups_of(first)) * len(book.groups_of(second))
    if cells > MOST_CELLS:
        raise where.refusal(Reason.CODEBOOK_CROSSING_TOO_LARGE, cells=cells, most=MOST_CELLS)
