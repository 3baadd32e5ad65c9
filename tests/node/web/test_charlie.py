"""Charlie the stranger tries every door of the node: every address of its real map, with every method."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.web.access import Needs, RouteAccess, route_table
from support.node_site import NodeSite, node_site
from support.small_site import SAME_ORIGIN

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SENT_AWAY = {301, 302, 303, 401, 403}
NOT_THERE = {404, 405, 501}
SOMETHING = {
    "round_id": "rnd_aaaaaaaaaaaaaaaa",
    "upload_id": "a" * 32,
    "import_id": "imp_aaaaaaaaaaaaaaaa",
    "token": "0" * 64,
}


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> NodeSite:
    """Give the site of a node in which nobody signed in."""
    return node_site(engine, tmp_path)


def closed_doors(app: Flask) -> tuple[RouteAccess, ...]:
    """Return every route that is not declared to be open to all."""
    return tuple(route for route in route_table(app) if isinstance(route.access, Needs))


def path_of(rule: str) -> str:
    """Fill an address in; a new kind of part must be named above."""
    for name, value in SOMETHING.items():
        rule = rule.replace(f"<{name}>", value)
    assert "<" not in rule
    return rule


def status(browser: FlaskClient, method: str, path: str) -> int:
    """Knock at a door as a page of our own would."""
    data = {"csrf": "0" * 64} if method in {"POST", "PUT", "PATCH"} else None
    return browser.open(path, method=method, data=data, headers=SAME_ORIGIN).status_code


def test_charlie_comes_in_nowhere(site: NodeSite) -> None:
    charlie = site.app.test_client()
    doors = closed_doors(site.app)
    assert len(doors) >= 14
    found = {
        (route.rule, method): status(charlie, method, path_of(route.rule)) for route in doors for method in METHODS
    }
    assert {door: code for door, code in found.items() if code not in SENT_AWAY | NOT_THERE} == {}
    answered = {(route.rule, method) for route in doors for method in route.methods}
    assert {door: code for door, code in found.items() if door in answered and code not in SENT_AWAY} == {}


def test_charlie_with_a_made_up_session_comes_in_nowhere(site: NodeSite) -> None:
    charlie = site.app.test_client()
    charlie.set_cookie("marke_session_node_8470", "f" * 64)
    doors = closed_doors(site.app)
    codes = {status(charlie, method, path_of(route.rule)) for route in doors for method in route.methods}
    assert codes <= SENT_AWAY


def test_bob_comes_in_only_where_members_may(site: NodeSite) -> None:
    bob = site.browser(Actor(ActorKind.MEMBER, "mem_bobaaaaaaaaaaaaaa"))
    open_doors = {"/", "/questions", "/questions/<round_id>", "/place", "/place/<round_id>"}
    for route in closed_doors(site.app):
        for method in route.methods:
            code = status(bob, method, path_of(route.rule))
            assert (code == 403) == (route.rule not in open_doors), (route.rule, method, code)


def test_only_these_doors_are_open_to_all(site: NodeSite) -> None:
    public = {route.rule for route in route_table(site.app) if not isinstance(route.access, Needs)}
    assert public == {"/about", "/favicon.svg", "/signin", "/signin/<token>", "/signout", "/static/marke.css"}
