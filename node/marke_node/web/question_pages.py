"""What the register shows of a question: state, words, what would leave, what was decided, what came of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from marke.codebook.builtin import read_builtin
from marke.formats import moment, number, period
from marke.protocol.messages import ShownCell
from marke.questions.check import CheckedQuestion, check
from marke.questions.model import Question
from marke.vocabulary.document import Bilingual
from marke_ground.web.coverage_views import CoverageView, coverage_view
from marke_ground.web.figure_views import group_name
from marke_ground.web.i18n import Voice
from marke_ground.web.reading_views import Asking, OwnMeans, ReadingView, reading_views
from marke_node.services.read_question import Figures, OwnAnswer, QuestionPage
from marke_node.services.read_register import RegisterEntry

STAGE_LOOKS: Final[Mapping[str, str]] = {
    "offered": "waiting",
    "deciding": "waiting",
    "accepted": "busy",
    "refused": "no",
    "lapsed": "no",
    "round_open": "busy",
    "contributed": "busy",
    "receipted": "busy",
    "resulted": "good",
    "voided": "no",
}
_MARK_CHARACTERS: Final = 19
_NUMBERS_SHOWN: Final = ("count", "sum")


@dataclass(frozen=True)
class RegisterLine:
    """One entry of the register."""

    entry: RegisterEntry
    title: Bilingual
    period: str
    look: str
    stage: str
    took_part: str
    """Key of what this collective did: `took_part.answered`, `.yes`, `.no`, `.silent`, `.open`."""


@dataclass(frozen=True)
class OwnLine:
    """One group of what this collective gave: its numbers as they left, or hidden."""

    label: str
    numbers: tuple[str, ...]
    is_shown: bool


@dataclass(frozen=True)
class OwnTable:
    """What this collective gave, exactly as it left."""

    heads: tuple[str, ...]
    """Keys of the columns."""
    bins: int
    lines: tuple[OwnLine, ...]
    given: OwnAnswer


@dataclass(frozen=True)
class OneQuestion:
    """Everything a page shows of one round of one question."""

    line: RegisterLine
    page: QuestionPage
    question: Question
    variable: Bilingual
    explanation: tuple[str, ...]
    leaving: tuple[tuple[str, str], ...]
    own: OwnTable | None
    coverage: CoverageView | None
    readings: tuple[ReadingView, ...]
    how: tuple[tuple[str, str], ...]
    has_figures: bool


def register_line(entry: RegisterEntry, answered: Collection[str]) -> RegisterLine:
    """Return one entry for a list; `answered` are the rounds in which this collective gave an answer."""
    stage = "deciding" if entry.can_decide else entry.stage
    return RegisterLine(
        entry=entry,
        title=entry.question.title,
        period=entry.question.bundle.period,
        look=STAGE_LOOKS[stage],
        stage=stage,
        took_part=_took_part(entry, answered),
    )


def _took_part(entry: RegisterEntry, answered: Collection[str]) -> str:
    if entry.round_id in answered:
        return "took_part.answered"
    if entry.can_decide:
        return "took_part.open"
    if entry.decision is None:
        return "took_part.silent"
    if entry.decision.outcome == "refused":
        return "took_part.no"
    return "took_part.yes_only" if entry.stage in {"resulted", "voided"} else "took_part.yes"


def checked_question(question: Question) -> CheckedQuestion:
    """Return a question of the register with what follows from the codebook it names."""
    return check(question, read_builtin(question.codebook))


def one_question(
    page: QuestionPage, checked: CheckedQuestion, own: OwnMeans, *, voice: Voice, group: str
) -> OneQuestion:
    """Return a question with its explanation, decision, own answer and figures."""
    outcome, question = page.outcome, page.entry.question
    return OneQuestion(
        line=register_line(page.entry, {page.entry.round_id} if page.answer is not None else ()),
        page=page,
        question=question,
        variable=checked.variable.name,
        explanation=tuple(page.explanation.splitlines()),
        leaving=_leaving(checked, voice),
        own=None if page.answer is None else _own_table(page.answer, checked, voice),
        coverage=None if outcome is None else coverage_view(outcome.coverage, is_over=True),
        readings=reading_views(outcome.readings, Asking(checked, voice, own, group))
        if isinstance(outcome, Figures)
        else (),
        how=how_lines(page, checked, voice),
        has_figures=isinstance(outcome, Figures),
    )


def _leaving(checked: CheckedQuestion, voice: Voice) -> tuple[tuple[str, str], ...]:
    """Return what the outside would learn, in facts that can be counted."""
    question, groups = checked.question, checked.layout.all_leaves
    recipients = ", ".join(voice.say(f"recipient.{one.value}") for one in question.recipients)
    cells = voice.say("leaving.cells_text", groups=len(groups), numbers=len(checked.layout.columns))
    return (
        (voice.say("leaving.groups"), ", ".join(group_name(checked, leaf, voice) for leaf in groups)),
        (voice.say("leaving.cells"), cells),
        (voice.say("leaving.smallest"), voice.say("leaving.smallest_text", k=question.smallest_group)),
        (voice.say("leaving.recipients"), recipients),
        (voice.say("leaving.publication"), voice.say(f"publication.{question.publication.value}")),
        (voice.say("leaving.never"), voice.say("leaving.never_text")),
    )


def _own_table(given: OwnAnswer, checked: CheckedQuestion, voice: Voice) -> OwnTable:
    shown = [name for name in _NUMBERS_SHOWN if name in given.columns]
    positions = [given.columns.index(name) for name in shown]
    lines = []
    for cell in given.cells:
        values = [cell.values[position] for position in positions] if isinstance(cell, ShownCell) else []
        decimals = [0 if name == "count" else checked.variable.decimals for name in shown]
        texts = tuple(
            number(value / 10**places, voice.language, places)
            for value, places in zip(values, decimals, strict=bool(values))
        )
        lines.append(OwnLine(group_name(checked, cell.leaf, voice), texts, isinstance(cell, ShownCell)))
    others = len(given.columns) - len(shown)
    return OwnTable(tuple(f"own.{name}" for name in shown), others, tuple(lines), given)


def how_lines(page: QuestionPage, checked: CheckedQuestion, voice: Voice) -> tuple[tuple[str, str], ...]:
    """Return what a figure rests on."""
    question, variable = checked.question, checked.variable
    lines = [
        ("how.asked_by", question.requester),
        ("how.purpose", voice.say(f"purpose.{question.purpose.value}")),
        ("how.variable", f"{variable.definition.say(voice.language)} ({variable.unit.value})"),
        ("how.computation", variable.computation.say(voice.language)),
        ("how.source", variable.source),
        ("how.period", period(question.bundle.period, voice.language)),
        ("how.smallest_group", voice.say("how.smallest_group_text", k=question.smallest_group)),
        ("how.codebook", question.codebook),
        ("how.question_hash", page.entry.question_hash.removeprefix("sha256:")[:_MARK_CHARACTERS] + "…"),
    ]
    if page.outcome is not None:
        lines.append(("how.made", moment(page.outcome.made, voice.language)))
    if isinstance(page.outcome, Figures) and page.outcome.counts_us is not None:
        lines.append(("how.counts_us", voice.say("how.counted" if page.outcome.counts_us else "how.not_counted")))
    return tuple((voice.say(key), text) for key, text in lines)
