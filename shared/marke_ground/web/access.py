"""Who may open which door. Every route says so itself, or the app is not created.

A route carries `@needs(Permission.X)` or `@open_to_all("why")`, below the route decorator. The check runs before the
view, before the body is read, and fails closed: a route without a declaration and an unknown method never answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from flask import Flask

from marke.errors import ProgrammerError
from marke.vocabulary.actor import Actor, ActorKind

View = TypeVar("View", bound=Callable[..., Any])

KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT"})
SAFE_METHODS = frozenset({"GET", "HEAD"})
DEFAULT_BODY_LIMIT = 64 * 1024
"""Bytes: a page's form. A route that takes more says so with `takes_body`."""


class Permission(StrEnum):
    """What a person may do. Which role has which permission is the `Grants` of a site."""

    # node
    SEE_HOME = "see_home"
    SEE_REGISTER = "see_register"
    DECIDE_QUESTION = "decide_question"
    IMPORT_READINGS = "import_readings"
    SEE_PLACE = "see_place"
    SEE_DOCTOR = "see_doctor"
    # hub
    SEE_CONSOLE = "see_console"
    INVITE_COLLECTIVE = "invite_collective"


Grants = Mapping[ActorKind, frozenset[Permission]]


@dataclass(frozen=True)
class Needs:
    """Only who holds this permission comes in."""

    permission: Permission


@dataclass(frozen=True)
class OpenToAll:
    """Anybody comes in, for the reason given. A machine door reads no cookie, so it needs no CSRF token."""

    reason: str
    machine_door: bool = False


Access: TypeAlias = Needs | OpenToAll


@dataclass(frozen=True)
class RouteAccess:
    """One row of the route table: what the house test and the tests of Charlie the stranger go by."""

    rule: str
    endpoint: str
    methods: frozenset[str]
    access: Access | None
    body_limit: int


def needs(permission: Permission) -> Callable[[View], View]:
    """Declare that a view is only for who holds a permission."""
    return _declare(Needs(permission))


def open_to_all(reason: str, *, machine_door: bool = False) -> Callable[[View], View]:
    """Declare that a view is for anybody, and why.

    `machine_door=True` is for programs that bring their own proof (an envelope, a token): no cookie is looked at there,
    and errors are problem documents.
    """
    if not reason.strip():
        raise ProgrammerError("an open door needs its reason")
    return _declare(OpenToAll(reason, machine_door))


def takes_body(limit: int) -> Callable[[View], View]:
    """Let a view take a body of up to `limit` bytes instead of the default of 64 KiB."""

    def declare(view: View) -> View:
        view.__dict__["marke_body_limit"] = limit
        return view

    return declare


def _declare(access: Access) -> Callable[[View], View]:
    def declare(view: View) -> View:
        if "marke_access" in view.__dict__:
            raise ProgrammerError(f"{view.__name__} declares its access twice")
        view.__dict__["marke_access"] = access
        return view

    return declare


def access_of(app: Flask, endpoint: str) -> Access | None:
    """Return what the view behind an endpoint declared, or None when it forgot."""
    view = app.view_functions.get(endpoint)
    return None if view is None else getattr(view, "marke_access", None)


def body_limit_of(app: Flask, endpoint: str) -> int:
    """Return how many bytes of body a view takes."""
    return int(getattr(app.view_functions.get(endpoint), "marke_body_limit", DEFAULT_BODY_LIMIT))


def route_table(app: Flask) -> tuple[RouteAccess, ...]:
    """Return every route of an app with what it declares, sorted by its rule."""
    return tuple(
        RouteAccess(
            rule=rule.rule,
            endpoint=rule.endpoint,
            methods=frozenset(rule.methods or ()),
            access=access_of(app, rule.endpoint),
            body_limit=body_limit_of(app, rule.endpoint),
        )
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    )


def refuse_undeclared(app: Flask) -> None:
    """Raise ProgrammerError when a route forgot its access or uses a method that the guard does not know."""
    for route in route_table(app):
        if route.access is None:
            raise ProgrammerError(f"{route.rule} ({route.endpoint}) declares neither @needs nor @open_to_all")
        if not route.methods <= KNOWN_METHODS:
            raise ProgrammerError(f"{route.rule} uses a method that is not known: {sorted(route.methods)}")


def may(grants: Grants, actor: Actor | None, permission: Permission) -> bool:
    """Whether somebody holds a permission; nobody signed in holds none."""
    return actor is not None and permission in grants.get(actor.kind, frozenset())
