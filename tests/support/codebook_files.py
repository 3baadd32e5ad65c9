"""The data files of a codebook of one variable, right in every respect, to be made wrong one field at a time."""

from collections.abc import Mapping

SMALL: Mapping[str, str] = {
    "codebook.toml": 'version = "2031.1"\n',
    "categories.toml": """
[[category]]
id = "shape"
name = { nl = "Vorm", en = "Shape" }
source = "Marke"
codes = [
    { code = "round", name = { nl = "rond", en = "round" } },
    { code = "square", name = { nl = "vierkant", en = "square" } },
    { code = "long", name = { nl = "lang", en = "long" } },
]

[[category]]
id = "colour"
name = { nl = "Kleur", en = "Colour" }
source = "Marke"
codes = [
    { code = "red", name = { nl = "rood", en = "red" } },
    { code = "blue", name = { nl = "blauw", en = "blue" } },
]
""",
    "breakdowns.toml": """
[[breakdown]]
id = "shape"
category = "shape"
levels = [
    { id = "shape_half", name = { nl = "Grof", en = "Coarse" }, groups = [
        { code = "soft", name = { nl = "zacht", en = "soft" }, members = ["round", "long"] },
        { code = "hard", name = { nl = "hard", en = "hard" }, members = ["square"] },
    ] },
    { id = "shape_each", name = { nl = "Fijn", en = "Fine" } },
]

[[breakdown]]
id = "colour"
category = "colour"
levels = [{ id = "colour_each", name = { nl = "Kleur", en = "Colour" } }]
""",
    "crossings.toml": """
[[crossing]]
id = "shape_x_colour"
name = { nl = "Vorm en kleur", en = "Shape and colour" }
levels = ["shape_half", "colour_each"]
""",
    "energy.toml": """
[[variable]]
id = "energy.light"
theme = "energy"
name = { nl = "Licht", en = "Light" }
definition.nl = "Stroom voor licht."
definition.en = "Electricity for light."
unit = "kWh"
decimals = 0
granularities = ["year"]
clip = { low = 0, high = 200 }
clip_by.round = { low = 0, high = 180 }
centre = 100
bins = [0, 50, 100, 150, 200]
bins_between = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200]
consent = "energy"
sensitivity = "ordinary"
breakdown = "shape"
crossings = ["shape_x_colour"]
computation.nl = "Som van de dagen."
computation.en = "Sum of the days."
source = "Meter"
""",
    "norms.toml": """
[[boundary]]
id = "lamps"
text = { nl = "Lampen in huis.", en = "Lamps in the home." }

[[boundary]]
id = "street"
text = { nl = "Ook de straat.", en = "The street too." }

[[norm]]
id = "light_2030"
variable = "energy.light"
value = "110"
unit = "kWh"
year = "2030"
population = { nl = "alle huishoudens", en = "all households" }
geography = "NL"
boundary = "lamps"
source = "Statistics"
url = "https://example.org/light"
confidence = "source"

[[norm]]
id = "light_round"
variable = "energy.light"
value = "100"
unit = "kWh"
year = "2030"
population = { nl = "alle huishoudens", en = "all households" }
geography = "NL"
boundary = "lamps"
level = "shape_each"
group = "round"
source = "Statistics"
confidence = "memory"
""",
}


def codebook_files(**changed: str) -> dict[str, bytes]:
    """Return the files as bytes; `energy_toml="..."` puts another text in place of a file's own."""
    texts = dict(SMALL) | {name.replace("_toml", ".toml"): text for name, text in changed.items()}
    return {name: text.encode("utf-8") for name, text in texts.items()}


def with_change(file: str, old: str, new: str) -> dict[str, bytes]:
    """Return the files with one piece of text replaced, which must be there."""
    if old not in SMALL[file]:
        raise LookupError(f"{old} is not in {file}")
    return {**codebook_files(), file: SMALL[file].replace(old, new, 1).encode("utf-8")}
