"""Offering an approved question: a round begins, and every collective it is for is invited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select

from marke.canonical import Json
from marke.errors import ConflictError
from marke.protocol import wire
from marke.protocol.messages import QuestionOffer
from marke.questions.model import Question, release_key
from marke.reasons import Reason
from marke.signing.trust import TrustState
from marke.vocabulary.actor import Actor
from marke.vocabulary.ids import new_id
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.services import feed
from marke_hub.services.collect_signatures import export_question
from marke_hub.services.hub import Hub
from marke_hub.store.rounds import ROUNDS, STANDINGS

_ID_BYTES: Final = 10


def offer_question(session: Session, *, question: str, hub: Hub, by: Actor, now: datetime) -> str:
    """Offer a question by its hash and return the id of the round; an open or answered round of it is returned again.

    Raises UntrustedError (TOO_FEW_SIGNATURES, EXPIRED), ConflictError (ASKED_BEFORE: another question holds this
    release key; QUESTION_TOO_LATE; NOBODY_TO_ASK).
    """
    trust = hub.trust.trust(session)
    envelope = export_question(session, question=question)
    verified = wire.open_message(trust, envelope, Question, now=now)
    asked = verified.document
    if now >= asked.windows.decide_until:
        raise ConflictError(Reason.QUESTION_TOO_LATE)
    before = _asked_before(session, release_key(asked.bundle))
    if before is not None:
        if before[1] != question:
            raise ConflictError(Reason.ASKED_BEFORE, round=before[0])
        return before[0]
    round_id = new_id("rnd", hub.chance(_ID_BYTES))
    invited = _invited(trust, asked, now)
    _store_round(session, round_id, question, asked, invited, now)
    offer = QuestionOffer(
        question_hash=question,
        round_id=round_id,
        question=envelope.decode("utf-8"),
        offered=now.replace(microsecond=0),
    )
    sealed = wire.seal(offer, [hub.key]).decode("utf-8")
    feed.append(session, kind="offer", round_id=round_id, envelope=sealed, now=now)
    details: Mapping[str, Json] = {"invited": len(invited), "question": question}
    record(session, by=by, verb="offer_question", subject=round_id, now=now, details=details)
    return round_id


def _asked_before(session: Session, key: str) -> tuple[str, str] | None:
    query = select(ROUNDS.c.round_id, ROUNDS.c.question_hash).where(
        ROUNDS.c.release_key == key, ROUNDS.c.phase != "voided"
    )
    row = session.execute(query).first()
    return None if row is None else (row.round_id, row.question_hash)


def _invited(trust: TrustState, question: Question, now: datetime) -> tuple[str, ...]:
    audience = set(question.audience)
    trust.check_directory_fresh(now=now)
    counting = trust.directory.counting(trust.root.constants, now=now)
    found = tuple(entry.id for entry in counting if not audience or entry.id in audience)
    if not found:
        raise ConflictError(Reason.NOBODY_TO_ASK)
    return found


def _store_round(
    session: Session, round_id: str, question: str, asked: Question, invited: tuple[str, ...], now: datetime
) -> None:
    session.execute(
        insert(ROUNDS).values(
            round_id=round_id,
            question_hash=question,
            release_key=release_key(asked.bundle),
            phase="deciding",
            offered=now,
            decide_until=asked.windows.decide_until,
            waiting_for=len(invited),
            due=asked.windows.decide_until,
        )
    )
    session.execute(
        insert(STANDINGS),
        [{"round_id": round_id, "collective_id": collective, "standing": "invited"} for collective in invited],
    )
