"""Recording what a collective decided about a question, byte for byte, and giving a signed receipt."""

from datetime import datetime

from marke.protocol import wire
from marke.protocol.conversation import heard_decision
from marke.protocol.messages import Decision
from marke_ground.store.engine import Session
from marke_hub.services.hub import Hub
from marke_hub.services.take_message import Arrival, Recorded, earlier_receipt, keep_message, refuse_mixup


def record_decision(session: Session, *, arrival: Arrival, hub: Hub, now: datetime) -> Recorded:
    """Keep a signed decision of the calling collective; the same bytes again get the same receipt.

    Raises UntrustedError (signature, sender), BadInputError (another round or question than it says), NotFoundError
    (ROUND_UNKNOWN), ConversationError (decided otherwise, too late, answered already).
    """
    before = earlier_receipt(session, arrival)
    if before is not None:
        return before
    verified = wire.open_from_collective(hub.trust.trust(session), arrival.body, Decision, now=now)
    decision = verified.document
    place = refuse_mixup(session, arrival, decision)
    event = heard_decision(decision, arrival.content)
    return keep_message(session, arrival=arrival, place=place, event=event, hub=hub, now=now)
