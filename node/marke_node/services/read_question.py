"""One question in full: what it asks in plain words, what was decided and given, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from marke.codebook.model import Codebook
from marke.errors import BadInputError, NotFoundError, UntrustedError
from marke.governance.mode import HeldForBoard, Standing, WhyHeld, route
from marke.protocol.messages import Cell, Coverage, Result, Void
from marke.questions.check import CheckedQuestion, check
from marke.questions.explain import explain
from marke.questions.own_lane import own_rules
from marke.reasons import Language, Reason
from marke.signing.envelope import Envelope
from marke.statistics.readings import FinishedReading
from marke_ground.store.engine import Session
from marke_node.services.gather_records import foresee
from marke_node.services.pipeline import NotBuilt
from marke_node.services.pipeline_steps import NOT_BUILT
from marke_node.services.read_register import RegisterEntry, entry_of, last_decision_of, question_in
from marke_node.services.standing_rules import read_standing
from marke_node.services.stored_cells import cells_from_text
from marke_node.store import rounds_log

if TYPE_CHECKING:
    from marke.statistics.combine import Combined


@dataclass(frozen=True)
class OwnAnswer:
    """What this collective gave, exactly as it left."""

    cells: tuple[Cell, ...]
    columns: tuple[str, ...]
    bins_hidden: int
    made: datetime
    has_receipt: bool
    content_hash: str


@dataclass(frozen=True)
class Figures:
    """The combined answer, finished here from the hub's signed table."""

    coverage: Coverage
    readings: tuple[FinishedReading, ...]
    counts_us: bool | None
    """Whether the hub says that our answer is in it; None when we gave none."""
    made: datetime


@dataclass(frozen=True)
class NoFigures:
    """The round gave no figure."""

    coverage: Coverage
    made: datetime
    reason: Literal["too_few", "unusable", "withdrawn"]


@dataclass(frozen=True)
class Foresight:
    """How many households an answer would be of if it were given now. These counts never leave the collective."""

    counting: int
    """Households whose every adult consents and of which the figure and the group are known."""
    households: int
    """All households of the collective."""
    needed: int
    """The smallest group; with fewer than this the node cannot answer."""


@dataclass(frozen=True)
class NotShown:
    """There is a signed result, but no figure can be read from it by this version; the reason says why."""

    coverage: Coverage
    made: datetime
    reason: Reason


QuestionOutcome: TypeAlias = Figures | NoFigures | NotShown | None


@dataclass(frozen=True)
class QuestionPage:
    """Everything the collective may see about one round of one question."""

    entry: RegisterEntry
    explanation: str
    """One sentence or two per line, in the reader's language."""
    why_held: tuple[WhyHeld, ...]
    foresight: Foresight | None
    """While people may still decide: what a yes would come to now."""
    answer: OwnAnswer | None
    outcome: QuestionOutcome
    not_built: tuple[NotBuilt, ...] = NOT_BUILT


def read_question(
    session: Session, *, round_id: str, codebook: Codebook, language: Language, now: datetime
) -> QuestionPage:
    """Return one round; raises NotFoundError(UNKNOWN_ROUND)."""
    row = rounds_log.find_round(session, round_id)
    stored = None if row is None else rounds_log.find_question(session, row.question_hash)
    if row is None or stored is None:
        raise NotFoundError(Reason.UNKNOWN_ROUND)
    entry = entry_of(row, stored.envelope, last_decision_of(session, round_id), now=now)
    checked = check(question_in(stored.envelope), codebook)
    standing = read_standing(session)
    routed = route(checked, standing)
    return QuestionPage(
        entry=entry,
        explanation=explain(checked, codebook, language),
        why_held=routed.why if isinstance(routed, HeldForBoard) else (),
        foresight=_foresee(session, checked, standing, now) if entry.can_decide else None,
        answer=_answer(session, round_id, checked, entry.stage),
        outcome=_outcome(session, round_id, checked),
    )


def _foresee(session: Session, checked: CheckedQuestion, standing: Standing, now: datetime) -> Foresight:
    cohort = foresee(session, checked=checked, now=now)
    rules = own_rules(checked, smallest_group=standing.smallest_group)
    return Foresight(len(cohort.records), cohort.roster_size, rules.smallest_group)


def _answer(session: Session, round_id: str, checked: CheckedQuestion, stage: str) -> OwnAnswer | None:
    given = rounds_log.find_contribution(session, round_id)
    answer = None if given is None else rounds_log.find_answer(session, given.release_key)
    if given is None or answer is None:
        return None
    return OwnAnswer(
        cells=cells_from_text(answer.cells),
        columns=checked.layout.columns,
        bins_hidden=answer.bins_hidden,
        made=given.made,
        has_receipt=stage != "contributed" and rounds_log.has_receipt(session, given.content_hash),
        content_hash=given.content_hash,
    )


def _outcome(session: Session, round_id: str, checked: CheckedQuestion) -> QuestionOutcome:
    row = rounds_log.find_result(session, round_id)
    if row is None:
        return None
    envelope = Envelope.from_text(row.envelope)
    if row.kind == "void":
        void = Void.from_bytes(envelope.payload)
        return NoFigures(void.coverage, void.made, void.reason)
    result = Result.from_bytes(envelope.payload)
    try:
        readings = readings_of(checked, result)
    except (UntrustedError, BadInputError) as error:
        return NotShown(result.coverage, result.made, error.reason)
    given = rounds_log.find_contribution(session, round_id)
    signer = None if given is None else Envelope.from_text(given.envelope).signatures[0].key_id
    return Figures(
        coverage=result.coverage,
        readings=readings,
        counts_us=None if signer is None else signer in result.contributors,
        made=result.made,
    )


def readings_of(checked: CheckedQuestion, result: Result) -> tuple[FinishedReading, ...]:
    """Finish the readings from a signed result; raises what `combined_of` raises."""
    # loaded here: an idle node carries no statistics
    from marke.statistics.finish import finish  # noqa: PLC0415

    return finish(checked, combined_of(checked, result))


def combined_of(checked: CheckedQuestion, result: Result) -> "Combined":
    """Rebuild the combined table from a signed result.

    Raises UntrustedError(RESULT_DOES_NOT_FIT) when it is of another layout or of fewer collectives than the question
    promises, and BadInputError(CELLS_DO_NOT_FIT).
    """
    from marke.statistics.combine import from_parts  # noqa: PLC0415 - an idle node carries no statistics

    fits = result.layout_hash == checked.layout.hash and len(result.spread) in {0, len(result.cells)}
    if not fits or result.coverage.answered < checked.question.smallest_round:
        raise UntrustedError(Reason.RESULT_DOES_NOT_FIT)
    spread = result.spread or ((),) * len(result.cells)
    parts = [
        (cell.leaf, cell.collectives, cell.values, found) for cell, found in zip(result.cells, spread, strict=True)
    ]
    return from_parts(checked, parts, answered=result.coverage.answered)
