"""Joining over the network: meet the hub, fetch the first root, compare its words, and ask to be admitted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from marke import __version__
from marke.errors import RefusedError, UnreachableError, UntrustedError
from marke.protocol.messages import PROTOCOL_VERSIONS, Discovery, Invitation
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke.signing.fingerprint import root_fingerprint, six_words
from marke.signing.keys import PrivateKey
from marke.signing.trust import TrustState
from marke.vocabulary.actor import Actor
from marke_ground.store.engine import transaction
from marke_node.hub_link.link import HubLink, check_clock
from marke_node.services.join_federation import Pinned, enrolment_of, join_federation

SOFTWARE = f"marke-node {__version__}"


@dataclass(frozen=True)
class Wish:
    """What a collective wants: on which invitation, under which name, and whether a demo is fine."""

    invitation: Invitation
    collective_name: str
    key: PrivateKey
    allow_demo: bool


def meet(link: HubLink, *, now: datetime) -> Discovery:
    """Ask the hub who it is.

    Raises UnreachableError(NO_COMMON_PROTOCOL), UntrustedError(CLOCK_OFF_...), and whatever the link raises.
    """
    found = link.discover()
    check_clock(found, now=now)
    if not set(found.protocols) & set(PROTOCOL_VERSIONS):
        raise UnreachableError(Reason.NO_COMMON_PROTOCOL)
    return found


def join_hub(
    engine: Engine, link: HubLink, wish: Wish, *, confirm: Callable[[str], bool], by: Actor, now: datetime
) -> str:
    """Join, when `confirm` says that the six words of the first root are those that the consortium read out.

    Returns the six words of the node's own key, which the consortium compares in turn. Raises RefusedError
    (FINGERPRINT_NOT_CONFIRMED), UntrustedError (WRONG_FINGERPRINT when the root is not the invitation's) and
    ConflictError (JOINED_ALREADY), keeping nothing; and whatever the link raises when the hub refuses the request.
    """
    meet(link, now=now)
    root = link.root(1)
    if root is None:
        raise UntrustedError(Reason.HUB_BAD_ANSWER, hub=link.address.url, field="root")
    words = root_fingerprint(Envelope.from_bytes(root).payload)
    trust = TrustState.pin(root, fingerprint=wish.invitation.fingerprint, now=now, allow_demo=wish.allow_demo)
    if not confirm(words):
        raise RefusedError(Reason.FINGERPRINT_NOT_CONFIRMED, found=words)
    request = enrolment_of(
        wish.invitation, collective_name=wish.collective_name, key=wish.key, software=SOFTWARE, now=now
    )
    with transaction(engine) as session:
        join_federation(
            session, invitation=wish.invitation, pinned=Pinned(root, trust), request=request, by=by, now=now
        )
    # written down first: a request that was lost on the way is sent again by the agent, byte for byte
    link.enrol(request)
    return six_words(wish.key.public.raw)
