"""What the console shows of a question: what it asks, in words, and who signed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from marke.signing.root import KeyEntry
from marke.vocabulary.document import Bilingual
from marke_ground.web.i18n import Voice
from marke_hub.services.read_questions import Approver, QuestionView
from marke_hub.web.result_pages import how_lines, subtitle, variable_name

STATE_LOOKS: Final[Mapping[str, str]] = {
    "draft": "",
    "waiting_for_signatures": "waiting",
    "approved": "good",
    "too_late": "no",
    "deciding": "waiting",
    "open": "busy",
    "resulted": "good",
    "voided": "no",
}
_SHORT: Final = 16


@dataclass(frozen=True)
class QuestionLine:
    """One question in a list."""

    short: str
    """Enough of its hash to find it by."""
    title: Bilingual
    subtitle: str
    state: str
    look: str
    signed: int
    threshold: int
    variable: Bilingual
    period: str
    drafted: datetime


@dataclass(frozen=True)
class QuestionPage:
    """One question with its explanation and its signatures."""

    line: QuestionLine
    explanation: tuple[str, ...]
    signers: tuple[KeyEntry, ...]
    missing: tuple[KeyEntry, ...]
    how: tuple[tuple[str, str], ...]
    round_id: str | None


def question_line(found: QuestionView, voice: Voice) -> QuestionLine:
    """Return a question for a list."""
    return QuestionLine(
        short=found.question_hash.removeprefix("sha256:")[:_SHORT],
        title=found.question.title,
        subtitle=subtitle(found.question, voice),
        state=found.state,
        look=STATE_LOOKS[found.state],
        signed=len(found.signatures.signers),
        threshold=found.signatures.threshold,
        variable=variable_name(found.question),
        period=found.question.bundle.period,
        drafted=found.drafted,
    )


def question_page(found: QuestionView, approvers: Sequence[Approver], explanation: str, voice: Voice) -> QuestionPage:
    """Return a question with its explanation, who signed and who might."""
    return QuestionPage(
        line=question_line(found, voice),
        explanation=tuple(explanation.splitlines()),
        signers=tuple(one.entry for one in approvers if one.signed),
        missing=tuple(one.entry for one in approvers if not one.signed),
        how=how_lines(found.question, found.question_hash, voice),
        round_id=found.round_id,
    )
