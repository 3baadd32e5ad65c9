"""Codebook 2026.1: complete, readable, near the facts, and frozen."""

import re
from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest

from marke.codebook.builtin import builtin_versions, read_builtin
from marke.codebook.model import Codebook, Sensitivity, Subject, Theme, Variable
from marke.errors import BadInputError, NotFoundError
from marke.reasons import LANGUAGES, Language, Reason
from marke.vocabulary.units import to_published

BOOK = read_builtin()

FROZEN = "sha256:dc82ddf5690985547d395112f60a74460371e0f662584eb9883626f8fdb0baa3"
"""Questions and the signed directory name this hash, so a published codebook never changes.

Before the first release: a wanted change puts the new hash here and renews the two pages docs/reference/codebook*.md.
After it: copy the folder data/2026.1 to the next version, change it there, and add its hash beside this one.
"""

LONGEST_AVERAGE = 15
"""Words in an average sentence, for a page a member can follow."""

EVERY_VARIABLE = pytest.mark.parametrize("variable", BOOK.variables, ids=lambda variable: variable.id)


def test_the_codebook_did_not_change() -> None:
    assert BOOK.hash == FROZEN, f"codebook 2026.1 now has hash {BOOK.hash}; the text under FROZEN says what to do"


def test_it_is_read_once_and_reads_back_from_its_own_bytes() -> None:
    assert read_builtin("2026.1") is read_builtin("2026.1")
    assert Codebook.from_bytes(BOOK.to_bytes()) == BOOK
    assert builtin_versions() == ("2026.1",)


