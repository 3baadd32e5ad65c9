"""The question that approvers sign: one bundle of statistics of one variable, and the readings to finish from it.

Decisions 1 to 3: the signed unit is a bundle; readings are finished from its sum; there is no filter field.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from marke.codebook.model import Purpose
from marke.errors import BadInputError
from marke.reasons import Reason
from marke.vocabulary.document import Bilingual, Document, Instant, Line, Sha256
from marke.vocabulary.ids import Code, CollectiveId, VariableId
from marke.vocabulary.periods import PeriodText


class Statistic(StrEnum):
    """What is added up per group of households."""

    COUNT = "count"
    SUM = "sum"
    SQUARES = "squares"
    BINS = "bins"
    PLACE = "place"
    """One-hot of the collective's own mean over the variable's `bins_between`; asked alone, by `distribution`."""


class Reading(StrEnum):
    """What is finished from the summed bundle. Kinds that are not built yet are absent (`docs/reference`)."""

    TABLE = "table"
    MEAN = "mean"
    HISTOGRAM = "histogram"
    QUANTILE = "quantile"
    TREND = "trend"
    DISTRIBUTION = "distribution"


def _known_reading(reading: object) -> object:
    """Refuse a kind that does not exist here in words of its own: an older node says what it does know."""
    known = [kind.value for kind in Reading]
    if isinstance(reading, str) and reading not in known:
        raise BadInputError(Reason.UNKNOWN_READING, field="readings", reading=reading[:40], known=", ".join(known))
    return reading


class Lane(StrEnum):
    """Who sees what (privacy.md 0). The sealed lane is not built yet, so no value for it exists."""

    OWN = "own"


class Recipient(StrEnum):
    """Who receives the result."""

    CONSORTIUM = "consortium"
    MEMBER_COLLECTIVES = "member_collectives"
    MUNICIPALITY = "municipality"
    PROVINCE = "province"
    MINISTRY = "ministry"
    RESEARCH = "research"


class Publication(StrEnum):
    """Who may see the result after that."""

    PARTICIPANTS = "participants"
    PUBLIC = "public"


class Bundle(Document):
    """One layout, one round, one debit. Its key is answered once; asking again returns the stored answer."""

    variable: VariableId
    period: PeriodText
    breakdown: Code
    """`all`, the id of a level of the variable's tree, or of a listed crossing."""
    statistics: tuple[Statistic, ...] = Field(min_length=1)
    revision: Annotated[int, Field(ge=1)] = 1
    """A correction of the frozen roster makes a new revision, which is a new question."""


class Windows(Document):
    """Deadlines of a question (decisions 4): first decide, then contribute."""

    decide_until: Instant
    contribute_minutes: Annotated[int, Field(ge=1, le=60 * 24 * 31)]


class Question(Document):
    """A signed aggregate question. Valid by the threshold of approvers; the hub's key never authorises one."""

    type: Literal["marke/question/1"] = "marke/question/1"
    title: Bilingual
    reason: Bilingual
    """Why it is asked and what will be done with the answer."""
    bundle: Bundle
    readings: tuple[Annotated[Reading, BeforeValidator(_known_reading)], ...] = Field(min_length=1)
    codebook: Line
    codebook_hash: Sha256
    lane: Lane
    purpose: Purpose
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    publication: Publication
    smallest_group: Annotated[int, Field(ge=5)]
    """k that the question promises at least; every node applies the strictest of this, its own and the floor."""
    smallest_round: Annotated[int, Field(ge=1)]
    """Fewest answering collectives for any figure to be finished."""
    audience: tuple[CollectiveId, ...] = ()
    """The collectives it is for; empty means every collective of the directory."""
    requester: Line
    nonce: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    not_before: Instant
    expires: Instant
    windows: Windows


def release_key(bundle: Bundle) -> str:
    """Return the key under which a bundle is answered once (decisions 1)."""
    statistics = "+".join(sorted(bundle.statistics))
    return f"{bundle.variable}|{bundle.period}|{bundle.breakdown}|{statistics}|{bundle.revision}"
