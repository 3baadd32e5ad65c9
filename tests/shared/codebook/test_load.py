"""Loading a codebook: one that is right is read; every way to be wrong is refused by file, entry and field."""

from typing import NamedTuple

import pytest

from marke.codebook.load import load
from marke.errors import BadInputError
from marke.reasons import Reason
from support.codebook_files import SMALL, codebook_files, with_change


class Wrong(NamedTuple):
    """One change to the small codebook and what must be said about it."""

    file: str
    old: str
    new: str
    reason: Reason
    entry: str
    field: str


ENERGY, NORMS, TREES, CATEGORIES = "energy.toml", "norms.toml", "breakdowns.toml", "categories.toml"
LIGHT, NORM = "energy.light", "light_2030"
SECOND_NORM = 'boundary = "lamps"\nlevel = "shape_each"'
COARSE = 'members = ["round", "long"]'
CODE_TAKEN = Reason.CODEBOOK_RESERVED_CODE
UNKNOWN = Reason.CODEBOOK_UNKNOWN_NAME

WRONG = {
    "a file that is not TOML": Wrong(ENERGY, "decimals = 0", "decimals = ", Reason.CODEBOOK_NOT_TOML, "file", "file"),
    "a table nobody knows": Wrong(NORMS, "[[norm]]", "[[law]]", Reason.CODEBOOK_UNKNOWN_TABLE, "law", "law"),
    "a table that is not a list": Wrong(
        "crossings.toml", "[[crossing]]", "[crossing]", Reason.CODEBOOK_UNKNOWN_TABLE, "crossing", "crossing"
    ),
    "a table with something else than entries": Wrong(
        "codebook.toml", "\n", "\nvariable = [1]\n", Reason.CODEBOOK_UNKNOWN_TABLE, "variable", "variable"
    ),
    "no version": Wrong("codebook.toml", "version", "edition", Reason.CODEBOOK_MISSING, "codebook", "version"),
    "a version that is not year and number": Wrong(
        "codebook.toml", "2031.1", "next", Reason.CODEBOOK_FIELD, "codebook", "version"
    ),
    "a definition without English": Wrong(
        ENERGY, 'definition.en = "Electricity for light."', "", Reason.CODEBOOK_MISSING, LIGHT, "definition.en"
    ),
    "a name without Dutch": Wrong(
        CATEGORIES, 'nl = "rood", ', "", Reason.CODEBOOK_MISSING, "colour", "codes.0.name.nl"
    ),
    "an entry without an id": Wrong(ENERGY, 'id = "energy.light"', "", Reason.CODEBOOK_MISSING, "variable", "id"),
    "a field nobody knows": Wrong(
        ENERGY, "decimals = 0", "decimals = 0\ncolour = 1", Reason.CODEBOOK_FIELD, LIGHT, "colour"
    ),
    "a number that is not whole": Wrong(
        ENERGY, "centre = 100", "centre = 100.5", Reason.CODEBOOK_FIELD, LIGHT, "centre"
    ),
    "a unit nobody knows": Wrong(ENERGY, 'unit = "kWh"', 'unit = "BTU"', Reason.CODEBOOK_FIELD, LIGHT, "unit"),
    "two entries of one id": Wrong(
        NORMS, 'id = "light_round"', f'id = "{NORM}"', Reason.CODEBOOK_DUPLICATE, NORM, "id"
    ),
    "two codes alike": Wrong(CATEGORIES, 'code = "blue"', 'code = "red"', Reason.CODEBOOK_DUPLICATE, "colour", "codes"),
    "two levels alike in two trees": Wrong(
        TREES, 'id = "colour_each"', 'id = "shape_each"', Reason.CODEBOOK_DUPLICATE, "colour", "levels.shape_each"
    ),
    "a code called other": Wrong(CATEGORIES, 'code = "red"', 'code = "other"', CODE_TAKEN, "colour", "codes"),
    "a code called all": Wrong(CATEGORIES, 'code = "red"', 'code = "all"', CODE_TAKEN, "colour", "codes"),
    "a group called other": Wrong(TREES, 'code = "soft"', 'code = "other"', CODE_TAKEN, "shape", "levels.shape_half"),
    "a level called all": Wrong(TREES, 'id = "shape_half"', 'id = "all"', CODE_TAKEN, "shape", "levels.all"),
    "a crossing called all": Wrong("crossings.toml", 'id = "shape_x_colour"', 'id = "all"', CODE_TAKEN, "all", "id"),
    "a tree over an unknown category": Wrong(
        TREES, 'category = "shape"', 'category = "size"', UNKNOWN, "shape", "category"
    ),
    "a group with an unknown code": Wrong(
        TREES, COARSE, 'members = ["round", "flat"]', UNKNOWN, "shape", "levels.shape_half"
    ),
    "a code in no group": Wrong(
        TREES, COARSE, 'members = ["round"]', Reason.CODEBOOK_CODE_LEFT_OUT, "shape", "levels.shape_half"
    ),
    "a code in two groups": Wrong(
        TREES, COARSE, 'members = ["round", "long", "square"]', Reason.CODEBOOK_DUPLICATE, "shape", "levels.shape_half"
    ),
    "a tree whose finest level has groups": Wrong(
        TREES,
        '    { id = "shape_each", name = { nl = "Fijn", en = "Fine" } },\n',
        "",
        Reason.CODEBOOK_NOT_FINEST,
        "shape",
        "levels.shape_half",
    ),
    "a level that does not nest": Wrong(
        TREES,
        '    { id = "shape_each"',
        '    { id = "shape_pair", name = { nl = "Paar", en = "Pair" }, groups = [\n'
        '        { code = "a", name = { nl = "a", en = "a" }, members = ["round", "square"] },\n'
        '        { code = "b", name = { nl = "b", en = "b" }, members = ["long"] },\n    ] },\n'
        '    { id = "shape_each"',
        Reason.CODEBOOK_NOT_NESTED,
        "shape",
        "levels.shape_pair",
    ),
    "a crossing of an unknown level": Wrong(
        "crossings.toml", '"colour_each"', '"taste"', UNKNOWN, "shape_x_colour", "levels"
    ),
    "a crossing within one tree": Wrong(
        "crossings.toml",
        '"colour_each"',
        '"shape_each"',
        Reason.CODEBOOK_CROSSING_ONE_TREE,
        "shape_x_colour",
        "levels",
    ),
    "a crossing named as a level": Wrong(
        "crossings.toml", '"shape_x_colour"', '"shape_half"', Reason.CODEBOOK_DUPLICATE, "shape_half", "id"
    ),
    "a variable in another file than its theme": Wrong(
        ENERGY, 'theme = "energy"', 'theme = "home"', Reason.CODEBOOK_WRONG_THEME, LIGHT, "theme"
    ),
    "health data called ordinary": Wrong(
        ENERGY, 'consent = "energy"', 'consent = "health"', Reason.CODEBOOK_TOO_OPEN, LIGHT, "sensitivity"
    ),
    "income behind another consent called ordinary": Wrong(
        ENERGY,
        'consent = "energy"',
        'consent = "energy"\nalso_needs = ["income"]',
        Reason.CODEBOOK_TOO_OPEN,
        LIGHT,
        "sensitivity",
    ),
    "an unknown tree": Wrong(ENERGY, 'breakdown = "shape"', 'breakdown = "size"', UNKNOWN, LIGHT, "breakdown"),
    "an unknown crossing": Wrong(ENERGY, '["shape_x_colour"]', '["size_x_colour"]', UNKNOWN, LIGHT, "crossings"),
    "a bound for an unknown code": Wrong(ENERGY, "clip_by.round", "clip_by.flat", UNKNOWN, LIGHT, "clip_by"),
    "an empty clip": Wrong(
        ENERGY, "low = 0, high = 200", "low = 200, high = 200", Reason.CODEBOOK_CLIP_EMPTY, LIGHT, "clip"
    ),
    "a centre outside the bounds": Wrong(
        ENERGY, "centre = 100", "centre = 201", Reason.CODEBOOK_CENTRE, LIGHT, "centre"
    ),
    "bins that do not rise": Wrong(
        ENERGY, "bins = [0, 50, 100,", "bins = [0, 50, 50,", Reason.CODEBOOK_BINS_NOT_RISING, LIGHT, "bins"
    ),
    "bounds below the bins": Wrong(ENERGY, "bins = [0,", "bins = [1,", Reason.CODEBOOK_BINS_TOO_NARROW, LIGHT, "bins"),
    "bounds above the bins for one code": Wrong(
        ENERGY, "high = 180", "high = 201", Reason.CODEBOOK_BINS_TOO_NARROW, LIGHT, "bins"
    ),
    "bins between that do not cover": Wrong(
        ENERGY, "bins_between = [0,", "bins_between = [1,", Reason.CODEBOOK_BINS_TOO_NARROW, LIGHT, "bins_between"
    ),
    "nineteen bins between": Wrong(
        ENERGY, "bins_between = [0, 10,", "bins_between = [0,", Reason.CODEBOOK_BINS_BETWEEN, LIGHT, "bins_between"
    ),
    "bounds too wide for exact sums": Wrong(
        ENERGY,
        "{ low = 0, high = 200 }",
        "{ low = -671100, high = 200 }",
        Reason.CODEBOOK_BINS_TOO_NARROW,
        LIGHT,
        "bins",
    ),
    "a norm of an unknown variable": Wrong(
        NORMS, 'variable = "energy.light"', 'variable = "energy.dark"', UNKNOWN, NORM, "variable"
    ),
    "a norm in another unit": Wrong(NORMS, 'unit = "kWh"', 'unit = "m³"', Reason.CODEBOOK_NORM_UNIT, NORM, "unit"),
    "a norm without source": Wrong(NORMS, 'source = "Statistics"\nurl', "url", Reason.CODEBOOK_MISSING, NORM, "source"),
    "a norm without an address of its source": Wrong(
        NORMS, 'url = "https://example.org/light"', "", Reason.CODEBOOK_MISSING, NORM, "url"
    ),
    "a norm without boundary": Wrong(NORMS, 'boundary = "lamps"\n', "", Reason.CODEBOOK_MISSING, NORM, "boundary"),
    "a norm of an unknown boundary": Wrong(NORMS, 'boundary = "lamps"', 'boundary = "sun"', UNKNOWN, NORM, "boundary"),
    "two boundaries compared": Wrong(
        NORMS,
        SECOND_NORM,
        SECOND_NORM.replace("lamps", "street"),
        Reason.CODEBOOK_NORM_BOUNDARY,
        "light_round",
        "boundary",
    ),
    "a norm for a level out of reach": Wrong(
        NORMS, 'level = "shape_each"', 'level = "size_each"', UNKNOWN, "light_round", "level"
    ),
    "a norm for an unknown group": Wrong(NORMS, 'group = "round"', 'group = "flat"', UNKNOWN, "light_round", "group"),
    "a norm for a group without a level": Wrong(NORMS, 'level = "shape_each"\n', "", UNKNOWN, "light_round", "group"),
    "a norm outside the bounds": Wrong(
        NORMS, 'value = "110"', 'value = "1100"', Reason.CODEBOOK_NORM_OUTSIDE, NORM, "value"
    ),
    "a bound too close above the norm": Wrong(
        NORMS, 'value = "110"', 'value = "150"', Reason.CODEBOOK_NORM_ROOM, NORM, "value"
    ),
    "a bound too close above the norm of one group": Wrong(
        NORMS, 'value = "100"', 'value = "125"', Reason.CODEBOOK_NORM_ROOM, "light_round", "value"
    ),
}


