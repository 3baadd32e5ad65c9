"""Recording a collective's one answer to a round, byte for byte, and giving a signed receipt."""

from datetime import datetime

from marke.protocol import wire
from marke.protocol.conversation import ContributionArrived
from marke.protocol.fitting import check_contribution
from marke.protocol.messages import Contribution
from marke_ground.store.engine import Session
from marke_hub.services.hub import Hub
from marke_hub.services.take_message import Arrival, Recorded, earlier_receipt, keep_message, refuse_mixup


def record_contribution(session: Session, *, arrival: Arrival, hub: Hub, now: datetime) -> Recorded:
    """Keep the signed contribution of the calling collective; the same bytes again get the same receipt.

    Raises what `record_decision` raises, BadInputError (OTHER_LAYOUT, CELLS_DO_NOT_FIT), and ConversationError
    (ANSWERED_ALREADY for other bytes, NOT_ACCEPTED, ROUND_NOT_OPEN, ROUND_CLOSED).
    """
    before = earlier_receipt(session, arrival)
    if before is not None:
        return before
    verified = wire.open_from_collective(hub.trust.trust(session), arrival.body, Contribution, now=now)
    contribution = verified.document
    place = refuse_mixup(session, arrival, contribution)
    check_contribution(hub.questions.checked(session, contribution.question_hash), contribution)
    event = ContributionArrived(contribution=arrival.content)
    return keep_message(session, arrival=arrival, place=place, event=event, hub=hub, now=now)
