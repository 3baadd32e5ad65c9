"""The codebook as values. A node and a hub that hold the same hash mean the same thing by every word in a question."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from marke.errors import BadInputError
from marke.reasons import Reason
from marke.vocabulary.document import Bilingual, Document, Line, Paragraph
from marke.vocabulary.ids import Code, VariableId, content_hash
from marke.vocabulary.units import Unit

DecimalText = Annotated[str, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
"""An exact decimal number as text: the signed documents hold no floats."""

CodeText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]{0,40}$")]
"""The code of a category: as `Code`, and capitals for official area codes such as GM0003."""

ALL = "all"
"""The root level of every breakdown: everybody in one group."""

OTHER = "other"
"""The star bucket: the leaf that pools the groups which are too small to stand alone. No category may use this code."""


class Theme(StrEnum):
    """What part of life a variable is about."""

    ENERGY = "energy"
    MOBILITY = "mobility"
    FOOD = "food"
    GOODS = "goods"
    HOME = "home"
    COHESION = "cohesion"
    HEALTH = "health"
    NATURE = "nature"
    CLIMATE = "climate"
    PARTICIPATION = "participation"
    FOOTPRINT = "footprint"
    COLLECTIVE = "collective"


class ConsentCategory(StrEnum):
    """The heaps of data a member says yes or no to, each apart."""

    ENERGY = "energy"
    MOBILITY = "mobility"
    FOOD = "food"
    GOODS = "goods"
    HOME = "home"
    COHESION = "cohesion"
    INCOME = "income"
    HEALTH = "health"
    NATURE = "nature"
    PARTICIPATION = "participation"
    COLLECTIVE_PROFILE = "collective_profile"


class Purpose(StrEnum):
    """What the data may be used for; a member consents per purpose."""

    BENCHMARK = "benchmark"
    RESEARCH = "research"
    POLICY_EVALUATION = "policy_evaluation"
    NATIONAL_STATISTIC = "national_statistic"
    GRID_PLANNING = "grid_planning"


class Sensitivity(StrEnum):
    """How much harm a disclosure could do; it sets the smallest group (privacy.md 8)."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"
    SPECIAL = "special"


class Subject(StrEnum):
    """Whom one value describes."""

    HOUSEHOLD = "household"
    COLLECTIVE = "collective"


class Category(Document):
    """A closed list of codes, such as the dwelling types."""

    id: Code
    name: Bilingual
    codes: tuple["CategoryCode", ...] = Field(min_length=2)
    code_year: int | None = None
    """Year of the division for areas; absent for lists that do not change."""
    source: Line
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    consent: ConsentCategory | None = None
    """The heap a member must also have said yes to before their household is grouped by this list, such as income."""


class CategoryCode(Document):
    """One code of a category and what it is called."""

    code: CodeText
    name: Bilingual


class Level(Document):
    """One way to group: the codes of a category as they are, or gathered into coarser groups."""

    id: Code
    name: Bilingual
    groups: tuple["Group", ...] = ()
    """Empty for the finest level (every code its own group)."""


class Group(Document):
    """Some codes of a category under one name."""

    code: CodeText
    name: Bilingual
    members: tuple[str, ...] = Field(min_length=1)


class Breakdown(Document):
    """A tree of groupings over one category: `all`, then coarser levels, then the codes themselves (decisions 2)."""

    id: Code
    category: Code
    levels: tuple[Level, ...] = Field(min_length=1)
    """Coarse to fine, without `all`, which every tree has."""


class Crossing(Document):
    """Two levels of two breakdowns crossed; only the crossings listed here can be asked."""

    id: Code
    name: Bilingual
    levels: tuple[Code, Code]


class Clip(Document):
    """The bounds a household's value is clipped to before it is added, in steps of the variable."""

    low: int
    high: int


class Variable(Document):
    """Something that is known of a household (or of the collective itself) in one period."""

    id: VariableId
    theme: Theme
    name: Bilingual
    definition: Bilingual
    subject: Subject = Subject.HOUSEHOLD
    unit: Unit
    decimals: Annotated[int, Field(ge=0, le=3)]
    """Facts are whole steps of 10^-decimals unit."""
    granularities: tuple[Literal["year", "quarter", "month", "day"], ...] = Field(min_length=1)
    clip: Clip
    clip_by: Mapping[Code, Clip] = Field(default_factory=dict)
    """Other bounds for some codes of the variable's own breakdown category."""
    centre: int
    """Public centre for sums of squares, in steps: keeps them small and exact (statistics.md 4)."""
    bins: tuple[int, ...] = Field(min_length=3)
    """Edges in steps, rising: bin i holds edge[i] <= value < edge[i+1]; the top edge itself falls in the last bin."""
    bins_between: tuple[int, ...] = Field(min_length=3)
    """Edges for the mean of a whole collective, for `distribution`."""
    consent: ConsentCategory
    also_needs: tuple[ConsentCategory, ...] = ()
    """Further heaps the value is computed from; a household counts only with consent for every one."""
    sensitivity: Sensitivity
    breakdown: Code
    """The one tree of groupings of this variable."""
    crossings: tuple[Code, ...] = ()
    computation: Bilingual
    """How a node computes the value from readings, answers or registrations."""
    source: Line
    indicator: Line | None = None
    """Number of the indicator in the consortium's list, where there is one."""

    @property
    def is_yes_or_no(self) -> bool:
        """Return whether a value is an answer, 0 or 100 %, so that a sum is a count of those who say yes."""
        return self.unit == "%" and self.bins == (self.clip.low, self.clip.low + 1, self.clip.high - 1, self.clip.high)

    @property
    def consents(self) -> tuple[ConsentCategory, ...]:
        """Return every heap a household must have said yes to before its value counts."""
        return (self.consent, *self.also_needs)

    def clip_for(self, code: str | None) -> Clip:
        """Return the bounds for a household with this code of the tree's own category; None when it is not known."""
        return self.clip if code is None else self.clip_by.get(code, self.clip)

    @property
    def clips(self) -> tuple[Clip, ...]:
        """Return every pair of bounds in use, the general one first."""
        return (self.clip, *self.clip_by.values())


