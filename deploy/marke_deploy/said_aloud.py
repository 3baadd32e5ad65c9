"""What a file says, in plain words, before somebody puts a signature under it."""

from collections.abc import Iterator
from typing import Final

from marke.codebook.builtin import read_builtin
from marke.errors import BadInputError
from marke.protocol.wire import wire_type
from marke.questions.explain import explain
from marke.questions.model import Question
from marke.reasons import Language, Reason
from marke.signing.envelope import Envelope
from marke.signing.fingerprint import key_fingerprint, root_fingerprint
from marke.signing.root import DIRECTORY_PAYLOAD_TYPE, ROOT_PAYLOAD_TYPE, Directory, TrustRoot

_WORDS: Final = {
    "nl": {
        "root": "Dit is wortel {version} van {name}, geldig tot {until}. Zes woorden: {words}",
        "demo": "Dit is een DEMONSTRATIE. Echte nodes weigeren deze wortel.",
        "role": "Rol {role}: {threshold} van deze {count} moeten tekenen:",
        "directory": "Dit is adreslijst {version}, geldig tot {until}, met {count} collectieven:",
        "revoked": " (ingetrokken)",
    },
    "en": {
        "root": "This is root {version} of {name}, valid until {until}. Six words: {words}",
        "demo": "This is a DEMONSTRATION. Real nodes refuse this root.",
        "role": "Role {role}: {threshold} of these {count} must sign:",
        "directory": "This is directory {version}, valid until {until}, with {count} collectives:",
        "revoked": " (revoked)",
    },
}


def said_aloud(envelope: Envelope, language: Language) -> str:
    """Return what a question, a root or a directory says.

    Raises BadInputError(NOT_TO_BE_SIGNED) for anything else: people sign nothing else by hand.
    """
    if envelope.payload_type == wire_type(Question).payload_type:
        question = Question.from_exact_bytes(envelope.payload)
        return explain(question, read_builtin(question.codebook), language)
    if envelope.payload_type == ROOT_PAYLOAD_TYPE:
        return "\n".join(_root(TrustRoot.from_exact_bytes(envelope.payload), envelope.payload, language))
    if envelope.payload_type == DIRECTORY_PAYLOAD_TYPE:
        return "\n".join(_directory(Directory.from_exact_bytes(envelope.payload), language))
    raise BadInputError(Reason.NOT_TO_BE_SIGNED)


def _root(root: TrustRoot, payload: bytes, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    until = root.expires.date().isoformat()
    yield words["root"].format(version=root.version, name=root.consortium, until=until, words=root_fingerprint(payload))
    if root.demo:
        yield words["demo"]
    for name, role in root.roles.items():
        yield words["role"].format(role=name.value, threshold=role.threshold, count=len(role.keys))
        for key_id in role.keys:
            entry = root.keys[key_id]
            yield f"  {entry.name}, {entry.organisation}: {key_fingerprint(entry.key)}"


def _directory(directory: Directory, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    yield words["directory"].format(
        version=directory.version, until=directory.expires.date().isoformat(), count=len(directory.collectives)
    )
    for entry in directory.collectives:
        mark = words["revoked"] if entry.revoked else ""
        yield f"  {entry.name}: {key_fingerprint(entry.key)}{mark}"
