"""Questions: drafted from a file, explained, signed elsewhere, and brought back."""

from pathlib import Path

import click

from marke.canonical import Json
from marke.codebook.builtin import read_builtin
from marke.questions.explain import explain
from marke.reasons import LANGUAGES, fill
from marke_ground.commands import MarkeCommand, MarkeGroup, answer, language
from marke_hub.cli.desk import desk, read_file, read_signed, write_file
from marke_hub.services import collect_signatures, read_questions
from marke_hub.services.draft_question import check_draft, draft_question, read_question_draft

_FILE = click.Path(dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=MarkeCommand)
@click.argument("draft", type=_FILE)
@click.option("--out", type=_OUT, help="File for the approvers; without it the draft is only checked and explained.")
def ask(draft: Path, out: Path | None) -> None:
    """Check DRAFT (TOML) against the codebook, explain what it asks, and write the file to sign."""
    wanted = read_question_draft(read_file(draft))
    with desk() as at, at.writing() as session:
        if out is None:
            found = check_draft(session, draft=wanted, hub=at.hub, now=at.now)
        else:
            found = draft_question(session, draft=wanted, hub=at.hub, by=at.by, now=at.now)
            write_file(out, found.envelope)
    explained: dict[str, str] = {
        name: explain(found.checked, read_builtin(wanted.codebook), name) for name in LANGUAGES
    }
    place = None if out is None else str(out)
    document: Json = {"question": found.question_hash, "file": place, "explanation": dict(explained)}
    answer(document, explained[language()], found.question_hash, *([] if place is None else [place]))


@click.group(cls=MarkeGroup)
def approve() -> None:
    """Carry a question to the approvers and back; their keys never come to the hub."""


@approve.command("export")
@click.argument("question")
@click.option("--out", type=_OUT, required=True, help="File for the next approver.")
def export(question: str, out: Path) -> None:
    """Write the file of QUESTION with the signatures so far."""
    with desk() as at, at.looking() as session:
        view = read_questions.read_question(session, question=question, hub=at.hub, now=at.now)
        write_file(out, collect_signatures.export_question(session, question=view.question_hash))
    answer({"question": view.question_hash, "file": str(out)}, str(out))


@approve.command("import")
@click.argument("files", type=_FILE, nargs=-1, required=True)
def import_(files: tuple[Path, ...]) -> None:
    """Take in signed FILES. Signatures of keys that are no approver's are left out, and counted."""
    with desk() as at, at.writing() as session:
        found = [
            collect_signatures.collect_signatures(session, envelope=read_signed(file), hub=at.hub, by=at.by, now=at.now)
            for file in files
        ]
    answer([_signatures(one) for one in found], *(_line(one) for one in found))


@approve.command("status")
@click.argument("question", required=False)
def status(question: str | None) -> None:
    """Show QUESTION (or every question): how many signed, and how many must."""
    with desk() as at, at.looking() as session:
        views = (
            read_questions.list_questions(session, hub=at.hub, now=at.now)
            if question is None
            else (read_questions.read_question(session, question=question, hub=at.hub, now=at.now),)
        )
    document: Json = [
        {
            **_signatures(view.signatures),
            "state": view.state,
            "round": view.round_id,
            "title": view.question.title.to_json(),
        }
        for view in views
    ]
    lines = [f"{_line(view.signatures)} {view.state} {view.question.title.say(language())}" for view in views]
    answer(document, *lines)


def _signatures(found: collect_signatures.Signatures) -> dict[str, Json]:
    return {
        "question": found.question_hash,
        "signatures": len(found.signers),
        "threshold": found.threshold,
        "approved": found.is_approved,
        "left_out": found.left_out,
    }


def _line(found: collect_signatures.Signatures) -> str:
    line = f"{found.question_hash} {len(found.signers)}/{found.threshold}"
    if not found.left_out:
        return line
    said = {
        "nl": "{left_out:handtekening|handtekeningen} niet van een goedkeurder: weggelaten",
        "en": "{left_out:signature|signatures} not of an approver: left out",
    }
    return f"{line} ({fill(said[language()], language(), {'left_out': found.left_out})})"
