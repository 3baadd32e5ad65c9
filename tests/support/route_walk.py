"""Every address of the real sites, made from their own route tables with arguments that a stranger could know."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from marke.vocabulary.actor import Actor
from marke_ground.web.access import OpenToAll, RouteAccess, route_table
from support.import_visits import import_pages
from support.small_site import sign_in
from support.web_sites import WebSite, WebSites

Kind = Literal["node", "hub"]

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "MARKE")
_UNKNOWN_ROUND: Final = "rnd_aaaaaaaaaaaaaaaa"
_ANYTHING: Final = ("1", "x" * 16, "..%2f..", "<b>", "é")


@dataclass(frozen=True)
class Address:
    """One route with arguments filled in."""

    route: RouteAccess
    path: str

    @property
    def is_open(self) -> bool:
        """Say whether anybody may come here."""
        return isinstance(self.route.access, OpenToAll)


def site_of(sites: WebSites, kind: Kind) -> WebSite:
    """Return one of the two sites."""
    return sites.hub if kind == "hub" else sites.node


def addresses(sites: WebSites, kind: Kind) -> tuple[Address, ...]:
    """Return every route of a site at every plausible set of arguments, the rounds that exist first."""
    app, known = site_of(sites, kind).app, _arguments(sites)
    routes = {(route.rule, route.endpoint, route.methods): route for route in route_table(app)}
    found = []
    for rule in app.url_map.iter_rules():
        route = routes[rule.rule, rule.endpoint, frozenset(rule.methods or ())]
        found += [Address(route, path) for path in _paths(app, rule, known)]
    return tuple(found)


def _arguments(sites: WebSites) -> Mapping[str, Sequence[str]]:
    pages = import_pages(sites)
    rounds = (sites.answered, sites.placed, sites.waiting, sites.refused, sites.void)
    return {
        "round_id": (*rounds, _UNKNOWN_ROUND, "x"),
        "question": (sites.draft[7:27], "0" * 20, "x"),
        "token": ("a" * 43, "x"),
        "upload_id": tuple(page.rsplit("/", 1)[1] for page in (pages.one_home, pages.meters, pages.members)),
        "import_id": (pages.done.rsplit("/", 1)[1], "x"),
        "version": ("1", "99", "9" * 30),
    }


def _paths(app: Flask, rule: Rule, known: Mapping[str, Sequence[str]]) -> Iterator[str]:
    names = sorted(rule.arguments)
    urls = app.url_map.bind("localhost")
    for values in product(*(known.get(name, _ANYTHING) for name in names)):
        converted = {name: rule._converters[name].to_python(text) for name, text in zip(names, values, strict=True)}
        yield urls.build(rule.endpoint, converted, method=next(iter(rule.methods or ())))


def visitor(site: WebSite, actor: Actor | None) -> FlaskClient:
    """Return a browser in which somebody signed in, or nobody."""
    browser = site.app.test_client()
    return browser if actor is None else sign_in(browser, site.link(actor))
