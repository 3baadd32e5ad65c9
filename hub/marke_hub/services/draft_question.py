"""Drafting a question: people write TOML, the codebook is checked, and out comes one file to sign elsewhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy import insert

from marke.codebook.builtin import NEWEST, read_builtin
from marke.codebook.model import Codebook, Purpose
from marke.governance.timely import floors_of
from marke.protocol import wire
from marke.protocol.floors import check_floors
from marke.questions.check import CheckedQuestion, check
from marke.questions.model import (
    Bundle,
    Lane,
    Publication,
    Question,
    Reading,
    Recipient,
    Windows,
    release_key,
)
from marke.vocabulary.actor import Actor
from marke.vocabulary.document import Bilingual, Document, Line
from marke.vocabulary.ids import CollectiveId
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.services.found_consortium import toml_as_json
from marke_hub.services.hub import Hub
from marke_hub.store.questions import QUESTIONS

_NONCE_BYTES: Final = 16
_LONGEST_MINUTES: Final = 366 * 24 * 60


class QuestionDraft(Document):
    """What people write. Dates become exact when the draft is taken in, because approvers sign exact dates."""

    title: Bilingual
    reason: Bilingual
    bundle: Bundle
    readings: tuple[Reading, ...] = Field(min_length=1)
    purpose: Purpose
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    publication: Publication
    requester: Line
    smallest_group: Annotated[int, Field(ge=5)]
    smallest_round: Annotated[int, Field(ge=1)]
    audience: tuple[CollectiveId, ...] = ()
    codebook: Line = NEWEST
    decide_minutes: Annotated[int, Field(ge=1, le=_LONGEST_MINUTES)] = 21 * 24 * 60
    contribute_minutes: Annotated[int, Field(ge=1, le=60 * 24 * 31)] = 72 * 60
    spare_minutes: Annotated[int, Field(ge=0, le=_LONGEST_MINUTES)] = 7 * 24 * 60
    """Time on top of both windows for collecting signatures; after that the question is void."""


@dataclass(frozen=True)
class Drafted:
    """A question that can be signed: its hash, the file for the approvers, and what follows from it."""

    question_hash: str
    envelope: bytes
    checked: CheckedQuestion


def read_question_draft(data: bytes) -> QuestionDraft:
    """Read a draft in TOML; raises BadInputError naming the field or the line."""
    return QuestionDraft.from_lax_bytes(toml_as_json(data))


def check_draft(session: Session, *, draft: QuestionDraft, hub: Hub, now: datetime) -> Drafted:
    """Check a draft against the codebook and the root's floors, without keeping anything.

    Raises BadInputError or RefusedError with the one rule that it breaks.
    """
    constants = hub.trust.trust(session).root.constants
    codebook = read_builtin(draft.codebook)
    question = _question(draft, codebook, nonce=hub.chance(_NONCE_BYTES).hex(), now=now)
    checked = check(question, codebook, floors=floors_of(constants))
    check_floors(question, constants)
    return Drafted(checked.hash, wire.seal(question, []), checked)


def draft_question(session: Session, *, draft: QuestionDraft, hub: Hub, by: Actor, now: datetime) -> Drafted:
    """Check a draft as `check_draft` does, and keep it waiting for signatures."""
    drafted = check_draft(session, draft=draft, hub=hub, now=now)
    _keep(session, drafted, by, now)
    record(session, by=by, verb="draft_question", subject=drafted.question_hash, now=now)
    return drafted


def _keep(session: Session, drafted: Drafted, by: Actor, now: datetime) -> None:
    session.execute(
        insert(QUESTIONS).values(
            question_hash=drafted.question_hash,
            release_key=release_key(drafted.checked.question.bundle),
            envelope=drafted.envelope.decode("utf-8"),
            drafted=now,
            drafted_by=str(by),
        )
    )


def _question(draft: QuestionDraft, codebook: Codebook, *, nonce: str, now: datetime) -> Question:
    begin = now.replace(microsecond=0)
    decide_until = begin + timedelta(minutes=draft.decide_minutes + draft.spare_minutes)
    return Question(
        title=draft.title,
        reason=draft.reason,
        bundle=draft.bundle,
        readings=draft.readings,
        codebook=codebook.version,
        codebook_hash=codebook.hash,
        lane=Lane.OWN,
        purpose=draft.purpose,
        recipients=draft.recipients,
        publication=draft.publication,
        smallest_group=draft.smallest_group,
        smallest_round=draft.smallest_round,
        audience=draft.audience,
        requester=draft.requester,
        nonce=nonce,
        not_before=begin,
        expires=decide_until + timedelta(minutes=draft.contribute_minutes),
        windows=Windows(decide_until=decide_until, contribute_minutes=draft.contribute_minutes),
    )
