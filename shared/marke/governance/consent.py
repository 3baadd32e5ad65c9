"""Whose data may take part: a pure rule over the yeses of the adults of one household.

A household counts for a purpose only when every adult in it has said yes to every heap of data that is needed. No
answer is no. A withdrawal holds from its own moment. Health and income are never covered by a yes to everything: they
need a yes that names them (privacy.md 8; governance.md 1.2 L1).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from marke.codebook.model import ConsentCategory, Purpose

EXPLICIT_ONLY = frozenset({ConsentCategory.HEALTH, ConsentCategory.INCOME})
"""Heaps that need a yes of their own."""


@dataclass(frozen=True)
class Consent:
    """One yes of one adult: for one purpose, to one heap of data or (None) to all ordinary heaps."""

    purpose: Purpose
    category: ConsentCategory | None
    given: datetime
    withdrawn: datetime | None = None
    expires: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Say whether it is in force: given, not withdrawn, not expired."""
        ends = [end for end in (self.withdrawn, self.expires) if end is not None]
        return self.given <= now and all(now < end for end in ends)

    def covers(self, category: ConsentCategory) -> bool:
        """Say whether it is a yes to a heap: by its name, or as a yes to all ordinary ones."""
        return self.category is category or (self.category is None and category not in EXPLICIT_ONLY)


class WhyNot(StrEnum):
    """Why a household does not take part. Stays inside the collective."""

    NO_ADULTS = "no_adults"
    """Nobody is there who could say yes."""
    NO_CONSENT = "no_consent"
    """At least one adult has not said yes to something that is needed, or has withdrawn it."""


@dataclass(frozen=True)
class Counts:
    """The household takes part."""


@dataclass(frozen=True)
class CountsNot:
    """The household does not take part, and why."""

    why: WhyNot


Taking: TypeAlias = Counts | CountsNot


def counts(
    adults: Sequence[Collection[Consent]],
    *,
    purpose: Purpose,
    categories: Collection[ConsentCategory],
    now: datetime,
) -> Taking:
    """Decide for one household.

    `adults` holds the consents of each adult, an empty collection for one who answered nothing.
    """
    if not adults:
        return CountsNot(WhyNot.NO_ADULTS)
    for consents in adults:
        yes = [consent for consent in consents if consent.purpose is purpose and consent.holds(now)]
        if not all(any(consent.covers(category) for consent in yes) for category in categories):
            return CountsNot(WhyNot.NO_CONSENT)
    return Counts()
