"""The node's standpoint: trust verified from what was kept, the built-in codebook, and the collective's own key."""

from marke.codebook.builtin import read_builtin
from marke.errors import NotFoundError
from marke.reasons import Reason
from marke.signing.keys import PrivateKey
from marke_ground.store.engine import Session
from marke_node.services.join_federation import read_membership
from marke_node.services.keep_trust import load_trust
from marke_node.services.pipeline import Signer, Standpoint


def load_standpoint(session: Session, *, key: PrivateKey, allow_demo: bool) -> Standpoint:
    """Return the standpoint of a member of a federation; raises NotFoundError (NOT_JOINED, NOT_ADMITTED_YET)."""
    collective = read_membership(session).collective
    if collective is None:
        raise NotFoundError(Reason.NOT_ADMITTED_YET)
    trust = load_trust(session, allow_demo=allow_demo)
    return Standpoint(trust=trust, codebook=read_builtin(), signer=Signer(collective=collective, key=key))