def test_a_codebook_that_is_right_is_read() -> None:
    book = load(codebook_files())

    assert book.version == "2031.1"
    assert book.variable("energy.light").clip_for("round").high == 180
    assert book.variable("energy.light").clip_for("square").high == 200
    assert book.variable("energy.light").clip_for(None).high == 200
    assert [group.code for group in book.groups_of("shape_half")] == ["soft", "hard"]
    assert [group.code for group in book.groups_of("shape_each")] == ["round", "square", "long"]
    assert [norm.id for norm in book.norms_for("energy.light")] == ["light_2030", "light_round"]


def test_the_order_of_the_files_changes_nothing() -> None:
    files = codebook_files()

    assert load(dict(reversed(files.items()))).hash == load(files).hash


@pytest.mark.parametrize("name", WRONG)
def test_it_refuses(name: str) -> None:
    wrong = WRONG[name]

    with pytest.raises(BadInputError) as caught:
        load(with_change(wrong.file, wrong.old, wrong.new))

    details = caught.value.details
    assert (caught.value.reason, details["file"], details["entry"], details["field"]) == (
        wrong.reason,
        wrong.file,
        wrong.entry,
        wrong.field,
    )
    for said in (caught.value.say("nl"), caught.value.say("en")):
        assert wrong.file in said
        assert "?" not in said


