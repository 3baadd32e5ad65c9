"""Recording a collective's one answer to a round, byte for byte, and giving a signed receipt."""

from datetime import datetime

from marke.errors import BadInputError
from marke.protocol import wire
from marke.protocol.conversation import ContributionArrived
from marke.protocol.messages import Contribution, ShownCell
from marke.questions.check import CheckedQuestion
from marke.reasons import Reason
from marke.statistics.combine import check_cells
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
    verified = wire.open_from_collective(hub.trust.trust(session, now=now), arrival.body, Contribution, now=now)
    contribution = verified.document
    place = refuse_mixup(session, arrival, contribution)
    check_contribution(hub.questions.checked(session, contribution.question_hash), contribution)
    event = ContributionArrived(contribution=arrival.content)
    return keep_message(session, arrival=arrival, place=place, event=event, hub=hub, now=now)


def check_contribution(checked: CheckedQuestion, contribution: Contribution) -> None:
    """Refuse a contribution that does not fit its question: another layout, missing or double groups, impossible cells.

    A hidden group is a cell too: leaving one out would be a third way of saying "too small".
    """
    if contribution.layout_hash != checked.layout.hash:
        raise BadInputError(Reason.OTHER_LAYOUT)
    leaves = [cell.leaf for cell in contribution.cells]
    if sorted(leaves) != sorted(checked.layout.all_leaves):
        raise BadInputError(Reason.CELLS_DO_NOT_FIT, leaf="all", detail="not exactly the groups that were asked")
    check_cells(checked.layout, shown_cells(contribution))
    shown = shown_cells(contribution)
    count = checked.layout.column("count")
    for leaf, values in shown.items():
        if count is not None and values[count] < checked.question.smallest_group:
            raise BadInputError(Reason.CELLS_DO_NOT_FIT, leaf=leaf, detail="a group below the smallest size")


def shown_cells(contribution: Contribution) -> dict[str, tuple[int, ...]]:
    """Return leaf -> numbers of what the collective showed; hidden groups are absent, which is not zero."""
    return {cell.leaf: cell.values for cell in contribution.cells if isinstance(cell, ShownCell)}
