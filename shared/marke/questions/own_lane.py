"""From a checked question to the disclosure rules of its own-lane answer: the strictest of everybody's k counts."""

from marke.codebook.model import Sensitivity
from marke.privacy.rules import COUNT_BASE, Rules
from marke.questions.check import CheckedQuestion
from marke.questions.layout import in_order


def own_rules(checked: CheckedQuestion, *, smallest_group: int = 0) -> Rules:
    """Return the rules for an answer; `smallest_group` is what the collective itself demands, at least."""
    return Rules(
        smallest_group=max(checked.question.smallest_group, smallest_group),
        shows=tuple(statistic.value for statistic in in_order(checked.question.bundle.statistics)),
        parents=checked.sensitive_parents,
        values_are_sensitive=checked.variable.sensitivity is not Sensitivity.ORDINARY,
        smallest_sum_base=COUNT_BASE * checked.variable.clip.high if checked.variable.is_yes_or_no else 1,
    )
