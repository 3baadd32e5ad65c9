"""Everything a question may and may not say, checked against the codebook.

Both the hub (drafting) and every node run it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from marke.clock import instant_to_text
from marke.codebook.model import OTHER, Clip, Codebook, ConsentCategory, Sensitivity, Subject, Variable
from marke.errors import BadInputError
from marke.questions.axes import Axis, axes_of, clips_of, known_breakdowns, leaves_of, sensitive_parents
from marke.questions.kinds import KINDS
from marke.questions.layout import MOST_LEAVES, Layout, columns_of
from marke.questions.model import Question, Statistic
from marke.reasons import Reason
from marke.vocabulary.ids import content_hash
from marke.vocabulary.periods import Period

_LONGEST_LEAF = 41


@dataclass(frozen=True)
class Floors:
    """The least a question must promise. The root of trust may be stricter than these, never laxer (privacy.md 8)."""

    smallest_group: int = 10
    smallest_group_special: int = 15
    """For health, income, and whatever is grouped by something sensitive."""
    smallest_round: int = 1


HARD_FLOORS = Floors()


@dataclass(frozen=True)
class CheckedQuestion:
    """A question that fits the codebook, with all that follows from the two. Nothing else is asked of a node's data."""

    question: Question
    variable: Variable
    period: Period
    axes: tuple[Axis, ...]
    layout: Layout
    clips: Mapping[str, Clip]
    """Leaf -> bounds that hold every value of its households after each is clipped by its own code, in steps."""
    own_category: str
    """The category of the variable's own tree: its code decides to what bounds a household's value is clipped."""
    sensitive_parents: tuple[Mapping[str, str], ...]
    is_special: bool
    """Whether it touches health, income or a sensitive grouping."""

    @property
    def leaves(self) -> tuple[str, ...]:
        """Return the groups, without the star bucket."""
        return self.layout.leaves

    @property
    def categories_needed(self) -> frozenset[str]:
        """Return the categories whose code of a household must be known."""
        return frozenset(axis.category.id for axis in self.axes)

    @property
    def consents_needed(self) -> frozenset[ConsentCategory]:
        """Return the heaps of data every adult of a household must have said yes to, for the question's purpose."""
        grouped = {axis.category.consent for axis in self.axes if axis.category.consent is not None}
        return frozenset({*self.variable.consents, *grouped})

    @cached_property
    def hash(self) -> str:
        """Return the hash of the question."""
        return question_hash(self.question)


def question_hash(question: Question) -> str:
    """Return the content hash of a question: what decisions, rounds, contributions and results name."""
    return content_hash(question.to_bytes())


def check(question: Question, codebook: Codebook, *, floors: Floors = HARD_FLOORS) -> CheckedQuestion:
    """Check a question against the codebook and return what follows from it.

    Raises BadInputError with a reason of its own for every rule, naming the field of the question.
    """
    _check_codebook(question, codebook)
    variable = codebook.variable(question.bundle.variable)
    if variable.subject is not Subject.HOUSEHOLD:
        raise _no(Reason.QUESTION_NOT_ABOUT_HOUSEHOLDS, "bundle.variable", variable=variable.id)
    period = _check_period(question, variable)
    axes = _check_breakdown(question, variable, codebook)
    layout = _check_layout(question, variable, axes)
    _check_statistics(question, variable)
    _check_lists(question)
    _check_windows(question)
    is_special = _is_special(variable, axes)
    _check_floors(question, floors, is_special=is_special)
    own = codebook.category(codebook.breakdown(variable.breakdown).category)
    return CheckedQuestion(
        question=question,
        variable=variable,
        period=period,
        axes=axes,
        layout=layout,
        clips=clips_of(variable, axes, own),
        own_category=own.id,
        sensitive_parents=sensitive_parents(axes),
        is_special=is_special,
    )


def _no(reason: Reason, field: str, **details: str | int) -> BadInputError:
    return BadInputError(reason, field=field, **details)


def _check_codebook(question: Question, codebook: Codebook) -> None:
    if question.codebook != codebook.version:
        raise _no(Reason.QUESTION_OTHER_CODEBOOK, "codebook", asked=question.codebook[:20], codebook=codebook.version)
    if question.codebook_hash != codebook.hash:
        raise _no(Reason.QUESTION_OTHER_CODEBOOK_HASH, "codebook_hash", codebook=codebook.version)


def _check_period(question: Question, variable: Variable) -> Period:
    period = Period.parse(question.bundle.period)
    if period.granularity.value not in variable.granularities:
        raise _no(
            Reason.QUESTION_GRANULARITY,
            "bundle.period",
            variable=variable.id,
            asked=period.granularity.value,
            known=", ".join(variable.granularities),
        )
    if period.after > question.not_before.date():
        raise _no(Reason.QUESTION_PERIOD_NOT_OVER, "bundle.period", period=str(period))
    return period


