"""What became of a message in the outbox: the hub's receipt, its refusal, or another try later."""

from datetime import datetime, timedelta

from sqlalchemy import insert

from marke.errors import MarkeError, UntrustedError
from marke.protocol import node_side as talk
from marke.protocol.messages import Receipt
from marke.protocol.wire import open_message
from marke.reasons import Reason
from marke.vocabulary.actor import SYSTEM, Actor
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_node.services.pipeline import Standpoint
from marke_node.services.pipeline_start import take_round
from marke_node.store import outbox, rounds_log
from marke_node.store.federation import RECEIPTS


def keep_receipt(
    session: Session, *, content: str, receipt: bytes, standpoint: Standpoint, by: Actor, now: datetime
) -> None:
    """Keep the hub's receipt for one message and take the message out of the outbox.

    Raises UntrustedError(WRONG_RECEIPT) when the receipt is for other bytes, another round or another collective, and
    whatever `open_message` raises when the hub did not sign it.
    """
    row = outbox.find(session, content)
    if row is None:
        raise UntrustedError(Reason.WRONG_RECEIPT)
    said = open_message(standpoint.trust, receipt, Receipt, now=now).document
    if (said.content_hash, said.round_id, said.collective) != (content, row.round_id, standpoint.signer.collective):
        raise UntrustedError(Reason.WRONG_RECEIPT)
    if rounds_log.has_receipt(session, content):
        return
    session.execute(
        insert(RECEIPTS).values(
            content_hash=content, round_id=row.round_id, envelope=receipt.decode("utf-8"), received=now
        )
    )
    outbox.change(session, content, {"state": "delivered", "attempts": row.attempts + 1})
    _move(session, row.round_id, content, now)
    record(session, by=by, verb="keep_receipt", subject=row.round_id, now=now, details={"kind": row.kind})


def _move(session: Session, round_id: str, content: str, now: datetime) -> None:
    state = rounds_log.state_of(take_round(session, round_id))
    moved, _ = talk.node_next(state, talk.ReceiptCame(content=content), now=now)
    if moved != state:
        rounds_log.write_state(session, round_id, moved)


def put_off(session: Session, *, content: str, wait_s: int, now: datetime) -> None:
    """Try a message again after some seconds, because the hub could not be reached or did not answer well."""
    row = outbox.find(session, content)
    if row is not None:
        later = {"attempts": row.attempts + 1, "wait_s": wait_s, "next_try": now + timedelta(seconds=wait_s)}
        outbox.change(session, content, later)


def give_up(session: Session, *, content: str, error: MarkeError, now: datetime) -> None:
    """Stop sending a message that the hub refuses for good, and keep what it said."""
    row = outbox.find(session, content)
    if row is None:
        return
    said = str(error.details.get("code", error.reason.value))[:80]
    outbox.change(session, content, {"state": "refused", "attempts": row.attempts + 1, "reason": said})
    details = {"kind": row.kind, "reason": said}
    record(session, by=SYSTEM, verb="outbox_refused", subject=row.round_id, now=now, details=details)
