"""Who may do what on the hub's pages, and what stands in its menu."""

from collections.abc import Mapping, Sequence
from typing import Final

from marke.vocabulary.actor import ActorKind
from marke_ground.web.access import Permission
from marke_ground.web.site import MenuItem

GRANTS: Final[Mapping[ActorKind, frozenset[Permission]]] = {
    ActorKind.OPERATOR: frozenset({Permission.SEE_CONSOLE, Permission.INVITE_COLLECTIVE}),
}

HOME: Final = "console.overview"
"""Where an operator comes in."""

MENU: Final[Sequence[MenuItem]] = (
    MenuItem("public.front", "menu.front"),
    MenuItem("public.results", "menu.results"),
    MenuItem("public.about", "menu.about"),
    MenuItem("console.overview", "menu.console", Permission.SEE_CONSOLE),
    MenuItem("console.collectives", "menu.collectives", Permission.SEE_CONSOLE),
    MenuItem("console.questions", "menu.questions", Permission.SEE_CONSOLE),
    MenuItem("console.rounds", "menu.rounds", Permission.SEE_CONSOLE),
)
