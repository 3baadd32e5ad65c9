"""What the node's first page says: who we are, how the conversation with the hub goes, and what waits for the board."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from marke.errors import NotFoundError
from marke.governance.mode import Standing
from marke.reasons import Reason
from marke.signing.fingerprint import key_fingerprint
from marke.signing.keys import PublicKey
from marke_ground.store.engine import Session
from marke_node.services.join_federation import Membership, read_membership
from marke_node.services.pipeline import NotBuilt
from marke_node.services.pipeline_steps import NOT_BUILT
from marke_node.services.read_register import read_register
from marke_node.services.standing_rules import read_standing
from marke_node.store import outbox
from marke_node.store.federation import FEDERATION, INCIDENTS
from marke_node.store.rounds import ROUNDS


@dataclass(frozen=True)
class HubStanding:
    """How the conversation with the hub goes."""

    last_contact: datetime | None
    failure: Reason | None
    """Why the last call failed; None after a success."""
    failed: datetime | None
    next_poll: datetime
    waiting_to_send: int
    incidents: int
    """Messages of the hub that were not believed."""


@dataclass(frozen=True)
class HomePage:
    """The state of the node at one moment."""

    key_words: str
    """Six words of the node's own key."""
    membership: Membership | None
    """None before the node joined."""
    trust_words: str | None
    """Six words of the root that people compared at joining."""
    hub: HubStanding | None
    waiting_for_board: int
    rounds_by_stage: dict[str, int]
    standing: Standing
    not_built: tuple[NotBuilt, ...] = NOT_BUILT


def read_home(session: Session, *, key: PublicKey, now: datetime) -> HomePage:
    """Return the state of the node for its first page."""
    stages = session.execute(select(ROUNDS.c.stage, func.count()).group_by(ROUNDS.c.stage)).all()
    try:
        membership = read_membership(session)
    except NotFoundError:
        membership = None
    return HomePage(
        key_words=key_fingerprint(key),
        membership=membership,
        trust_words=session.execute(select(FEDERATION.c.fingerprint)).scalar_one_or_none(),
        hub=_hub(session),
        waiting_for_board=len(read_register(session, now=now, waiting_only=True)),
        rounds_by_stage={row[0]: row[1] for row in stages},
        standing=read_standing(session),
    )


def _hub(session: Session) -> HubStanding | None:
    state = outbox.agent_state(session)
    if state is None:
        return None
    incidents = session.execute(select(func.coalesce(func.sum(INCIDENTS.c.times), 0))).scalar_one()
    return HubStanding(
        last_contact=state.last_contact,
        failure=None if state.failure is None else Reason(state.failure),
        failed=state.failed,
        next_poll=state.next_poll,
        waiting_to_send=outbox.count_waiting(session),
        incidents=int(incidents),
    )
