"""Questions: what waits, what was decided, what came of it."""

from collections.abc import Mapping, Sequence
from typing import Final

import click

from marke.canonical import Json
from marke.clock import instant_to_text
from marke.codebook.builtin import read_builtin
from marke.codebook.model import ConsentCategory, Purpose
from marke.governance.mode import Standing
from marke.questions.check import check
from marke.questions.explain import explain
from marke.reasons import Language
from marke_ground.commands import MarkeCommand, MarkeGroup, answer, language
from marke_ground.store.engine import reading, transaction
from marke_node.cli.surroundings import BOARD, opened
from marke_node.services.decide_question import Decided, NotYet, SaidNo, SaidYes, approve_question, refuse_question
from marke_node.services.pipeline_steps import NOT_BUILT
from marke_node.services.read_place import read_place, read_places
from marke_node.services.read_register import RegisterEntry, read_register
from marke_node.services.standing_rules import read_standing, set_standing


@click.command(cls=MarkeCommand)
def inbox() -> None:
    """Show the questions that wait for the board, each in plain words."""
    with opened() as here, reading(here.engine) as session:
        entries = read_register(session, now=here.now, waiting_only=True)
    lines: list[str] = []
    for entry in entries:
        lines += [
            _line(entry),
            *explain(check(entry.question, read_builtin()), read_builtin(), language()).splitlines(),
        ]
        lines += [f"marke node decide {entry.round_id} approve|refuse", ""]
    answer({"waiting": [_json(entry) for entry in entries]}, *(lines or [_nothing("inbox")]))


@click.command(cls=MarkeCommand)
def register() -> None:
    """Show every question that was ever put to this collective, and what became of it."""
    with opened() as here, reading(here.engine) as session:
        entries = read_register(session, now=here.now)
    not_built: list[Json] = [step.value for step in NOT_BUILT]
    answer(
        {"rounds": [_json(entry) for entry in entries], "not_built": not_built},
        *(_said(entries) or [_nothing("register")]),
    )


_NOTHING: Final[Mapping[Language, Mapping[str, str]]] = {
    "nl": {
        "inbox": "Er wachten geen vragen op het bestuur.",
        "register": "Aan dit collectief is nog geen vraag gesteld.",
        "place": "Er is nog geen uitslag waarin dit collectief een plaats heeft.",
    },
    "en": {
        "inbox": "No questions wait for the board.",
        "register": "This collective was not asked anything yet.",
        "place": "There is no result yet in which this collective has a place.",
    },
}


def _nothing(where: str) -> str:
    return _NOTHING[language()][where]


def _said(entries: Sequence[RegisterEntry]) -> list[str]:
    lines: list[str] = []
    for entry in entries:
        why = None if entry.decision is None else entry.decision.say(language())
        lines += [_line(entry), *([f"  {why}"] if why else [])]
    return lines


@click.command(cls=MarkeCommand)
@click.argument("round_id")
@click.argument("word", type=click.Choice(["approve", "refuse"]))
def decide(*, round_id: str, word: str) -> None:
    """Say yes or no to a question, for the board. A yes can be taken back until the answer is signed."""
    with opened() as here, transaction(here.engine) as session:
        standpoint = here.node.standpoint(session)
        act = approve_question if word == "approve" else refuse_question
        decided: Decided = act(session, round_id=round_id, standpoint=standpoint, by=BOARD, now=here.now)
    match decided:
        case SaidYes():
            answer({"round": round_id, "outcome": "accepted"}, "yes / ja")
        case SaidNo(reason=reason) | NotYet(reason=reason):
            outcome = "refused" if isinstance(decided, SaidNo) else "not_yet"
            answer({"round": round_id, "outcome": outcome, "reason": reason.value}, f"no / nee: {reason.value}")


@click.command(cls=MarkeCommand)
@click.argument("round_id", required=False)
@click.option("--leaf", default="all", help="Which group of the distribution.")
def place(*, round_id: str | None, leaf: str) -> None:
    """Show the collective's own place among the others: between which percentiles its mean lies."""
    with opened() as here, reading(here.engine) as session:
        book = read_builtin()
        one = (read_place(session, round_id=round_id, codebook=book, leaf=leaf),) if round_id else ()
        pages = one or read_places(session, codebook=book, leaf=leaf)
    found: list[Json] = []
    lines: list[str] = []
    for page in pages:
        low, high = page.place.low_percent, page.place.high_percent
        found.append(
            {
                "round": page.round_id,
                "variable": page.variable,
                "period": page.period,
                "own_mean": format(page.own_mean, "f"),
                "unit": page.unit.value,
                "low_percent": format(low, "f"),
                "high_percent": format(high, "f"),
                "collectives": page.place.collectives,
            }
        )
        lines.append(f"{page.variable} {page.period}: {low:.0f}-{high:.0f} % ({page.place.collectives} collectives)")
    answer({"places": found}, *(lines or [_nothing("place")]))


@click.group(cls=MarkeGroup)
def rules() -> None:
    """Show or set what the collective decided once for all."""


@rules.command("show")
def show_rules() -> None:
    """Show the standing rules in force."""
    with opened() as here, reading(here.engine) as session:
        found = read_standing(session)
    document = _standing(found)
    answer(document, *(f"{name}: {value}" for name, value in document.items()))


@rules.command("set")
@click.option(
    "--purpose",
    "purposes",
    multiple=True,
    type=click.Choice([one.value for one in Purpose]),
    help="Needs no decision each time.",
)
@click.option(
    "--never",
    "never",
    multiple=True,
    type=click.Choice([one.value for one in ConsentCategory]),
    help="Heap never shared.",
)
@click.option("--smallest-group", type=click.IntRange(0, 1000), default=0, help="Fewest households in a group.")
@click.option("--hold-public", is_flag=True, help="The board looks at everything that will be public.")
def set_rules(*, purposes: tuple[str, ...], never: tuple[str, ...], smallest_group: int, hold_public: bool) -> None:
    """Set the standing rules, all at once; what is not named is off."""
    found = Standing(
        purposes=frozenset(Purpose(one) for one in purposes),
        refused_categories=frozenset(ConsentCategory(one) for one in never),
        smallest_group=smallest_group,
        hold_public=hold_public,
    )
    with opened() as here, transaction(here.engine) as session:
        set_standing(session, standing=found, by=BOARD, now=here.now)
    document = _standing(found)
    answer(document, *(f"{name}: {value}" for name, value in document.items()))


def _standing(standing: Standing) -> dict[str, Json]:
    return {
        "purposes": [one.value for one in sorted(standing.purposes)],
        "never": [one.value for one in sorted(standing.refused_categories)],
        "smallest_group": standing.smallest_group,
        "hold_public": standing.hold_public,
    }


def _line(entry: RegisterEntry) -> str:
    title = entry.question.title.say(language())
    return f"{entry.round_id}  {entry.stage}  {title}  ({instant_to_text(entry.decide_until)})"


def _json(entry: RegisterEntry) -> Json:
    decision = entry.decision
    return {
        "round": entry.round_id,
        "question": entry.question_hash,
        "title": entry.question.title.say(language()),
        "stage": entry.stage,
        "decide_until": instant_to_text(entry.decide_until),
        "decision": None if decision is None else decision.outcome,
        "reason": None if decision is None or decision.reason is None else decision.reason.value,
        "decided_by": None if decision is None else decision.decided_by,
    }
