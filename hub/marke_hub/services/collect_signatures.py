"""Collecting the approvers' signatures: files come in, signatures are joined, k of n approves. Keys never come here."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update

from marke.errors import ConflictError, NotFoundError
from marke.protocol import wire
from marke.questions.check import question_hash
from marke.questions.model import Question
from marke.reasons import Reason
from marke.signing.envelope import Envelope, merge
from marke.signing.root import RoleName
from marke.signing.trust import TrustState
from marke.vocabulary.actor import Actor
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.services.hub import Hub
from marke_hub.store.questions import QUESTIONS


@dataclass(frozen=True)
class Signatures:
    """How far a question is: who signed, and how many must."""

    question_hash: str
    signers: tuple[str, ...]
    """Key ids, sorted."""
    threshold: int
    left_out: int = 0
    """Signatures in the file that were made with keys of nobody who approves."""

    @property
    def is_approved(self) -> bool:
        """Say whether the threshold is reached."""
        return len(self.signers) >= self.threshold


def collect_signatures(session: Session, *, envelope: bytes, hub: Hub, by: Actor, now: datetime) -> Signatures:
    """Take in one signed file of a question that was drafted here.

    Signatures of keys that are no approver's are taken out (protocol 3.3), so that one wrong key does not spoil the
    file of the others; when no other is left, the file is refused. Raises UntrustedError (no signature of an approver,
    or one that does not hold: nothing of the file is kept), NotFoundError(QUESTION_UNKNOWN: other bytes than the
    draft), ConflictError(QUESTION_TOO_LATE).
    """
    trust = hub.trust.trust(session)
    envelope, left_out = _of_approvers(trust, envelope)
    kind = wire.wire_type(Question)
    opened = trust.open_incomplete(envelope, payload_type=kind.payload_type, role=RoleName.APPROVERS, now=now)
    question = Question.from_bytes(opened.payload)
    found = question_hash(question)
    row = session.execute(select(QUESTIONS).where(QUESTIONS.c.question_hash == found).with_for_update()).first()
    if row is None:
        raise NotFoundError(Reason.QUESTION_UNKNOWN, question=found[:20])
    if now >= question.windows.decide_until:
        raise ConflictError(Reason.QUESTION_TOO_LATE)
    joined = merge(Envelope.from_text(row.envelope), Envelope.from_bytes(envelope))
    signatures = count_signatures(trust, joined, found)
    session.execute(
        update(QUESTIONS)
        .where(QUESTIONS.c.question_hash == found)
        .values(envelope=joined.to_text(), approved=row.approved or (now if signatures.is_approved else None))
    )
    details = {"signatures": len(signatures.signers), "threshold": signatures.threshold}
    record(session, by=by, verb="collect_signatures", subject=found, now=now, details=details)
    return replace(signatures, left_out=left_out)


def _of_approvers(trust: TrustState, envelope: bytes) -> tuple[bytes, int]:
    # protocol 3.3: whoever passes an envelope on may take out a signature that does not count
    given = Envelope.from_bytes(envelope)
    approvers = set(trust.root.keys_of(RoleName.APPROVERS))
    kept = tuple(one for one in given.signatures if one.key_id in approvers)
    if not kept:
        return envelope, 0
    return replace(given, signatures=kept).to_bytes(), len(given.signatures) - len(kept)


def count_signatures(trust: TrustState, envelope: Envelope, found: str) -> Signatures:
    """Return who of the present approvers signed; signatures of keys that are approvers no more do not count."""
    approvers = trust.root.keys_of(RoleName.APPROVERS)
    signers = sorted({one.key_id for one in envelope.signatures} & set(approvers))
    return Signatures(found, tuple(signers), trust.root.threshold_of(RoleName.APPROVERS))


def signatures_of(session: Session, *, question: str, hub: Hub) -> Signatures:
    """Return how far a stored question is; raises NotFoundError(QUESTION_UNKNOWN)."""
    return count_signatures(
        hub.trust.trust(session), Envelope.from_bytes(export_question(session, question=question)), question
    )


def export_question(session: Session, *, question: str) -> bytes:
    """Return the file of a question with the signatures so far; raises NotFoundError(QUESTION_UNKNOWN)."""
    query = select(QUESTIONS.c.envelope).where(QUESTIONS.c.question_hash == question)
    envelope: str | None = session.execute(query).scalar()
    if envelope is None:
        raise NotFoundError(Reason.QUESTION_UNKNOWN, question=question[:20])
    return envelope.encode("utf-8")