def _check_breakdown(question: Question, variable: Variable, codebook: Codebook) -> tuple[Axis, ...]:
    axes = axes_of(variable, question.bundle.breakdown, codebook)
    if axes is None:
        raise _no(
            Reason.QUESTION_BREAKDOWN,
            "bundle.breakdown",
            variable=variable.id,
            breakdown=question.bundle.breakdown,
            known=", ".join(known_breakdowns(variable, codebook)),
        )
    return axes


def _check_layout(question: Question, variable: Variable, axes: tuple[Axis, ...]) -> Layout:
    leaves = leaves_of(axes)
    breakdown = question.bundle.breakdown
    if len(leaves) > MOST_LEAVES:
        raise _no(
            Reason.QUESTION_TOO_MANY_GROUPS,
            "bundle.breakdown",
            breakdown=breakdown,
            groups=len(leaves),
            most=MOST_LEAVES,
        )
    times = Counter(leaves)
    for leaf in leaves:
        if leaf == OTHER or len(leaf) > _LONGEST_LEAF or times[leaf] > 1:
            raise _no(Reason.QUESTION_GROUP_CODE, "bundle.breakdown", code=leaf[:80])
    return Layout(leaves, columns_of(variable, question.bundle.statistics))


def _check_statistics(question: Question, variable: Variable) -> None:
    asked = frozenset(question.bundle.statistics)
    if Statistic.SQUARES in asked and variable.is_yes_or_no:
        # they would count the yeses once more, without the rounding of counts
        raise _no(
            Reason.QUESTION_SQUARES_OF_YES_OR_NO,
            "bundle.statistics",
            variable=variable.id,
            statistic=Statistic.SQUARES.value,
        )
    kinds = {reading: KINDS[reading] for reading in question.readings}
    if Statistic.PLACE in asked and len(asked) > 1:
        raise _no(Reason.QUESTION_PLACE_ALONE, "bundle.statistics")
    for reading, kind in kinds.items():
        for statistic in sorted(kind.needs - asked):
            raise _no(
                Reason.QUESTION_STATISTIC_MISSING,
                "bundle.statistics",
                reading=reading.value,
                statistic=statistic.value,
            )
    for statistic in sorted(asked - frozenset().union(*(kind.uses for kind in kinds.values()))):
        raise _no(Reason.QUESTION_STATISTIC_UNUSED, "bundle.statistics", statistic=statistic.value)


def _check_lists(question: Question) -> None:
    lists: tuple[tuple[str, Iterable[str]], ...] = (
        ("bundle.statistics", question.bundle.statistics),
        ("readings", question.readings),
        ("recipients", question.recipients),
        ("audience", question.audience),
    )
    for field, names in lists:
        for name, times in Counter(names).items():
            if times > 1:
                raise _no(Reason.QUESTION_NAMED_TWICE, field, name=str(name))


def _check_windows(question: Question) -> None:
    until = question.windows.decide_until
    last_answer = until.timestamp() + 60 * question.windows.contribute_minutes
    rules = (
        ("windows.decide_until", "not_before", question.not_before.timestamp(), until.timestamp(), True),
        ("windows.contribute_minutes", "windows", last_answer, question.expires.timestamp(), False),
    )
    for field, earlier, first, second, is_strict in rules:
        if first > second or (is_strict and first == second):
            later = instant_to_text(until) if is_strict else instant_to_text(question.expires)
            raise _no(Reason.QUESTION_WINDOWS, field, earlier=earlier, later=later)


def _is_special(variable: Variable, axes: tuple[Axis, ...]) -> bool:
    return (
        variable.sensitivity is Sensitivity.SPECIAL
        or not {ConsentCategory.HEALTH, ConsentCategory.INCOME}.isdisjoint(variable.consents)
        or any(axis.category.sensitivity is not Sensitivity.ORDINARY for axis in axes)
        or any(axis.category.consent is ConsentCategory.INCOME for axis in axes)
    )


def _check_floors(question: Question, floors: Floors, *, is_special: bool) -> None:
    least = max(floors.smallest_group, HARD_FLOORS.smallest_group)
    if is_special:
        least = max(least, floors.smallest_group_special, HARD_FLOORS.smallest_group_special)
    if question.smallest_group < least:
        raise _no(Reason.QUESTION_GROUP_TOO_SMALL, "smallest_group", asked=question.smallest_group, floor=least)
    if question.smallest_round < floors.smallest_round:
        raise _no(
            Reason.QUESTION_ROUND_TOO_SMALL,
            "smallest_round",
            asked=question.smallest_round,
            floor=floors.smallest_round,
        )