def test_it_refuses_bytes_that_are_not_text() -> None:
    with pytest.raises(BadInputError) as caught:
        load({**codebook_files(), "home.toml": b"\xff\xfe"})

    assert (caught.value.reason, caught.value.details["file"]) == (Reason.CODEBOOK_NOT_TOML, "home.toml")


def test_it_refuses_a_codebook_without_variables() -> None:
    files = {name: text for name, text in codebook_files().items() if name not in {ENERGY, NORMS}}

    with pytest.raises(BadInputError) as caught:
        load(files)

    assert caught.value.reason is Reason.CODEBOOK_EMPTY


def test_it_refuses_no_files_at_all() -> None:
    with pytest.raises(BadInputError) as caught:
        load({})

    assert (caught.value.reason, caught.value.details["field"]) == (Reason.CODEBOOK_MISSING, "version")


def test_it_refuses_bounds_whose_squares_would_not_stay_exact() -> None:
    wide = SMALL[ENERGY].replace("low = 0", "low = -671100").replace("[0,", "[-700000,")

    with pytest.raises(BadInputError) as caught:
        load(codebook_files(energy_toml=wide))

    assert caught.value.reason is Reason.CODEBOOK_SQUARES


def test_it_refuses_a_crossing_of_too_many_cells() -> None:
    codes = ",".join(f'{{ code = "c{n}", name = {{ nl = "c", en = "c" }} }}' for n in range(101))
    colours = SMALL[CATEGORIES].split("[[category]]")[1]
    many = f'[[category]]{colours}\n[[category]]\nid = "colour"\nname = {{ nl = "K", en = "C" }}\nsource = "Marke"\n'

    with pytest.raises(BadInputError) as caught:
        load(codebook_files(categories_toml=f"{many}codes = [{codes}]\n"))

    assert (caught.value.reason, caught.value.details["cells"]) == (Reason.CODEBOOK_CROSSING_TOO_LARGE, 202)


def test_it_refuses_a_crossing_without_the_tree_of_the_variable() -> None:
    third = '[[category]]\nid = "age"\nname = { nl = "Leeftijd", en = "Age" }\nsource = "Marke"\ncodes = ['
    codes = (
        '{ code = "old", name = { nl = "oud", en = "old" } }, { code = "new", name = { nl = "nieuw", en = "new" } }]'
    )
    tree = '[[breakdown]]\nid = "age"\ncategory = "age"\nlevels = [{ id = "age_each", name = { nl = "L", en = "A" } }]'
    files = {
        **with_change("crossings.toml", '"shape_half"', '"age_each"'),
        "more.toml": f"{third}{codes}\n{tree}\n".encode(),
    }

    with pytest.raises(BadInputError) as caught:
        load(files)

    assert (caught.value.reason, caught.value.details["entry"]) == (Reason.CODEBOOK_CROSSING_OTHER_TREE, LIGHT)


def test_a_norm_that_covers_something_else_may_stand_as_context() -> None:
    files = with_change(NORMS, SECOND_NORM, f'use = "context"\n{SECOND_NORM.replace("lamps", "street")}')

    assert load(files).norms[1].use == "context"