@pytest.mark.parametrize("version", ["2025.1", "../2026.1", ""])
def test_a_version_that_is_not_there_is_refused(version: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        read_builtin(version)

    assert caught.value.reason is Reason.NO_SUCH_CODEBOOK


def test_every_theme_has_variables() -> None:
    assert {variable.theme for variable in BOOK.variables} == set(Theme)
    assert len(BOOK.variables) >= 55


def test_the_profile_is_about_the_collective_and_nothing_else_is() -> None:
    for variable in BOOK.variables:
        is_profile = variable.theme is Theme.COLLECTIVE
        assert (variable.subject is Subject.COLLECTIVE) is is_profile, variable.id


def test_energy_and_footprint_have_twenty_bins() -> None:
    counts = {each.id: len(each.bins) - 1 for each in BOOK.variables if each.theme in {Theme.ENERGY, Theme.FOOTPRINT}}

    assert set(counts.values()) == {20}


@EVERY_VARIABLE
def test_every_value_within_the_bounds_falls_in_one_bin(variable: Variable) -> None:
    for edges in (variable.bins, variable.bins_between):
        for clip in variable.clips:
            for value in (clip.low, variable.centre, clip.high):
                bins = [low <= value < high for low, high in pairwise(edges)]
                assert sum(bins) + (value == edges[-1]) == 1


@EVERY_VARIABLE
def test_the_centre_lies_near_the_national_mean(variable: Variable) -> None:
    for norm in BOOK.norms_for(variable.id):
        if norm.use == "compare" and norm.level == "all":
            mean, centre = Decimal(norm.value), to_published(variable.centre, variable.decimals)
            assert abs(centre - mean) <= mean * Decimal("0.25"), norm.id


def test_the_three_traps_are_kept_apart() -> None:
    footprint = {norm.id: norm for norm in BOOK.norms_for("footprint.total_per_person")}

    assert [norm.id for norm in footprint.values() if norm.use == "compare"] == ["household_footprint_2021"]
    assert footprint["all_final_demand_2022"].value == "13600"
    assert {norm.value for norm in BOOK.norms_for("energy.electricity_delivered") if norm.level == "all"} == {"2550"}
    assert {norm.value for norm in BOOK.norms_for("energy.electricity_net") if norm.level == "all"} == {"1870"}
    assert all(norm.use == "context" for norm in footprint.values() if norm.id.startswith("capital_"))


def test_a_norm_without_address_says_it_is_derived_or_from_memory() -> None:
    assert {norm.confidence for norm in BOOK.norms if not norm.url} <= {"derived", "memory"}


def test_scales_that_are_not_validated_say_so_in_both_languages() -> None:
    found = BOOK.variable("cohesion.collective_efficacy").definition

    assert "niet gevalideerd" in found.nl
    assert "not validated" in found.en


def test_sensitive_data_need_their_own_consent() -> None:
    income = BOOK.category("income_band")
    total = BOOK.variable("footprint.total_per_person")

    assert (income.sensitivity, income.consent) == (Sensitivity.SENSITIVE, "income")
    assert {each.sensitivity for each in BOOK.variables if each.theme is Theme.HEALTH} == {Sensitivity.SPECIAL}
    assert [each.value for each in total.consents] == ["energy", "mobility", "food", "goods"]


def test_every_municipality_of_2023_lies_in_one_province_as_the_list_of_provinces_names_them() -> None:
    groups = {group.code: group.members for group in BOOK.groups_of("province_of_municipality")}

    assert BOOK.category("municipality").code_year == 2023
    assert len(BOOK.category("municipality").codes) == 342
    assert set(groups) == {code.code for code in BOOK.category("province").codes}
    assert {code: len(members) for code, members in groups.items()} == {
        "groningen": 10,
        "fryslan": 18,
        "drenthe": 12,
        "overijssel": 25,
        "flevoland": 6,
        "gelderland": 51,
        "utrecht": 26,
        "noord_holland": 44,
        "zuid_holland": 50,
        "zeeland": 13,
        "noord_brabant": 56,
        "limburg": 31,
    }
    assert "GM0150" in groups["overijssel"]


def test_provinces_and_municipalities_know_the_same_parts_of_the_country() -> None:
    of_province = {member: part.code for part in BOOK.groups_of("country_part") for member in part.members}
    of_town = {member: part.code for part in BOOK.groups_of("country_part_of_municipality") for member in part.members}

    for province in BOOK.groups_of("province_of_municipality"):
        assert {of_town[member] for member in province.members} == {of_province[province.code]}


def test_every_tree_and_crossing_is_used() -> None:
    crossings = {name for variable in BOOK.variables for name in variable.crossings}
    trees = {variable.breakdown for variable in BOOK.variables}
    trees |= {BOOK.tree_of(level).id for crossing in BOOK.crossings for level in crossing.levels}

    assert crossings == {crossing.id for crossing in BOOK.crossings}
    assert trees == {tree.id for tree in BOOK.breakdowns}


def test_names_are_not_used_twice() -> None:
    for language in LANGUAGES:
        named = Counter(variable.name.say(language) for variable in BOOK.variables)
        assert [name for name, times in named.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_sentences_are_short(language: Language) -> None:
    texts = [text.say(language) for each in BOOK.variables for text in (each.definition, each.computation)]
    sentences = [part for text in texts for part in re.split(r"(?<=[.?!:;])\s+", text) if part]

    assert sum(len(sentence.split()) for sentence in sentences) / len(sentences) <= LONGEST_AVERAGE
    assert max(len(sentence.split()) for sentence in sentences) <= 2 * LONGEST_AVERAGE


def test_what_is_not_there_is_refused_by_name() -> None:
    for ask, reason in (
        (BOOK.variable, Reason.UNKNOWN_VARIABLE),
        (BOOK.category, Reason.UNKNOWN_CATEGORY),
        (BOOK.breakdown, Reason.UNKNOWN_BREAKDOWN),
        (BOOK.crossing, Reason.UNKNOWN_BREAKDOWN),
        (BOOK.tree_of, Reason.UNKNOWN_BREAKDOWN),
    ):
        with pytest.raises(BadInputError) as caught:
            ask("unicorn.horn")
        assert caught.value.reason is reason
