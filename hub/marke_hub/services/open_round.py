"""Opening a round: the decision window is over, enough collectives said yes, and they are told until when to answer."""

from datetime import datetime

from sqlalchemy import update

from marke.protocol import wire
from marke.protocol.conversation import OpenTheRound
from marke.protocol.messages import Round
from marke.vocabulary.actor import SYSTEM
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.services import feed
from marke_hub.services.hub import Hub
from marke_hub.store.rounds import ROUNDS


def open_round(
    session: Session, *, round_id: str, question_hash: str, opening: OpenTheRound, hub: Hub, now: datetime
) -> None:
    """Publish the signed Round and wait for every eligible collective until `opening.closes`."""
    opens, closes = now.replace(microsecond=0), opening.closes.replace(microsecond=0)
    opened = Round(
        round_id=round_id, question_hash=question_hash, eligible=opening.eligible, opens=opens, closes=closes
    )
    session.execute(
        update(ROUNDS)
        .where(ROUNDS.c.round_id == round_id)
        .values(
            phase="open",
            opened=opens,
            closes=closes,
            eligible=opening.eligible,
            waiting_for=opening.eligible,
            due=closes,
        )
    )
    sealed = wire.seal(opened, [hub.key]).decode("utf-8")
    feed.append(session, kind="round", round_id=round_id, envelope=sealed, now=now)
    details = {"eligible": opening.eligible}
    record(session, by=SYSTEM, verb="open_round", subject=round_id, now=now, details=details)
