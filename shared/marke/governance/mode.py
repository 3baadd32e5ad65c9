"""How a collective decides on a question.

By itself, by its board, or by a rule that says no (governance.md 4.3, first form).

Members' votes and full policies come with the governance engine; until then everything that is not standing waits for
the board.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from marke.codebook.model import ConsentCategory, Purpose
from marke.questions.check import CheckedQuestion
from marke.questions.model import Publication
from marke.reasons import Reason


@dataclass(frozen=True)
class Standing:
    """What a collective decided once for all. A limit always beats a standing purpose."""

    purposes: frozenset[Purpose] = frozenset({Purpose.BENCHMARK})
    """Purposes that need no decision per question."""
    refused_categories: frozenset[ConsentCategory] = frozenset()
    """Heaps of data the collective never shares."""
    smallest_group: int = 0
    """Fewest households in a group that the collective demands a question to promise."""
    hold_public: bool = False
    """Whether the board looks at everything that will be published beyond the participants."""


class WhyHeld(StrEnum):
    """Why the board must look."""

    NOT_STANDING = "not_standing"
    """The purpose is not among the standing ones."""
    SPECIAL = "special"
    """It touches health or income, or groups households by something sensitive."""
    PUBLIC = "public"
    """The result will be public and the collective wants to look at those."""


@dataclass(frozen=True)
class Automatic:
    """The node answers by itself."""


@dataclass(frozen=True)
class HeldForBoard:
    """The board decides; silence is no."""

    why: tuple[WhyHeld, ...]


@dataclass(frozen=True)
class RefusedByRule:
    """A rule of the collective says no."""

    reason: Reason
    details: tuple[tuple[str, str | int], ...] = ()
    """What fills the sentence of the reason."""


Route: TypeAlias = Automatic | HeldForBoard | RefusedByRule


def route(checked: CheckedQuestion, standing: Standing) -> Route:
    """Return how a question is decided: limits first, then what the board must see, then by itself."""
    refused = sorted(checked.consents_needed & standing.refused_categories)
    if refused:
        return RefusedByRule(Reason.POLICY_CATEGORY, (("category", refused[0].value),))
    asked = checked.question.smallest_group
    if asked < standing.smallest_group:
        return RefusedByRule(Reason.POLICY_SMALLEST_GROUP, (("asked", asked), ("floor", standing.smallest_group)))
    held = {
        WhyHeld.NOT_STANDING: checked.question.purpose not in standing.purposes,
        WhyHeld.SPECIAL: checked.is_special,
        WhyHeld.PUBLIC: standing.hold_public and checked.question.publication is Publication.PUBLIC,
    }
    why = tuple(reason for reason, applies in held.items() if applies)
    return HeldForBoard(why) if why else Automatic()
