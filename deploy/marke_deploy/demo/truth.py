"""The pooled truth beside the federated answer. It may be computed here because nobody in the demonstration exists."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select

from marke.privacy.own_table import Cell, Hidden, OwnTable, Shown
from marke.privacy.rounding import rounding_base
from marke.privacy.rules import Rules
from marke.protocol.messages import Result, ShownCell
from marke.questions.check import CheckedQuestion
from marke.questions.model import Statistic, release_key
from marke.questions.own_lane import own_rules
from marke.questions.reference import evaluate, evaluate_shown
from marke.signing.envelope import Envelope
from marke_deploy.demo.federation import Asked, Federation
from marke_deploy.demo.village import Village
from marke_ground.store.engine import reading
from marke_node.services.stored_cells import cells_from_text
from marke_node.store.rounds import ANSWERS, ANSWERS_UNROUNDED

"""Counts are rounded to multiples of this (privacy.md 1.3)."""


@dataclass(frozen=True)
class Check:
    """How the federated answer compares with the pooled truth, cell by cell."""

    cells: int
    max_abs_difference: int
    """Before rounding: sums of what the nodes held against the pooled truth."""
    max_abs_difference_after_rounding: int
    rounding_bound: Fraction
    """Half the rounding base of every collective's figure, added up, for the widest cell."""
    is_within_bound: bool
    households_counted: int | None
    """Homes in the figure; None for a distribution, which counts collectives."""
    households: int
    """All homes of all collectives, answering or not: what the coverage is of."""


def check_against_truth(federation: Federation, asked: Asked) -> Check:
    """Compare one answered question with the truth over the same answering, consenting homes and the same cells."""
    outcome = asked.outcome
    if outcome is None:
        raise ValueError("the question has no outcome yet")
    checked = outcome.checked
    tables = {
        village.collective: table for village in federation.villages if (table := _table(village, checked)) is not None
    }
    truth = _truth(federation, checked, tables)
    held = _sums(checked, tables)
    combined = _combined(outcome.envelope, checked)
    differences = [abs(a - b) for leaf in truth for a, b in zip(truth[leaf], held[leaf], strict=True)]
    bounds = _bounds(checked, tables)
    after = [
        (abs(a - b), bound)
        for leaf in truth
        for a, b, bound in zip(truth[leaf], combined[leaf], bounds[leaf], strict=True)
    ]
    everybody = sum(len(village.homes.households) for village in federation.villages)
    count = checked.layout.columns.index("count") if "count" in checked.layout.columns else None
    return Check(
        cells=len(differences),
        max_abs_difference=max(differences),
        max_abs_difference_after_rounding=max(difference for difference, _ in after),
        rounding_bound=max(bound for _, bound in after),
        is_within_bound=all(difference <= bound for difference, bound in after),
        households_counted=sum(row[count] for row in truth.values()) if count is not None else _in_bins(checked, truth),
        households=everybody,
    )


def _truth(
    federation: Federation, checked: CheckedQuestion, tables: Mapping[str, OwnTable]
) -> Mapping[str, tuple[int, ...]]:
    bundle = checked.question.bundle
    known = {
        village.collective: village.known(bundle.variable, int(bundle.period))
        for village in federation.villages
        if village.collective in tables
    }
    if Statistic.PLACE not in bundle.statistics:
        return evaluate_shown(checked, known, tables)
    found = {leaf: [0] * len(checked.layout.columns) for leaf in checked.layout.all_leaves}
    for name, table in tables.items():  # a place is of a collective, so the truth is the sum of their places
        for leaf, row in evaluate(checked, known[name]).items():
            if isinstance(table.unrounded[leaf], Shown):
                found[leaf] = [a + b for a, b in zip(found[leaf], row, strict=True)]
    return {leaf: tuple(row) for leaf, row in found.items()}


def _table(village: Village, checked: CheckedQuestion) -> OwnTable | None:
    """Return what a collective gave, rounded and not, from its own database; None when it gave nothing."""
    key = release_key(checked.question.bundle)
    query = (
        select(ANSWERS.c.cells, ANSWERS.c.bins_hidden, ANSWERS_UNROUNDED.c.cells.label("exact"))
        .join(ANSWERS_UNROUNDED, ANSWERS_UNROUNDED.c.release_key == ANSWERS.c.release_key)
        .where(ANSWERS.c.release_key == key)
    )
    with reading(village.engine) as session:
        row = session.execute(query).first()
    if row is None:
        return None
    return OwnTable(cells=_cells(row.cells), unrounded=_cells(row.exact), bins_hidden=row.bins_hidden)


def _cells(text: str) -> Mapping[str, Cell]:
    return {
        cell.leaf: Shown(cell.values) if isinstance(cell, ShownCell) else Hidden() for cell in cells_from_text(text)
    }


def _sums(checked: CheckedQuestion, tables: Mapping[str, OwnTable]) -> Mapping[str, tuple[int, ...]]:
    found = {leaf: [0] * len(checked.layout.columns) for leaf in checked.layout.all_leaves}
    for table in tables.values():
        for leaf, cell in table.unrounded.items():
            if isinstance(cell, Shown):
                found[leaf] = [a + b for a, b in zip(found[leaf], cell.values, strict=True)]
    return {leaf: tuple(row) for leaf, row in found.items()}


def _bounds(checked: CheckedQuestion, tables: Mapping[str, OwnTable]) -> Mapping[str, tuple[Fraction, ...]]:
    """Return, per cell, half the base of every collective's rounded figure, added up."""
    rules = own_rules(checked)
    found = {leaf: [Fraction(0)] * len(checked.layout.columns) for leaf in checked.layout.all_leaves}
    for table in tables.values():
        for leaf, cell in table.unrounded.items():
            if isinstance(cell, Shown):
                for position, column in enumerate(checked.layout.columns):
                    found[leaf][position] += Fraction(_base(column, cell.values[position], rules), 2)
    return {leaf: tuple(row) for leaf, row in found.items()}


def _base(column: str, value: int, rules: Rules) -> int:
    if column.startswith("place_"):
        return 0
    if column in {"sum", "squares"}:
        return max(rounding_base(value, significant=rules.significant_digits), rules.smallest_sum_base)
    return rules.count_base


def _combined(envelope: str, checked: CheckedQuestion) -> Mapping[str, tuple[int, ...]]:
    result = Result.from_bytes(Envelope.from_text(envelope).payload)
    nothing = (0,) * len(checked.layout.columns)
    by_leaf = {cell.leaf: cell.values for cell in result.cells if cell.collectives}
    return {leaf: by_leaf.get(leaf, nothing) for leaf in checked.layout.all_leaves}


def _in_bins(checked: CheckedQuestion, truth: Mapping[str, tuple[int, ...]]) -> int | None:
    bins = [i for i, column in enumerate(checked.layout.columns) if column.startswith("bin_")]
    return sum(row[i] for row in truth.values() for i in bins) if bins else None
