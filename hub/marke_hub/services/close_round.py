"""Closing a round: the stored contributions are added up once, and a signed Result or Void goes out; all or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import insert, select, update

from marke.errors import BadInputError
from marke.protocol import wire
from marke.protocol.fitting import shown_cells
from marke.protocol.messages import Contribution, Coverage, Result, ResultCell, Void
from marke.questions.check import CheckedQuestion
from marke.signing.envelope import Envelope
from marke.statistics.combine import combine
from marke.vocabulary.actor import SYSTEM
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.services import feed
from marke_hub.services.hub import Hub
from marke_hub.store.rounds import MESSAGES, OUTCOMES, ROUNDS


def close_with_result(
    session: Session, *, round_id: str, question_hash: str, coverage: Coverage, hub: Hub, now: datetime
) -> Result | Void:
    """Add up every stored contribution of the round and publish the signed Result.

    Runs in one transaction with the change of phase: stopped anywhere, the round is still open with all its
    contributions, and the next tick does it again from the start. Contributions that cannot be added up now never can:
    then the round ends in a Void.
    """
    checked = hub.questions.checked(session, question_hash)
    try:
        result = _add_up(session, round_id, checked, coverage, now)
        sealed = wire.seal(result, [hub.key])
    except BadInputError:
        return close_without_result(
            session,
            round_id=round_id,
            question_hash=question_hash,
            coverage=coverage,
            hub=hub,
            now=now,
            reason="unusable",
        )
    _publish(session, round_id, "result", sealed, now)
    details = {"answered": coverage.answered, "invited": coverage.invited}
    record(session, by=SYSTEM, verb="close_round", subject=round_id, now=now, details=details)
    return result


def _add_up(session: Session, round_id: str, checked: CheckedQuestion, coverage: Coverage, now: datetime) -> Result:
    contributions, signers = _contributions(session, round_id)
    combined = combine(checked, contributions)
    shown = [combined.cells[leaf] for leaf in checked.layout.all_leaves if combined.cells[leaf].collectives]
    return Result(
        round_id=round_id,
        question_hash=checked.hash,
        layout_hash=checked.layout.hash,
        coverage=coverage,
        cells=tuple(ResultCell(leaf=cell.leaf, collectives=cell.collectives, values=cell.values) for cell in shown),
        spread=tuple(cell.spread for cell in shown),
        contributors=tuple(sorted(signers)),
        made=now.replace(microsecond=0),
    )


def close_without_result(  # noqa: PLR0913 - what a void says, all by keyword
    session: Session,
    *,
    round_id: str,
    question_hash: str,
    coverage: Coverage,
    hub: Hub,
    now: datetime,
    reason: Literal["too_few", "unusable"] = "too_few",
) -> Void:
    """Publish the signed Void: too few answered or they cannot be added up, so nothing is shown."""
    void = Void(
        round_id=round_id,
        question_hash=question_hash,
        coverage=coverage,
        reason=reason,
        made=now.replace(microsecond=0),
    )
    _publish(session, round_id, "void", wire.seal(void, [hub.key]), now)
    details = {"answered": coverage.answered, "invited": coverage.invited, "reason": reason}
    record(session, by=SYSTEM, verb="void_round", subject=round_id, now=now, details=details)
    return void


def _contributions(
    session: Session, round_id: str
) -> tuple[Mapping[str, Mapping[str, tuple[int, ...]]], frozenset[str]]:
    rows = session.execute(
        select(MESSAGES.c.collective_id, MESSAGES.c.envelope)
        .where(MESSAGES.c.round_id == round_id, MESSAGES.c.kind == "contribution")
        .order_by(MESSAGES.c.collective_id)
    )
    found: dict[str, Mapping[str, tuple[int, ...]]] = {}
    signers: set[str] = set()
    for row in rows:
        envelope = Envelope.from_text(row.envelope)
        # verified when it came in; the table cannot be changed since
        found[row.collective_id] = shown_cells(Contribution.from_bytes(envelope.payload))
        signers.update(one.key_id for one in envelope.signatures)
    return found, frozenset(signers)


def _publish(session: Session, round_id: str, kind: str, sealed: bytes, now: datetime) -> None:
    envelope = sealed.decode("utf-8")
    session.execute(insert(OUTCOMES).values(round_id=round_id, kind=kind, envelope=envelope, made=now))
    session.execute(
        update(ROUNDS)
        .where(ROUNDS.c.round_id == round_id)
        .values(phase="resulted" if kind == "result" else "voided", waiting_for=0)
    )
    feed.append(session, kind="result" if kind == "result" else "void", round_id=round_id, envelope=envelope, now=now)
