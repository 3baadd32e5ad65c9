"""Frozen samples of every message: each release reads those of all releases before it."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from marke import canonical
from marke.errors import BadInputError, ProgrammerError
from marke.protocol.messages import (
    Contribution,
    Decision,
    QuestionOffer,
    Receipt,
    Result,
    Round,
    Void,
)
from marke.protocol.schema import UNSIGNED, kinds, schema_of, schemas
from marke.protocol.wire import WIRE, open_enrolment, open_from_collective, open_message, open_offer
from marke.questions.model import Question
from marke.signing.envelope import Envelope
from marke.signing.root import Directory, TrustRoot
from marke.signing.trust import TrustState
from support.freeze_protocol import FOLDER, signed_samples, unsigned_samples
from support.known_keys import NOON

FILES = sorted(FOLDER.glob("*.json"))
FROZEN_WORDS = "krasta dato kriri madi rofo bawi"


def sample(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


def trust() -> TrustState:
    return TrustState.pin(sample("root"), fingerprint=FROZEN_WORDS, now=NOON).with_directory(
        sample("directory"), now=NOON
    )


def payload_of(path: Path) -> bytes:
    return path.read_bytes() if path.stem in UNSIGNED else Envelope.from_bytes(path.read_bytes()).payload


def test_there_is_a_sample_of_every_message_and_of_nothing_else() -> None:
    assert {path.stem for path in FILES} == set(kinds())
    assert len(kinds()) == len(WIRE) + len(UNSIGNED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_frozen_sample_still_reads(path: Path) -> None:
    payload = payload_of(path)
    assert kinds()[path.stem].from_exact_bytes(payload).to_bytes() == payload


def test_every_frozen_signature_still_holds() -> None:
    state = trust()
    assert open_message(state, sample("round"), Round, now=NOON).signers
    assert open_message(state, sample("result"), Result, now=NOON).signers
    assert open_message(state, sample("void"), Void, now=NOON).signers
    assert open_message(state, sample("receipt"), Receipt, now=NOON).signers
    assert open_message(state, sample("question"), Question, now=NOON).signers
    assert open_message(state, sample("root"), TrustRoot, now=NOON).document == state.root
    assert open_message(state, sample("directory"), Directory, now=NOON).document == state.directory
    assert open_message(state, sample("offer"), QuestionOffer, now=NOON).signers
    assert open_offer(state, sample("offer"), now=NOON)[1].envelope == sample("question")
    assert open_from_collective(state, sample("decision"), Decision, now=NOON).signers
    assert open_from_collective(state, sample("contribution"), Contribution, now=NOON).signers
    assert open_enrolment(sample("enrolment"), now=NOON).signers


def test_today_the_same_messages_are_written_byte_for_byte() -> None:
    for name, data in {**signed_samples(), **unsigned_samples()}.items():
        assert data == sample(name), name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_schema_accepts_the_sample_and_refuses_one_field_more_or_less(path: Path) -> None:
    value = canonical.from_bytes(payload_of(path))
    if not isinstance(value, dict):
        raise TypeError("a message is an object")
    validator = Draft202012Validator(dict(schema_of(path.stem)))
    validator.validate(value)
    assert not validator.is_valid({**value, "backdoor": 1})
    for name in value:
        assert not validator.is_valid({key: part for key, part in value.items() if key != name}), name


@pytest.mark.parametrize("path", [path for path in FILES if path.stem not in UNSIGNED], ids=lambda path: path.stem)
def test_the_schema_of_envelopes_accepts_every_envelope(path: Path) -> None:
    validator = Draft202012Validator(dict(schema_of("envelope")))
    validator.validate(canonical.from_bytes(path.read_bytes()))
    assert not validator.is_valid({"payload": "", "payloadType": "text/plain", "signatures": []})


def test_every_schema_is_a_schema() -> None:
    for name, schema in schemas().items():
        Draft202012Validator.check_schema(dict(schema))
        assert schema["$id"] == f"urn:marke:protocol:1:{name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_field_that_nobody_knows_is_refused_in_every_message(path: Path) -> None:
    value = canonical.from_bytes(payload_of(path))
    if not isinstance(value, dict):
        raise TypeError("a message is an object")
    with pytest.raises(BadInputError):
        kinds()[path.stem].from_bytes(canonical.to_bytes({**value, "backdoor": 1}))


def test_there_is_no_schema_of_what_is_not_a_message() -> None:
    with pytest.raises(ProgrammerError):
        schema_of("gossip")
