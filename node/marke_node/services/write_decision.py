"""A decision, signed by the node, logged with who took it, and laid in the outbox: one row each, in one breath."""

from datetime import datetime

from sqlalchemy import insert

from marke import canonical
from marke.protocol import node_side as talk
from marke.protocol.messages import Decision
from marke.protocol.wire import seal
from marke.vocabulary.actor import Actor
from marke.vocabulary.ids import content_hash
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_node.services.pipeline import Refused, Signer
from marke_node.store import outbox, rounds_log
from marke_node.store.rounds import DECISIONS


def write_decision(
    session: Session, *, state: talk.NodeState, signer: Signer, refused: Refused | None, by: Actor, now: datetime
) -> talk.NodeState:
    """Accept (`refused` is None) or refuse a question; return the next state of the round.

    A refusal after an acceptance takes the yes back. Raises ConversationError when it is too late for either.
    """
    round_id = state.exchange.round_id
    envelope, content = _sign(state, signer, refused, now)
    event = talk.Decided(decision=content, refusal=None if refused is None else refused.refusal)
    moved, _ = talk.node_next(state, event, now=now)
    session.execute(
        insert(DECISIONS).values(
            round_id=round_id,
            outcome="accepted" if refused is None else "refused",
            refusal=None if refused is None else refused.refusal.value,
            reason=None if refused is None else refused.reason.value,
            details=canonical.to_bytes({} if refused is None else dict(refused.details)).decode("utf-8"),
            decided_by=str(by),
            decided=now,
            content_hash=content,
            envelope=envelope,
        )
    )
    outbox.drop_waiting(session, round_id=round_id)
    outbox.add(session, kind="decision", round_id=round_id, content_hash=content, envelope=envelope, now=now)
    rounds_log.write_state(session, round_id, moved)
    verb = "accept_question" if refused is None else "refuse_question"
    reason = {} if refused is None else {"reason": refused.reason.value}
    record(session, by=by, verb=verb, subject=round_id, now=now, details=reason)
    return moved


def _sign(state: talk.NodeState, signer: Signer, refused: Refused | None, now: datetime) -> tuple[str, str]:
    decision = Decision(
        question_hash=state.exchange.question_hash,
        round_id=state.exchange.round_id,
        collective=signer.collective,
        outcome="accepted" if refused is None else "refused",
        refusal=None if refused is None else refused.refusal,
        decided=now.replace(microsecond=0),
    )
    envelope = seal(decision, [signer.key])
    return envelope.decode("utf-8"), content_hash(envelope)
