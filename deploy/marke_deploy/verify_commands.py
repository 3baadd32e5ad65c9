"""`marke verify`: check signed files without a network, with what the base package holds and nothing else."""

from datetime import UTC, datetime
from pathlib import Path

import click

from marke.errors import UntrustedError
from marke.protocol.messages import Receipt, Result, Void
from marke.protocol.wire import open_message, wire_type
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke.signing.fingerprint import root_fingerprint
from marke.signing.trust import TrustState
from marke.vocabulary.ids import content_hash
from marke_deploy.key_commands import read_small
from marke_ground.commands import MarkeGroup, answer, language

_FILE = click.Path(dir_okay=False, path_type=Path)
_ROOTS = click.option(
    "--root", "roots", type=_FILE, multiple=True, required=True, help="The roots, the first one first."
)
_WORDS = click.option("--fingerprint", help="The six words of the first root, as somebody you trust gave them.")
_DEMO = click.option("--allow-demo", is_flag=True, help="Accept the root of a demonstration.")


@click.group(cls=MarkeGroup)
def verify() -> None:
    """Check signed files without a network."""


@verify.command("result")
@click.argument("file", type=_FILE)
@_ROOTS
@_WORDS
@_DEMO
def result(file: Path, roots: tuple[Path, ...], fingerprint: str | None, *, allow_demo: bool) -> None:
    """Check that FILE is a result, or the word that there is none, signed by the hub of this root."""
    now = _now()
    trust, words = _trust(roots, fingerprint, allow_demo=allow_demo, now=now)
    data = read_small(file).strip()
    document: Result | Void
    if Envelope.from_bytes(data).payload_type == wire_type(Void).payload_type:
        document = open_message(trust, data, Void, now=now).document
    else:
        document = open_message(trust, data, Result, now=now).document
    coverage = document.coverage
    answer(
        {
            "verified": True,
            "kind": "result" if isinstance(document, Result) else "void",
            "round_id": document.round_id,
            "question": document.question_hash,
            "consortium": trust.root.consortium,
            "demo": trust.root.demo,
            "root_fingerprint": words,
            "fingerprint_was_given": fingerprint is not None,
            "answered": coverage.answered,
            "invited": coverage.invited,
        },
        *_lines(trust, words, given=fingerprint is not None),
        document.round_id,
        f"{coverage.answered} / {coverage.invited}",
    )


@verify.command("receipt")
@click.argument("file", type=_FILE)
@click.option("--message", type=_FILE, help="The message that the receipt is for.")
@_ROOTS
@_WORDS
@_DEMO
def receipt(
    file: Path, message: Path | None, roots: tuple[Path, ...], fingerprint: str | None, *, allow_demo: bool
) -> None:
    """Check that FILE is a receipt signed by the hub of this root, for the message you hold."""
    now = _now()
    trust, words = _trust(roots, fingerprint, allow_demo=allow_demo, now=now)
    opened = open_message(trust, read_small(file).strip(), Receipt, now=now)
    if message is not None and content_hash(read_small(message).strip()) != opened.document.content_hash:
        raise UntrustedError(Reason.RECEIPT_FOR_OTHER)
    answer(
        {
            "verified": True,
            "round_id": opened.document.round_id,
            "collective": opened.document.collective,
            "content_hash": opened.document.content_hash,
            "message_was_given": message is not None,
            "root_fingerprint": words,
            "fingerprint_was_given": fingerprint is not None,
        },
        *_lines(trust, words, given=fingerprint is not None),
        opened.document.content_hash,
    )


def _trust(
    roots: tuple[Path, ...], fingerprint: str | None, *, allow_demo: bool, now: datetime
) -> tuple[TrustState, str]:
    """Walk from the first root to the last; raises UntrustedError where the chain does not hold."""
    first = read_small(roots[0]).strip()
    words = root_fingerprint(Envelope.from_bytes(first).payload)
    trust = TrustState.pin(first, fingerprint=fingerprint or words, now=now, allow_demo=allow_demo)
    for path in roots[1:]:
        trust = trust.with_root(read_small(path).strip(), now=now)
    return trust, words


def _lines(trust: TrustState, words: str, *, given: bool) -> tuple[str, ...]:
    if language() == "nl":
        compare = "" if given else " Vergelijk deze zes woorden met wie u vertrouwt."
        return (f"Klopt: getekend door de hub van {trust.root.consortium}.", f"Wortel: {words}.{compare}")
    compare = "" if given else " Compare these six words with somebody you trust."
    return (f"It holds: signed by the hub of {trust.root.consortium}.", f"Root: {words}.{compare}")


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a command: real time enters here
