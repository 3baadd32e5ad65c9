"""Who may do what on the node's pages, and what stands in its menu (governance.md 9)."""

from collections.abc import Mapping, Sequence
from typing import Final

from marke.vocabulary.actor import ActorKind
from marke_ground.web.access import Permission
from marke_ground.web.site import MenuItem

_SEES: Final = frozenset({Permission.SEE_HOME, Permission.SEE_REGISTER, Permission.SEE_PLACE})

GRANTS: Final[Mapping[ActorKind, frozenset[Permission]]] = {
    ActorKind.MEMBER: _SEES,
    ActorKind.BOARD: _SEES | {Permission.DECIDE_QUESTION, Permission.IMPORT_READINGS, Permission.SEE_DOCTOR},
    ActorKind.STEWARD: _SEES | {Permission.IMPORT_READINGS, Permission.SEE_DOCTOR},
    # runs the server, so sees how it stands; decides nothing and imports nothing
    ActorKind.OPERATOR: _SEES | {Permission.SEE_DOCTOR},
}

HOME: Final = "home.home"
"""The first page after signing in."""

MENU: Final[Sequence[MenuItem]] = (
    MenuItem("home.home", "menu.home", Permission.SEE_HOME),
    MenuItem("register.register", "menu.register", Permission.SEE_REGISTER),
    MenuItem("place.places", "menu.place", Permission.SEE_PLACE),
    MenuItem("import.choose", "menu.import", Permission.IMPORT_READINGS),
    MenuItem("home.doctor_page", "menu.doctor", Permission.SEE_DOCTOR),
    MenuItem("home.about", "menu.about"),
)