class Norm(Document):
    """A published comparison value. Its boundary says what it covers; two norms of different boundary never meet."""

    id: Code
    variable: VariableId
    value: DecimalText
    unit: Unit
    year: Line
    population: Bilingual
    geography: Line
    boundary: Bilingual
    """What the figure covers. Only norms with the boundary of the variable itself are a benchmark (`use`)."""
    use: Literal["compare", "context"] = "compare"
    """`compare`: covers the same as the variable. `context`: covers something else, and is only ever told as such."""
    level: Code = ALL
    """The level of a tree the group belongs to."""
    group: CodeText = ALL
    """The code of the breakdown group the norm is for."""
    source: Line
    url: str = ""
    """Empty only for what was derived or remembered."""
    confidence: Literal["source", "derived", "secondary", "memory"]
    note: Paragraph | None = None


class Codebook(Document):
    """One version of everything that can be asked about."""

    version: Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}\.[0-9]+$")]
    categories: tuple[Category, ...]
    breakdowns: tuple[Breakdown, ...]
    crossings: tuple[Crossing, ...]
    variables: tuple[Variable, ...]
    norms: tuple[Norm, ...]

    @cached_property
    def hash(self) -> str:
        """Return the content hash that questions and the directory name."""
        return content_hash(self.to_bytes())

    def variable(self, wanted: str) -> Variable:
        """Return a variable by id; raises BadInputError(UNKNOWN_VARIABLE)."""
        for variable in self.variables:
            if variable.id == wanted:
                return variable
        raise BadInputError(Reason.UNKNOWN_VARIABLE, variable=wanted[:80], codebook=self.version)

    def category(self, wanted: str) -> Category:
        """Return a category by id; raises BadInputError(UNKNOWN_CATEGORY)."""
        for category in self.categories:
            if category.id == wanted:
                return category
        raise BadInputError(Reason.UNKNOWN_CATEGORY, category=wanted[:80], codebook=self.version)

    def breakdown(self, wanted: str) -> Breakdown:
        """Return a tree of groupings by id; raises BadInputError(UNKNOWN_BREAKDOWN)."""
        for breakdown in self.breakdowns:
            if breakdown.id == wanted:
                return breakdown
        raise BadInputError(Reason.UNKNOWN_BREAKDOWN, breakdown=wanted[:80], codebook=self.version)

    def tree_of(self, level: str) -> Breakdown:
        """Return the tree a level belongs to; raises BadInputError(UNKNOWN_BREAKDOWN)."""
        for breakdown in self.breakdowns:
            if any(found.id == level for found in breakdown.levels):
                return breakdown
        raise BadInputError(Reason.UNKNOWN_BREAKDOWN, breakdown=level[:80], codebook=self.version)

    def groups_of(self, level: str) -> tuple[Group, ...]:
        """Return the groups of a level; at the finest level every code is its own group.

        Raises BadInputError(UNKNOWN_BREAKDOWN, UNKNOWN_CATEGORY).
        """
        tree = self.tree_of(level)
        found = next(each for each in tree.levels if each.id == level)
        if found.groups:
            return found.groups
        codes = self.category(tree.category).codes
        return tuple(Group(code=each.code, name=each.name, members=(each.code,)) for each in codes)

    def crossing(self, wanted: str) -> Crossing:
        """Return a crossing by id; raises BadInputError(UNKNOWN_BREAKDOWN)."""
        for crossing in self.crossings:
            if crossing.id == wanted:
                return crossing
        raise BadInputError(Reason.UNKNOWN_BREAKDOWN, breakdown=wanted[:80], codebook=self.version)

    def norms_for(self, variable: str) -> tuple[Norm, ...]:
        """Return the comparison values of a variable, in the order of the data file."""
        return tuple(norm for norm in self.norms if norm.variable == variable)
