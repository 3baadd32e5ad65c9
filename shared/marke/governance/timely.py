"""When and for whom a question holds: its own dates and its audience; and what it must promise."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from marke.questions.check import Floors
from marke.questions.model import Question
from marke.reasons import Reason
from marke.signing.root import Constants


@dataclass(frozen=True)
class InTime:
    """The question holds now, for this collective."""


@dataclass(frozen=True)
class TooEarly:
    """The question does not hold yet."""

    not_before: datetime


@dataclass(frozen=True)
class Untimely:
    """The question does not hold any more, or was never meant for this collective."""

    reason: Reason


Timeliness: TypeAlias = InTime | TooEarly | Untimely


def timeliness(question: Question, *, collective: str, now: datetime) -> Timeliness:
    """Say whether a question holds at this moment for this collective."""
    if question.audience and collective not in question.audience:
        return Untimely(Reason.NOT_OUR_QUESTION)
    if now >= question.expires:
        return Untimely(Reason.QUESTION_EXPIRED)
    if now < question.not_before:
        return TooEarly(question.not_before)
    return InTime()


def floors_of(constants: Constants) -> Floors:
    """Return the least a question must promise under a root of trust."""
    return Floors(
        smallest_group=constants.smallest_group,
        smallest_group_special=constants.smallest_group_special,
        smallest_round=constants.smallest_round,
    )
