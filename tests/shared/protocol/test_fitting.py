"""A contribution is kept only when it fits: every honest one does, and a lie is bounded."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marke.codebook.builtin import read_builtin
from marke.codebook.model import Purpose
from marke.errors import BadInputError
from marke.privacy.own_table import OwnTable, Shown, protect
from marke.protocol.fitting import MOST_HOUSEHOLDS, check_contribution
from marke.protocol.messages import Cell, Contribution, HiddenCell, ShownCell
from marke.questions.check import CheckedQuestion, check
from marke.questions.model import Bundle, Lane, Publication, Question, Reading, Recipient, Statistic, Windows
from marke.questions.own_lane import own_rules
from marke.questions.tally import group
from marke.vocabulary.document import Bilingual
from marke.vocabulary.ids import content_hash, new_id

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS = Bilingual(nl="proef", en="trial")


def _question() -> CheckedQuestion:
    codebook = read_builtin()
    question = Question(
        title=WORDS,
        reason=WORDS,
        bundle=Bundle(
            variable="energy.gas_use",
            period="2025",
            breakdown="dwelling_type",
            statistics=(Statistic.COUNT, Statistic.SUM, Statistic.SQUARES, Statistic.BINS),
        ),
        readings=(Reading.MEAN, Reading.HISTOGRAM),
        codebook=codebook.version,
        codebook_hash=codebook.hash,
        lane=Lane.OWN,
        purpose=Purpose.BENCHMARK,
        recipients=(Recipient.MEMBER_COLLECTIVES,),
        publication=Publication.PUBLIC,
        smallest_group=12,
        smallest_round=1,
        requester="Alice",
        nonce="0" * 32,
        not_before=NOW,
        expires=NOW.replace(month=5),
        windows=Windows(decide_until=NOW.replace(month=4), contribute_minutes=60),
    )
    return check(question, codebook)


CHECKED = _question()
LEAVES = CHECKED.layout.leaves


def _contribution(
    shown: dict[str, tuple[int, ...]], leaves: tuple[str, ...] = CHECKED.layout.all_leaves
) -> Contribution:
    cells: list[Cell] = [
        ShownCell(leaf=leaf, values=shown[leaf]) if leaf in shown else HiddenCell(leaf=leaf) for leaf in leaves
    ]
    return Contribution(
        round_id=new_id("rnd", bytes(10)),
        question_hash=CHECKED.hash,
        layout_hash=CHECKED.layout.hash,
        collective=new_id("col", bytes(10)),
        cells=tuple(cells),
        made=NOW,
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(LEAVES[:2]), st.integers(-10, 10**7)), min_size=24, max_size=120))
def test_whatever_an_honest_node_shows_fits(records: list[tuple[str, int]]) -> None:
    table = protect(group(CHECKED, records), own_rules(CHECKED))
    cells = table.cells if isinstance(table, OwnTable) else {}
    shown = {leaf: cell.values for leaf, cell in cells.items() if isinstance(cell, Shown)}
    check_contribution(CHECKED, _contribution(shown))


def _cell(**changes: int) -> tuple[int, ...]:
    honest = {"count": 20, "sum": 20_000, "squares": 1000, "bin_0": 20}
    return tuple({**honest, **changes}.get(column, 0) for column in CHECKED.layout.columns)


def test_a_lie_moves_a_sum_no_further_than_the_codebook_allows() -> None:
    leaf = LEAVES[0]
    bound = CHECKED.clips[leaf].high * 22
    check_contribution(CHECKED, _contribution({leaf: _cell(sum=bound)}))
    lies = ({"sum": bound * 2}, {"sum": -bound * 2}, {"squares": 10**15}, {"bin_1": 30}, {"count": 5, "bin_0": 0})
    for lie in lies:
        with pytest.raises(BadInputError, match="cells_do_not_fit"):
            check_contribution(CHECKED, _contribution({leaf: _cell(**lie)}))


def test_more_households_than_any_collective_has_are_refused_however_they_are_spread() -> None:
    half = _cell(count=MOST_HOUSEHOLDS // 2)
    check_contribution(CHECKED, _contribution(dict.fromkeys(LEAVES[:2], half)))
    for shown in ({LEAVES[0]: _cell(count=2**53 - 1)}, dict.fromkeys(LEAVES[:3], half)):
        with pytest.raises(BadInputError, match="too_many_households"):
            check_contribution(CHECKED, _contribution(shown))


def test_missing_double_and_unknown_groups_and_other_layouts_are_refused() -> None:
    for leaves in (LEAVES, (*CHECKED.layout.all_leaves, LEAVES[0]), (*LEAVES, "castle")):
        with pytest.raises(BadInputError, match="cells_do_not_fit"):
            check_contribution(CHECKED, _contribution({}, leaves))
    other = _contribution({}).model_copy(update={"layout_hash": content_hash(b"another")})
    with pytest.raises(BadInputError, match="other_layout"):
        check_contribution(CHECKED, other)
