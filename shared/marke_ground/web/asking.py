"""What a page shows a reading with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from marke.questions.check import CheckedQuestion
from marke_ground.web.figure_views import FigureView, group_name, reason_notes, unit_text
from marke_ground.web.i18n import Voice

OwnMeans: TypeAlias = Mapping[str, Decimal]
"""A collective's own means by group, in the unit of the variable; they exist on the node's own pages only."""


@dataclass(frozen=True)
class Asking:
    """What a page shows a reading with: the question, the language, one's own means, and the group chosen."""

    checked: CheckedQuestion
    voice: Voice
    own: OwnMeans
    group: str = ""

    @property
    def unit(self) -> str:
        """Return the unit of the variable as it stands behind a number."""
        return unit_text(self.checked.variable.unit, self.voice)

    def group_name(self, leaf: str) -> str:
        """Return what a group of the question is called."""
        return group_name(self.checked, leaf, self.voice)

    def notes(self, figures: Iterable[FigureView]) -> tuple[str, ...]:
        """Return a sentence for each reason why one of these figures, or its interval, is not there."""
        return reason_notes(figures, self.voice, fewest=self.checked.question.smallest_round)
