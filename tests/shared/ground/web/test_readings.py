"""What a page says of figures: units, margins, unknown shares and reasons; no more than the intervals bear."""

from collections.abc import Mapping

import pytest

from marke.questions.check import CheckedQuestion
from marke.questions.model import Reading, Statistic
from marke.reasons import Language
from marke.statistics.combine import combine
from marke.statistics.figures import WhyNoInterval, WhyWithheld
from marke.statistics.finish import finish
from marke_ground.web import charts
from marke_ground.web.count_views import TableView, households_counted
from marke_ground.web.figure_views import WHY_MEANS, WHY_NO_INTERVAL, WHY_WITHHELD
from marke_ground.web.i18n import Voice, read_words
from marke_ground.web.mean_views import MeanView, TrendView
from marke_ground.web.reading_views import Asking, ReadingView, reading_views
from marke_ground.web.render import GROUND_PACKAGE
from marke_ground.web.spread_views import HistogramView, QuantileView
from support.small_codebook import checked

WORDS = read_words([GROUND_PACKAGE])
COUNT, SUM, SQUARES, BINS, _ = Statistic
Cells = Mapping[str, Mapping[str, tuple[int, ...]]]


def view_of(question: CheckedQuestion, cells: Cells, language: Language = "nl") -> ReadingView:
    readings = finish(question, combine(question, cells))
    (found,) = reading_views(readings, Asking(question, Voice(WORDS, language), {}))
    return found


def means(*amounts: Mapping[str, tuple[int, ...]]) -> MeanView:
    question = checked(statistics=(COUNT, SUM), readings=(Reading.MEAN,))
    found = view_of(question, {f"c{number}": cells for number, cells in enumerate(amounts)})
    assert isinstance(found, MeanView)
    return found


def test_means_whose_margins_overlap_are_not_put_in_an_order() -> None:
    first = {"apartment": (20, 20_000), "terraced": (20, 22_000)}
    second = {"apartment": (20, 26_000), "terraced": (20, 30_000)}
    said = means(first, second).conclusion
    assert "niet zeker" in said
    assert "de marges overlappen" in said
    assert "1.150 m³ (" in said


def test_of_one_collective_there_is_a_margin_of_rounding_only_and_no_order() -> None:
    question = checked(statistics=(COUNT, SUM), readings=(Reading.MEAN,), smallest_round=1)
    found = view_of(question, {"a": {"apartment": (20, 20_000), "terraced": (20, 60_000)}})
    assert isinstance(found, MeanView)
    assert "een marge tussen collectieven ontbreekt" in found.conclusion
    assert "niets over andere collectieven" in found.notes[-1]


def test_means_that_lie_apart_are_named_with_their_margins() -> None:
    one = {"apartment": (20, 20_000), "terraced": (20, 60_000)}
    said = means(one, one).conclusion
    assert said.startswith("Laagste gemiddelde: Apartment, 1.000 m³ (1.000 \u2013 1.000). Hoogste: Terraced")


def test_too_few_collectives_is_explained_with_the_threshold() -> None:
    hidden, too_few = means({"apartment": (20, 20_000)}, {"terraced": (20, 60_000)}).notes
    assert hidden.startswith("Verborgen betekent")
    assert "minder dan 2 collectieven" in too_few


def _table(*cells: Mapping[str, tuple[int, ...]]) -> TableView:
    question = checked(statistics=(COUNT, SUM), readings=(Reading.TABLE,))
    found = view_of(question, {f"c{number}": one for number, one in enumerate(cells)})
    assert isinstance(found, TableView)
    return found


def test_a_count_says_by_how_much_rounding_moved_it() -> None:
    table = _table({"terraced": (20, 30_000)}, {"terraced": (30, 39_000)})
    terraced = next(line for line in table.lines if line.label == "Terraced")
    assert terraced.households.interval == "± 4 door afronding"
    assert "op 5" in table.notes[0]
    assert table.conclusion == "Terraced: ongeveer 50 huishoudens."


def test_the_largest_group_is_named_only_when_rounding_cannot_change_it() -> None:
    near = {"apartment": (22, 20_000), "terraced": (20, 20_000)}
    far = {"apartment": (20, 20_000), "terraced": (90, 90_000)}
    assert _table(near, near).conclusion == "Samen ongeveer 84 huishoudens."
    assert "de grootste groep is Terraced met 180" in _table(far, far).conclusion


