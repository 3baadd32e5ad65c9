"""What the register shows of a question: state, words, what would leave, what was decided, what came of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from markupsafe import Markup

from marke.codebook.builtin import read_builtin
from marke.formats import moment, period
from marke.questions.check import CheckedQuestion, check
from marke.questions.model import Question
from marke.vocabulary.document import Bilingual
from marke_ground.web.coverage_views import CoverageView, coverage_view
from marke_ground.web.figure_views import group_name
from marke_ground.web.i18n import Voice
from marke_ground.web.reading_views import Asking, OwnMeans, ReadingView, reading_views
from marke_node.services.read_question import Figures, NoFigures, NotShown, QuestionOutcome, QuestionPage
from marke_node.services.read_register import DecisionView, RegisterEntry
from marke_node.web.own_pages import OwnTable, own_table

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
    "could_not": "no",
}
_MARK_CHARACTERS: Final = 19
COULD_NOT: Final = "could_not"
"""Instead of a refusal: nobody said no, but the node could not answer."""


@dataclass(frozen=True)
class RegisterLine:
    """One entry of the register."""

    entry: RegisterEntry
    title: Bilingual
    about: str
    """What is asked of it and per what: tells two questions with one title apart."""
    period: str
    look: str
    stage: str
    took_part: str
    """Key of what this collective did: `took_part.answered`, `.yes`, `.no`, `.could_not`, `.silent`, `.open`."""
    decision: str
    """Who said what, and what the node could do; empty while nothing was decided."""


@dataclass(frozen=True)
class OneQuestion:
    """Everything a page shows of one round of one question."""

    line: RegisterLine
    page: QuestionPage
    question: Question
    variable: Bilingual
    explanation: tuple[str, ...]
    for_members: str
    """How a member stays out of it; the board reads it as what members may do."""
    leaving: tuple[tuple[str, str], ...]
    own: OwnTable | None
    coverage: CoverageView | None
    readings: tuple[ReadingView, ...]
    how: tuple[tuple[str, str], ...]
    has_figures: bool
    without_figures: str
    """Why a round that ended gives no figure; empty when it does, or has not ended."""


def register_line(entry: RegisterEntry, answered: Collection[str], voice: Voice) -> RegisterLine:
    """Return one entry for a list; `answered` are the rounds in which this collective gave an answer."""
    stage = _stage(entry)
    return RegisterLine(
        entry=entry,
        title=entry.question.title,
        about=_about(entry.question, voice),
        period=entry.question.bundle.period,
        look=STAGE_LOOKS[stage],
        stage=stage,
        took_part=_took_part(entry, answered),
        decision="" if entry.decision is None else decision_text(entry.decision, voice),
    )


def _stage(entry: RegisterEntry) -> str:
    if entry.can_decide:
        return "deciding"
    could_not = entry.stage == "refused" and entry.decision is not None and entry.decision.could_not
    return COULD_NOT if could_not else entry.stage


def _about(question: Question, voice: Voice) -> str:
    """Say in a few words what is made of the answers: `gemiddelden, spreiding per woningtype`."""
    asked = ", ".join(voice.say(f"asked.{reading.value}") for reading in question.readings)
    axes = checked_question(question).axes
    if not axes:
        return asked
    names = [axis.category.name.say(voice.language) for axis in axes]
    return voice.say("asked.per", asked=asked, groups=", ".join(name[:1].lower() + name[1:] for name in names))


def decision_text(decision: DecisionView, voice: Voice) -> str:
    """Say who decided and, apart from that, what the node could do."""
    why = decision.say(voice.language) or ""
    said = "" if decision.board_said is None else voice.say(f"decided.board_{decision.board_said}")
    if decision.could_not:
        return f"{said} {voice.say('decided.could_not', why=why)}".strip()
    if said:
        return said
    return voice.say("decided.rule_yes") if decision.outcome == "accepted" else voice.say("decided.rule_no", why=why)


def _took_part(entry: RegisterEntry, answered: Collection[str]) -> str:
    if entry.round_id in answered:
        return "took_part.answered"
    if entry.can_decide:
        return "took_part.open"
    if entry.decision is None:
        return "took_part.silent"
    if entry.decision.outcome == "refused":
        return "took_part.could_not" if entry.decision.could_not else "took_part.no"
    return "took_part.yes_only" if entry.stage in {"resulted", "voided"} else "took_part.yes"


def checked_question(question: Question) -> CheckedQuestion:
    """Return a question of the register with what follows from the codebook it names."""
    return check(question, read_builtin(question.codebook))


def one_question(
    page: QuestionPage, checked: CheckedQuestion, own: OwnMeans, *, voice: Voice, group: str
) -> OneQuestion:
    """Return a question with its explanation, decision, own answer and figures."""
    outcome, question = page.outcome, page.entry.question
    *explanation, for_members = page.explanation.splitlines()
    return OneQuestion(
        line=register_line(page.entry, {page.entry.round_id} if page.answer is not None else (), voice),
        page=page,
        question=question,
        variable=checked.variable.name,
        explanation=tuple(explanation),
        for_members=for_members,
        leaving=_leaving(checked, voice),
        own=None if page.answer is None else own_table(page.answer, checked, voice),
        coverage=None if outcome is None else coverage_view(outcome.coverage, is_over=True),
        readings=reading_views(outcome.readings, Asking(checked, voice, own, group))
        if isinstance(outcome, Figures)
        else (),
        how=how_lines(page, checked, voice),
        has_figures=isinstance(outcome, Figures),
        without_figures=_without_figures(outcome, voice),
    )


_VOIDS: Final[Mapping[str, str]] = {
    "too_few": "question.void",
    "unusable": "question.void_unusable",
    "withdrawn": "question.void_withdrawn",
}


def _without_figures(outcome: QuestionOutcome, voice: Voice) -> str:
    """Return why a round that ended gives no figure; empty when it does, or when it has not ended."""
    match outcome:
        case NoFigures(reason=reason):
            return voice.say(_VOIDS[reason])
        case NotShown():
            return voice.say("question.not_shown")
        case Figures() | None:
            return ""
        case never:
            assert_never(never)


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


def how_lines(page: QuestionPage, checked: CheckedQuestion, voice: Voice) -> tuple[tuple[str, str], ...]:
    """Return what a figure rests on."""
    question, variable = checked.question, checked.variable
    lines = [
        ("how.asked_by", question.requester),
        ("how.purpose", voice.say(f"purpose.{question.purpose.value}")),
        ("how.variable", f"{variable.definition.say(voice.language)} ({variable.unit.value})"),
        ("how.computation", variable.computation.say(voice.language)),
        ("how.source", _in_dutch(variable.source, voice)),
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


def _in_dutch(text: str, voice: Voice) -> str:
    """Mark a text that the codebook has in Dutch only, so that an English page is read aloud right."""
    return text if voice.language == "nl" else Markup('<span lang="nl">{}</span>').format(text)
