"""Files that Alice brought to a node's pages, each at another step: for whoever wants to look at those pages."""

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from flask.testing import FlaskClient

from marke_deploy.demo_files import dsmr_reader, econobis_members
from support.live_federation import BOARD
from support.meter_files import EAN_ELECTRICITY, EAN_GAS, EAN_NEIGHBOUR, engie
from support.node_site import send
from support.small_site import sign_in
from support.web_sites import WebSites

_START = datetime(2025, 1, 31, 23, tzinfo=UTC)
_DSMR = dsmr_reader(_START, [(1000, 500, 0, 0, 10)] * 48)
_OTHER = dsmr_reader(_START, [(900, 400, 0, 0, 9)] * 24)
_METERS = engie(
    _START,
    [
        (EAN_ELECTRICITY, "0.5", "Elektriciteit", "true"),
        (EAN_NEIGHBOUR, "0.7", "Elektriciteit", "true"),
        (EAN_GAS, "0.1", "Gas", "0"),
    ],
)
_MADE: Final[dict[str, "ImportPages"]] = {}
_PERSON = {"voornaam": "Bob", "achternaam": "Vries", "straat": "Marktstraat", "huisnummer": "12"}
_MEMBERS = econobis_members([{**_PERSON, "postcode": "7201 AB", "woonplaats": "Zutphen"}])


@dataclass(frozen=True)
class ImportPages:
    """Addresses of pages."""

    one_home: str
    """A preview of which the household was chosen."""
    meters: str
    """A preview of several meters of which nothing was chosen."""
    members: str
    done: str


def import_pages(sites: WebSites) -> ImportPages:
    """Bring files in as Alice; the second time the same pages are meant."""
    key = sites.node.address
    if key not in _MADE:
        browser = sign_in(sites.node.app.test_client(), sites.node.link(BOARD))
        one_home, other = _upload(browser, _DSMR), _upload(browser, _OTHER)
        _choose(browser, one_home)
        done = send(browser, f"{other}/commit", _choose(browser, other)).location
        _MADE[key] = ImportPages(one_home, _upload(browser, _METERS), _upload(browser, _MEMBERS, "members"), done)
    return _MADE[key]


def _upload(browser: FlaskClient, content: bytes, kind: str = "readings") -> str:
    return send(browser, "/import", {"kind": kind, "file": (io.BytesIO(content), "file.csv")}).location


def _choose(browser: FlaskClient, page: str) -> dict[str, object]:
    found = re.search(r'value="(hh_[a-z0-9]+)"', browser.get(page).text)
    if found is None:
        raise RuntimeError("the preview offers no household")
    send(browser, page, {"household": found[1], "step": "choose"})
    return {"household": found[1], "step": "take"}
