"""What the hub says of itself before anything is trusted."""

from datetime import datetime
from typing import Final

from marke import __version__
from marke.errors import NotFoundError
from marke.protocol.messages import PROTOCOL_VERSIONS, Discovery
from marke.reasons import Reason
from marke_ground.store.engine import Session
from marke_hub.services.found_consortium import published
from marke_hub.services.hub import Hub

_HIGHEST_VERSION: Final = 2**31 - 1


def describe_hub(session: Session, *, hub: Hub, now: datetime) -> Discovery:
    """Return the hub's name, protocols and clock; raises NotFoundError(HUB_NOT_FOUNDED) before the first root."""
    held = hub.trust.held(session)
    return Discovery(
        hub=held.trust.root.consortium,
        protocols=PROTOCOL_VERSIONS,
        software=f"marke {__version__}",
        now=now.replace(microsecond=0),
        root_version=held.heads.root,
        demo=held.trust.root.demo,
    )


def give_root(session: Session, *, version: int) -> bytes:
    """Return one root byte for byte; raises NotFoundError."""
    # a number that no column can hold is no version either
    found = published(session, kind="root", version=version) if version <= _HIGHEST_VERSION else None
    if found is None:
        raise NotFoundError(Reason.NO_SUCH_PAGE)
    return found


def give_directory(session: Session, *, hub: Hub) -> bytes:
    """Return the newest directory byte for byte; raises NotFoundError while there is none."""
    directory = hub.trust.held(session).directory
    if directory is None:
        raise NotFoundError(Reason.NO_SUCH_PAGE)
    return directory.encode("utf-8")
