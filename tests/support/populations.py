"""Random households for a question, split over random collectives."""

import time
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from marke.privacy.groups import Group
from marke.questions.check import CheckedQuestion
from marke.questions.grouping import bounds_of, leaf_of
from marke.questions.reference import Known
from marke.questions.tally import group
from support.small_codebook import checked


def households(question: CheckedQuestion) -> st.SearchStrategy[Known]:
    """Return a strategy for one household with a code in each category that is asked, and a value around the bounds."""
    asked = {axis.category.id: st.sampled_from([*sorted(axis.group_of), "not known"]) for axis in question.axes}
    own = {question.own_category: st.sampled_from([*sorted(question.variable.clip_by), "not known"])}
    codes = st.fixed_dictionaries(own | asked)
    ends = [end for clip in question.clips.values() for end in (clip.low, clip.high)]
    return st.builds(Known, codes, st.integers(min(ends) - 20, max(ends) + 20))


@st.composite
def collectives(draw: st.DrawFn, question: CheckedQuestion) -> Mapping[str, Sequence[Known]]:
    """Draw up to four collectives of up to 300 households.

    Hypothesis picks a few dozen distinct households; each stands a number of times, so that fair groups appear.
    """
    kinds = draw(st.lists(households(question), min_size=1, max_size=20))
    found = {}
    for number in range(draw(st.integers(1, 4))):
        times = draw(st.lists(st.integers(0, 15), min_size=len(kinds), max_size=len(kinds)))
        found[f"collective {number}"] = [kind for kind, many in zip(kinds, times, strict=True) for _ in range(many)]
    return found


def records(question: CheckedQuestion, held: Sequence[Known]) -> list[tuple[str, int]]:
    """Return (leaf, value) records as a node makes them."""
    found = []
    for one in held:
        leaf, bounds = leaf_of(question, one.codes), bounds_of(question, one.codes)
        if leaf is not None:
            found.append((leaf, min(max(one.value, bounds.low), bounds.high)))
    return found


def asked(households_count: int) -> tuple[Mapping[str, Group], float]:
    """Tally a made-up node three times; return the groups and the least CPU seconds it took."""
    question = checked()
    listed = [(question.leaves[number % 3], number * 7919 % 4500) for number in range(households_count)]
    best, found = 1e9, group(question, [])
    for _ in range(3):
        start = time.process_time()
        found = group(question, listed)
        best = min(best, time.process_time() - start)
    return found, best
