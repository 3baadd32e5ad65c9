"""What a view may know of the request it answers: who, when, in which language, and the transaction it works in.

A page that is only looked at (GET) gets a connection that cannot write: looking changes nothing. Any other request
commits once, after the page is made, and only when the answer is not an error.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from flask import current_app, g
from sqlalchemy import Engine

from marke.clock import Clock
from marke.errors import ProgrammerError
from marke.reasons import Language
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.store.access import AccessTables
from marke_ground.store.engine import Session, reading, transaction
from marke_ground.web.i18n import Voice, Words
from marke_ground.web.site import Chance, Site

STRANGER = Actor(ActorKind.STRANGER, "stranger")
EXTENSION = "marke_ground"


@dataclass(frozen=True)
class Ground:
    """What one app stands on, made by `build_app`."""

    site: Site
    engine: Engine
    tables: AccessTables
    clock: Clock
    chance: Chance
    words: Words


@dataclass
class Visit:
    """One request. `by` is the actor for services: the person signed in, or the stranger."""

    ground: Ground
    now: datetime
    language: Language
    looks_only: bool = True
    actor: Actor | None = None
    session_token: str | None = field(default=None, repr=False)
    form_secret: str = field(default="", repr=False)
    form_secret_is_new: bool = False
    work: ExitStack = field(default_factory=ExitStack, repr=False)
    """Holds the transaction open; entered and left by the app around the view."""
    _session: Session | None = field(default=None, repr=False)

    @property
    def voice(self) -> Voice:
        """Return the words of the site in the language of the visitor."""
        return Voice(self.ground.words, self.language)

    @property
    def by(self) -> Actor:
        """Return who does it, for the audit."""
        return self.actor or STRANGER

    @property
    def session(self) -> Session:
        """Return the transaction of this request; it begins at the first use."""
        if self._session is None:
            opened = reading(self.ground.engine) if self.looks_only else transaction(self.ground.engine)
            self._session = self.work.enter_context(opened)
        return self._session


def ground() -> Ground:
    """Return what the app at work stands on."""
    found = current_app.extensions.get(EXTENSION)
    if not isinstance(found, Ground):
        raise ProgrammerError("this app was not made by build_app")
    return found


T = TypeVar("T")


def at_work(kind: type[T]) -> T:
    """Return what the app at work holds of a kind, such as the running hub; its `create_app` put it in `extensions`."""
    for found in current_app.extensions.values():
        if isinstance(found, kind):
            return found
    raise ProgrammerError(f"this app holds no {kind.__name__}")


def visit() -> Visit:
    """Return the request at work."""
    found = g.get("visit")
    if not isinstance(found, Visit):
        raise ProgrammerError("no request is at work")
    return found
