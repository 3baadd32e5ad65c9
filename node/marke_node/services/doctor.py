"""The doctor: looks the node over and says what is well, what is not, and what this version cannot do yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from marke.errors import MarkeError
from marke.reasons import Language, Reason, sentence
from marke.signing.keys import PublicKey
from marke_ground.store.engine import Session
from marke_node.services.keep_trust import load_trust
from marke_node.services.pipeline import NotBuilt
from marke_node.services.read_home import HomePage, read_home

_LONG_AGO: Final = timedelta(days=3)
_SOON: Final = timedelta(days=14)


class Health(StrEnum):
    """How one thing stands."""

    WELL = "well"
    LOOK = "look"
    """Works, but somebody should look."""
    WRONG = "wrong"


class Check(StrEnum):
    """What the doctor looks at."""

    FOLDER = "folder"
    DATABASE = "database"
    MEMBERSHIP = "membership"
    TRUST = "trust"
    HUB = "hub"
    OUTBOX = "outbox"
    INCIDENTS = "incidents"
    BOARD = "board"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    check: Check
    health: Health
    reason: Reason | None = None
    details: tuple[tuple[str, str | int], ...] = ()

    def say(self, language: Language) -> str | None:
        """Return the sentence, when there is something to say."""
        return None if self.reason is None else sentence(self.reason, language, dict(self.details))


@dataclass(frozen=True)
class Diagnosis:
    """Everything that was looked at, and what this version does not have."""

    findings: tuple[Finding, ...]
    not_built: tuple[NotBuilt, ...]

    @property
    def health(self) -> Health:
        """Return the worst that was found."""
        order = (Health.WELL, Health.LOOK, Health.WRONG)
        return max((finding.health for finding in self.findings), key=order.index)


def doctor(
    session: Session, *, key: PublicKey, open_files: Sequence[str], allow_demo: bool, now: datetime
) -> Diagnosis:
    """Look the node over. `open_files` are files of its folder that others on this computer may read."""
    home = read_home(session, key=key, now=now)
    findings = (
        _folder(open_files),
        Finding(Check.DATABASE, Health.WELL),
        _membership(home),
        *(() if home.membership is None else (_trust(session, allow_demo=allow_demo, now=now), _hub(home, now))),
        _outbox(home),
        _incidents(home),
        _board(home),
    )
    return Diagnosis(findings, home.not_built)


def _folder(open_files: Sequence[str]) -> Finding:
    if open_files:
        return Finding(Check.FOLDER, Health.WRONG, Reason.OPEN_TO_OTHERS, (("files", ", ".join(open_files)),))
    return Finding(Check.FOLDER, Health.WELL)


def _membership(home: HomePage) -> Finding:
    if home.membership is None:
        return Finding(Check.MEMBERSHIP, Health.LOOK, Reason.NOT_JOINED)
    if home.membership.collective is None:
        return Finding(Check.MEMBERSHIP, Health.LOOK, Reason.NOT_ADMITTED_YET)
    return Finding(Check.MEMBERSHIP, Health.WELL)


def _trust(session: Session, *, allow_demo: bool, now: datetime) -> Finding:
    try:
        trust = load_trust(session, allow_demo=allow_demo)
        trust.check_root_fresh(now=now)
        if trust.held_directory is not None:
            trust.check_directory_fresh(now=now)
    except MarkeError as error:
        return Finding(Check.TRUST, Health.WRONG, error.reason, tuple(error.details.items()))
    if trust.root.expires - now < _SOON:
        return Finding(Check.TRUST, Health.LOOK, Reason.ROOT_EXPIRES_SOON, (("days", (trust.root.expires - now).days),))
    return Finding(Check.TRUST, Health.WELL)


def _hub(home: HomePage, now: datetime) -> Finding:
    if home.hub is None or home.hub.last_contact is None:
        return Finding(Check.HUB, Health.LOOK, Reason.NO_CONTACT_YET)
    silent = now - home.hub.last_contact
    if home.hub.failure is None:
        return Finding(Check.HUB, Health.WELL)
    if not silent.days:
        return Finding(Check.HUB, Health.LOOK, Reason.HUB_FAILED_TODAY, (("why", home.hub.failure.value),))
    days = (("days", silent.days), ("why", home.hub.failure.value))
    return Finding(Check.HUB, Health.WRONG if silent > _LONG_AGO else Health.LOOK, Reason.HUB_SILENT, days)


def _outbox(home: HomePage) -> Finding:
    waiting = 0 if home.hub is None else home.hub.waiting_to_send
    if waiting:
        return Finding(Check.OUTBOX, Health.LOOK, Reason.OUTBOX_WAITS, (("messages", waiting),))
    return Finding(Check.OUTBOX, Health.WELL)


def _incidents(home: HomePage) -> Finding:
    times = 0 if home.hub is None else home.hub.incidents
    if times:
        return Finding(Check.INCIDENTS, Health.LOOK, Reason.MESSAGES_NOT_BELIEVED, (("times", times),))
    return Finding(Check.INCIDENTS, Health.WELL)


def _board(home: HomePage) -> Finding:
    if home.waiting_for_board:
        waiting = (("questions", home.waiting_for_board),)
        return Finding(Check.BOARD, Health.LOOK, Reason.QUESTIONS_WAIT, waiting)
    return Finding(Check.BOARD, Health.WELL)