def _with_bins(reading: Reading, known: tuple[int, ...], pooled: int) -> ReadingView:
    question = checked(statistics=(COUNT, BINS), readings=(reading,), breakdown="all")
    cell = (sum(known) + pooled, *known, pooled)
    return view_of(question, {"a": {"all": cell}, "b": {"all": cell}})


def test_a_spread_of_a_few_households_is_not_the_spread_of_all() -> None:
    found = _with_bins(Reading.HISTOGRAM, (0, 5, 0, 0, 0), 390)
    assert isinstance(found, HistogramView)
    assert (found.drawn, found.lines) == (None, ())
    assert found.why == "Van 780 van de 790 huishoudens is de klasse onbekend; een spreiding tonen kan niet."


def test_a_spread_names_the_share_that_is_unknown_in_its_conclusion() -> None:
    found = _with_bins(Reading.HISTOGRAM, (10, 60, 10, 0, 0), 20)
    assert isinstance(found, HistogramView)
    assert found.drawn is not None
    assert found.conclusion == (
        "De grootste bekende groep is 500 tot 1.000 m³, met minstens 60,0 % van de huishoudens. "
        "Van 20,0 % is de klasse onbekend."
    )
    assert found.per == "500 m³"


def test_quantiles_that_could_lie_anywhere_are_no_figures() -> None:
    found = _with_bins(Reading.QUANTILE, (0, 5, 0, 0, 0), 390)
    assert isinstance(found, QuantileView)
    assert not found.has_figures
    assert {figure.why for line in found.lines for figure in line.figures} == {"onbekend"}
    assert len(found.notes) == 1


def test_one_quantile_with_the_whole_scale_as_bounds_is_left_out() -> None:
    found = _with_bins(Reading.QUANTILE, (10, 60, 10, 0, 0), 20)
    assert isinstance(found, QuantileView)
    (line,) = found.lines
    assert [bool(figure.text) for figure in line.figures][2]
    assert "het middelste huishouden zit op" in found.conclusion


def test_a_trend_of_one_period_is_said_as_a_mean_with_its_unit() -> None:
    question = checked(statistics=(COUNT, SUM), readings=(Reading.TREND,), breakdown="all")
    found = view_of(question, {"a": {"all": (20, 20_000)}, "b": {"all": (20, 24_000)}})
    assert isinstance(found, TrendView)
    assert (found.periods, found.unit) == (("2025",), "m³")
    assert found.conclusion.startswith("Alle woningen: gemiddeld 1.100 m³ (")


def test_the_households_of_a_result_are_those_of_the_groups_that_are_shown() -> None:
    question = checked(statistics=(COUNT, SUM), readings=(Reading.MEAN, Reading.TABLE))
    cells = {"a": {"terraced": (20, 30_000), "apartment": (10, 9_000)}, "b": {"terraced": (30, 39_000)}}
    counted = households_counted(finish(question, combine(question, cells)))
    assert counted is not None
    assert (counted.households, counted.off) == (50, 8 // 2)


def test_every_reason_has_its_short_word_and_its_sentence() -> None:
    assert set(WHY_WITHHELD) == set(WHY_MEANS) == set(WhyWithheld)
    assert set(WHY_NO_INTERVAL) == set(WhyNoInterval)
    for key in (*WHY_WITHHELD.values(), *WHY_MEANS.values(), *WHY_NO_INTERVAL.values()):
        assert key in WORDS.keys()  # noqa: SIM118 - a method, not a mapping


def test_a_long_label_stands_above_its_number_and_short_ones_beside() -> None:
    rows = [charts.Row("Twee-onder-een-kapwoning", None, note="te weinig collectieven"), charts.Row("Hoekwoning", None)]
    drawn = charts.draw_bars("means", rows).rows
    assert [row.is_stacked for row in drawn] == [True, False]
    assert drawn[1].top > drawn[0].bar + 16


@pytest.mark.parametrize(("value", "decimals"), [(3.0, 0), (0.5, 1), (0.25, 2), (1500.0, 0)])
def test_a_number_on_an_axis_has_the_decimals_it_needs(value: float, decimals: int) -> None:
    assert charts.decimals_of(value) == decimals
