"""Every field of every page has a label that says what to fill in (style.md 8)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from marke_deploy.demo_files import dsmr_reader, econobis_members
from support.consortium import OPERATOR
from support.form_labels import fields_of
from support.live_federation import BOARD
from support.meter_files import EAN_ELECTRICITY, EAN_NEIGHBOUR, engie
from support.route_walk import Kind, addresses, site_of, visitor
from support.small_site import SAME_ORIGIN, csrf_of
from support.web_sites import MEMBER, WebSites

pytestmark = pytest.mark.whole

START = datetime(2025, 1, 31, 23, tzinfo=UTC)
PEOPLE = [{"voornaam": "Bob", "achternaam": "de Vries", "straat": "A", "huisnummer": "1", "postcode": "7201AB"}]
METERS = [(EAN_ELECTRICITY, "0.5", "Elektriciteit", "true"), (EAN_NEIGHBOUR, "0.7", "Elektriciteit", "true")]
FILES = {
    "one meter": ("readings", dsmr_reader(START, [(100 + number, 0, 0, 0, 10) for number in range(48)])),
    "two meters": ("readings", engie(START, METERS)),
    "members": ("members", econobis_members(PEOPLE)),
    "no file at all": ("readings", b""),
}


def test_a_field_without_a_label_is_found() -> None:
    page = '<label for="a">Naam</label><input id="a"><label>Ja <input name="b"></label><input type="hidden" name="c">'
    assert fields_of(page).nameless() == []
    for nameless in ('<input name="d">', '<label for="e"></label><select id="e"></select>', "<textarea></textarea>"):
        assert len(fields_of(page + nameless).nameless()) == 1


def _pages(sites: WebSites, kind: Kind) -> Iterator[tuple[str, str]]:
    site = site_of(sites, kind)
    for actor in (OPERATOR, BOARD, MEMBER, None):
        browser = visitor(site, actor)
        links = [site.link(BOARD)]
        for path in [*links, *(found.path for found in addresses(sites, kind) if "GET" in found.route.methods)]:
            answer = browser.get(path)
            if answer.mimetype == "text/html":
                yield path, answer.text


@pytest.mark.parametrize("kind", ["node", "hub"])
def test_every_field_of_every_page_has_a_label(kind: Kind, sites: WebSites) -> None:
    found = [f"{path}: {field}" for path, page in _pages(sites, kind) for field in fields_of(page).nameless()]
    assert found == []


def _upload(browser: FlaskClient, kind: str, content: bytes) -> str:
    csrf = csrf_of(browser.get("/import").text)
    data = {"csrf": csrf, "kind": kind, "file": (BytesIO(content), "file.csv")}
    return browser.post(
        "/import", data=data, headers=SAME_ORIGIN, content_type="multipart/form-data", follow_redirects=True
    ).text


@pytest.mark.parametrize("file", FILES)
def test_every_field_that_a_file_leads_to_has_a_label(file: str, sites: WebSites) -> None:
    kind, content = FILES[file]
    page = fields_of(_upload(visitor(sites.node, BOARD), kind, content))
    assert page.nameless() == []
    assert page.fields or file in {"members", "no file at all"}
