"""Write one sample of every message to tests/fixtures/protocol/v1, for later releases to read.

    PYTHONPATH=tests python -m support.freeze_protocol

A file that exists is left as it is: a sample of a released version is never rewritten. To change a sample before its
version is released, delete the file first. Every key is a known test key, every moment is fixed, so the samples come
out the same on every machine.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from marke.protocol.messages import (
    Coverage,
    Discovery,
    Enrolment,
    HiddenCell,
    Invitation,
    PollAnswer,
    PollRequest,
    Problem,
    QuestionOffer,
    Receipt,
    Result,
    ResultCell,
    Round,
    Void,
)
from marke.protocol.wire import seal
from marke.signing.fingerprint import root_fingerprint
from marke.vocabulary.document import Document
from marke.vocabulary.ids import content_hash
from support.known_keys import (
    ALICE,
    ALICE_KEY,
    APPROVER_KEYS,
    CHARLIE_KEY,
    DIRECTORY_KEYS,
    HUB_KEY,
    NOON,
    ROOT_KEYS,
    ROUND,
    a_contribution,
    a_decision,
    a_directory,
    a_question,
    a_root,
)

FOLDER = Path(__file__).parents[1] / "fixtures" / "protocol" / "v1"

_COVERAGE = Coverage(
    invited=12, accepted=9, answered=8, refused_policy=1, refused_not_enough=1, refused_technical=0, silent=1
)
_QUESTION_HASH = content_hash(a_question().to_bytes())
_LAYOUT_HASH = content_hash(b"layout")
_INVITATION = "inv_aaaaaaaaaaaaaaaa"
_SECRET = "0123456789abcdef" * 2


def signed_samples() -> Mapping[str, bytes]:
    """Return an envelope of every signed message, by its name on the wire."""
    question = seal(a_question(), APPROVER_KEYS[:3])
    contribution = a_contribution().model_copy(
        update={"cells": (*a_contribution().cells, HiddenCell(leaf="detached")), "bins_hidden": 2}
    )
    answer = seal(contribution, [ALICE_KEY])
    return {
        "root": seal(a_root(), ROOT_KEYS[:3]),
        "directory": seal(a_directory(), DIRECTORY_KEYS[:2]),
        "question": question,
        "decision": seal(a_decision(), [ALICE_KEY]),
        "contribution": answer,
        "enrolment": seal(_enrolment(), [CHARLIE_KEY]),
        **{name: seal(document, [HUB_KEY]) for name, document in _by_the_hub(question.decode("utf-8"), answer).items()},
    }


def unsigned_samples() -> Mapping[str, bytes]:
    """Return the canonical bytes of every message that has no envelope."""
    found: Mapping[str, Document] = {
        "discovery": Discovery(
            hub="Proefkoepel", protocols=(1,), software="marke 26.11.0", now=NOON, root_version=1, demo=False
        ),
        "invitation": Invitation(
            id=_INVITATION,
            secret=_SECRET,
            hub_url="https://koepel.example",
            fingerprint=root_fingerprint(a_root().to_bytes()),
            expires=NOON + timedelta(days=14),
        ),
        "poll": PollRequest(
            protocols=(1,),
            software="marke 26.11.0",
            capabilities=("own_lane",),
            codebooks=(content_hash(b"codebook"),),
            root_version=1,
            directory_version=1,
            cursor=0,
        ),
        "poll_answer": PollAnswer(
            protocol=1,
            collective=ALICE,
            now=NOON,
            cursor=1,
            more=False,
            envelopes=(seal(a_question(), APPROVER_KEYS[:3]).decode("utf-8"),),
            next_poll_s=60,
        ),
        "problem": Problem(
            type="https://koepel.example/problems/round_closed",
            title="The round is closed",
            status=409,
            reason="round_closed",
            detail=None,
        ),
    }
    return {name: document.to_bytes() for name, document in found.items()}


def _by_the_hub(question: str, contribution: bytes) -> Mapping[str, Document]:
    made = NOON - timedelta(minutes=1)
    return {
        "offer": QuestionOffer(question_hash=_QUESTION_HASH, round_id=ROUND, question=question, offered=made),
        "round": Round(
            round_id=ROUND, question_hash=_QUESTION_HASH, eligible=9, opens=made, closes=NOON + timedelta(hours=72)
        ),
        "result": Result(
            round_id=ROUND,
            question_hash=_QUESTION_HASH,
            layout_hash=_LAYOUT_HASH,
            coverage=_COVERAGE,
            cells=(ResultCell(leaf="terraced", collectives=8, values=(240, 345_678)),),
            spread=(("1234.5",),),
            contributors=(ALICE_KEY.public.key_id,),
            made=made,
        ),
        "void": Void(round_id=ROUND, question_hash=_QUESTION_HASH, coverage=_COVERAGE, reason="too_few", made=made),
        "receipt": Receipt(round_id=ROUND, collective=ALICE, content_hash=content_hash(contribution), received=made),
    }


def _enrolment() -> Enrolment:
    public = CHARLIE_KEY.public.to_text()
    return Enrolment(
        invitation=_INVITATION,
        secret_hash=content_hash(f"{_SECRET}|{public}".encode()),
        collective_name="Buurt van Charlie",
        public_key=public,
        capabilities=("own_lane",),
        software="marke 26.11.0",
        made=NOON,
    )


def main() -> None:
    """Write the samples that are not there yet."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in {**signed_samples(), **unsigned_samples()}.items():
        path = FOLDER / f"{name}.json"
        if not path.exists():
            path.write_bytes(data)


if __name__ == "__main__":
    main()
