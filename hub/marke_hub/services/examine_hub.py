"""Looking whether a hub can do its work: root and directory valid, its key in the root, no round overdue."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from marke.errors import ConflictError, MarkeError
from marke.reasons import Language, Reason
from marke.signing.root import RoleName
from marke_ground.store.engine import Session
from marke_hub.services.advance_round import due_rounds
from marke_hub.services.hub import Hub
from marke_hub.services.read_collectives import list_collectives

_PATIENCE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; in order unless there is an error."""

    what: str
    fact: str
    error: MarkeError | None = None

    def says(self, language: Language) -> str:
        """Return the fact, or what is wrong and what to do."""
        return self.fact if self.error is None else self.error.say(language)


def examine_hub(session: Session, *, hub: Hub, now: datetime) -> tuple[Finding, ...]:
    """Return what was found, the worst kind of news included; raises nothing that has a sentence."""
    return (
        _root(session, hub, now),
        _directory(session, hub, now),
        _collectives(session, hub),
        _rounds(session, now),
    )


def _root(session: Session, hub: Hub, now: datetime) -> Finding:
    try:
        trust = hub.trust.trust(session)
        trust.check_root_fresh(now=now)
        if hub.key.public.key_id not in trust.root.roles[RoleName.HUB].keys:
            return Finding("root", "", ConflictError(Reason.ROOT_WITHOUT_THIS_HUB))
    except MarkeError as error:
        return Finding("root", "", error)
    return Finding("root", f"{trust.root.version}, {trust.root.expires.date()}")


def _directory(session: Session, hub: Hub, now: datetime) -> Finding:
    try:
        trust = hub.trust.trust(session)
        trust.check_directory_fresh(now=now)
    except MarkeError as error:
        return Finding("directory", "", error)
    return Finding("directory", f"{trust.directory.version}, {trust.directory.expires.date()}")


def _collectives(session: Session, hub: Hub) -> Finding:
    found = list_collectives(session, hub=hub)
    listed = sum(view.is_listed for view in found)
    if listed < len(found):
        return Finding("collectives", "", ConflictError(Reason.DIRECTORY_BEHIND, waiting=len(found) - listed))
    return Finding("collectives", str(len(found)))


def _rounds(session: Session, now: datetime) -> Finding:
    late = due_rounds(session, now=now - _PATIENCE)
    if late:
        return Finding("rounds", "", ConflictError(Reason.ROUNDS_OVERDUE, rounds=len(late)))
    return Finding("rounds", "0")
