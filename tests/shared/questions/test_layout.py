"""Leaves, columns, bounds and hash of an answer."""

from marke.codebook.model import OTHER, Clip
from marke.privacy.own_table import STAR
from marke.questions.grouping import leaf_of
from marke.questions.model import Reading, Statistic
from support.small_codebook import about_place, checked


def test_everything_asked_gives_count_sum_squares_and_the_bins_with_their_star_bin() -> None:
    layout = checked().layout
    assert layout.columns == ("count", "sum", "squares", "bin_0", "bin_1", "bin_2", "bin_3", "bin_4", "bin_other")
    assert layout.all_leaves == ("apartment", "terraced", "detached", "other")
    assert list(layout.bins) == [3, 4, 5, 6, 7]
    assert list(layout.places) == []


def test_columns_stand_in_one_order_whatever_the_order_asked() -> None:
    statistics = (Statistic.SUM, Statistic.COUNT)
    layout = checked(statistics=statistics, readings=(Reading.TABLE,)).layout
    assert layout.columns == ("count", "sum")
    assert (layout.column("sum"), layout.column("squares")) == (1, None)


def test_place_has_a_column_per_bin_between_collectives() -> None:
    layout = about_place().layout
    assert layout.leaves == ("all",)
    assert list(layout.places) == list(range(8))


def test_another_breakdown_gives_another_hash_and_the_same_one_the_same() -> None:
    assert checked().layout.hash == checked().layout.hash
    assert checked().layout.hash != checked(breakdown="dwelling_class").layout.hash


def test_a_crossing_pairs_every_group_with_every_group() -> None:
    crossed = checked(breakdown="dwelling_x_income", smallest_group=15)
    assert crossed.leaves[:3] == ("apartment__low", "apartment__high", "terraced__low")
    assert leaf_of(crossed, {"dwelling_type": "terraced", "income_band": "high"}) == "terraced__high"
    assert leaf_of(crossed, {"dwelling_type": "terraced"}) is None


def test_a_coarse_level_gathers_codes_and_an_unknown_code_has_no_leaf() -> None:
    coarse = checked(breakdown="dwelling_class")
    assert leaf_of(coarse, {"dwelling_type": "detached"}) == "house"
    assert leaf_of(coarse, {"dwelling_type": "castle"}) is None
    assert leaf_of(checked(breakdown="all"), {}) == "all"


def test_a_leaf_has_the_bounds_of_its_code_or_the_widest_of_its_codes() -> None:
    assert checked().clips["apartment"] == Clip(low=0, high=2000)
    assert checked().clips["detached"] == Clip(low=0, high=4000)
    assert checked(breakdown="dwelling_class").clips["flat"] == Clip(low=0, high=2000)
    assert checked(breakdown="all").clips["all"] == Clip(low=0, high=4000)
    crossed = checked(breakdown="dwelling_x_income", smallest_group=15)
    assert crossed.clips["apartment__low"] == Clip(low=0, high=2000)


def test_only_a_sensitive_category_has_parents() -> None:
    assert checked().sensitive_parents == ()
    (parents,) = checked(breakdown="dwelling_x_income", smallest_group=15).sensitive_parents
    assert parents["terraced__low"] == "terraced"
    (whole,) = checked(variable="energy.gas_by_income", breakdown="income_band", smallest_group=15).sensitive_parents
    assert whole == {"low": "all", "high": "all"}


def test_the_star_bucket_has_one_name_in_tables_and_codebook() -> None:
    assert STAR == OTHER == checked().layout.all_leaves[-1]
