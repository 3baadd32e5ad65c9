"""The one road from a question to an answer: an ordered list of typed steps that fails closed (architecture 1.5).

Each step looks at the context and returns `Proceed`, `Refused` or `Deferred`; the first that does not proceed ends the
walk. Deciding walks the steps up to the size of the cohort; answering walks all of them again and then computes. Both
walks are plain lists, so that a test can put itself between any two steps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias, TypeVar, assert_never

from marke.codebook.model import Codebook
from marke.errors import MarkeError, ProgrammerError, StorageError, UnreachableError
from marke.governance.mode import Standing
from marke.privacy.groups import Group
from marke.privacy.own_table import OwnTable
from marke.protocol.messages import Cell, Contribution, RefusalClass
from marke.protocol.refusals import class_of
from marke.questions.check import CheckedQuestion
from marke.questions.model import Question
from marke.reasons import Reason
from marke.signing.keys import PrivateKey
from marke.signing.trust import TrustState
from marke.vocabulary.actor import Actor
from marke_ground.store.engine import Session
from marke_node.services.gather_records import Cohort

T = TypeVar("T")


class StepName(StrEnum):
    """The steps that exist, in the order of the walk."""

    VERIFY = "verify"
    FRESH = "fresh"
    CODEBOOK = "codebook"
    FLOORS = "floors"
    POLICY = "policy"
    COHORT = "cohort"
    SIZE = "size"
    ONCE = "once"
    TALLY = "tally"
    PROTECT = "protect"
    ROUND = "round"
    SIGN = "sign"
    SEND = "send"


class NotBuilt(StrEnum):
    """Steps of the design that this version does not have. They are absent from the capabilities, and said aloud."""

    LOG_INCLUSION = "log_inclusion"
    DIFFERENCING = "differencing"
    BUDGET = "budget"
    NOISE = "noise"
    SEAL = "seal"


@dataclass(frozen=True)
class Signer:
    """As whom the node signs."""

    collective: str
    key: PrivateKey


@dataclass(frozen=True)
class Standpoint:
    """From where the node looks at any question: whom it trusts, what words mean, and who it is itself."""

    trust: TrustState
    codebook: Codebook
    signer: Signer


@dataclass(frozen=True)
class StoredAnswer:
    """The collective's one answer under a release key: new and not yet written, or found."""

    release_key: str
    layout_hash: str
    purpose: str
    smallest_group: int
    households: int
    cells: tuple[Cell, ...]
    bins_hidden: int
    unrounded: tuple[Cell, ...] = ()
    means: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Group -> sum in steps and number of households; only for a place on a distribution, and never sent."""
    is_found: bool = False


@dataclass(frozen=True)
class Context:
    """What the steps know so far. The first block is given; each step fills in its own part of the second."""

    session: Session
    standpoint: Standpoint
    by: Actor
    now: datetime
    round_id: str
    question_envelope: bytes
    question_hash: str
    standing: Standing
    board_agreed: bool = False
    """The board approved this very question, or the decision to accept stands."""

    question: Question | None = None
    checked: CheckedQuestion | None = None
    smallest_group: int | None = None
    cohort: Cohort | None = field(default=None, repr=False)
    groups: Mapping[str, Group] | None = field(default=None, repr=False)
    table: OwnTable | None = field(default=None, repr=False)
    answer: StoredAnswer | None = field(default=None, repr=False)
    contribution: Contribution | None = field(default=None, repr=False)
    envelope: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Proceed:
    """The step found nothing against it."""

    context: Context


@dataclass(frozen=True)
class Refused:
    """The answer is no. The hub hears the class only (decisions 6); the reason stays inside the collective."""

    reason: Reason
    details: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def refusal(self) -> RefusalClass:
        """Return the word that the hub hears."""
        return class_of(self.reason)


@dataclass(frozen=True)
class Deferred:
    """Not now: people decide, or it is too early. Asked again later."""

    reason: Reason


Outcome: TypeAlias = Proceed | Refused | Deferred


@dataclass(frozen=True)
class Step:
    """One step: its name and what it does."""

    name: StepName
    run: Callable[[Context], Outcome]


def walk(steps: Sequence[Step], context: Context) -> Outcome:
    """Take the steps in order; the first refusal or deferral ends it.

    An error inside a step is a refusal (nothing is answered that could not be checked), except when the disk, the
    database or the network failed: that says nothing about the question, so it is raised.
    """
    outcome: Outcome = Proceed(context)
    for step in steps:
        match outcome:
            case Proceed(context=reached):
                outcome = _take(step, reached)
            case Refused() | Deferred():
                return outcome
            case never:
                assert_never(never)
    return outcome


def _take(step: Step, context: Context) -> Outcome:
    try:
        return step.run(context)
    except (StorageError, UnreachableError):
        raise
    except MarkeError as error:
        return Refused(error.reason, error.details)


def filled(value: T | None) -> T:
    """Return what an earlier step filled in; a list of steps in the wrong order is a mistake of ours."""
    if value is None:
        raise ProgrammerError("a step ran before the step that it builds on")
    return value
