"""Every page on a desk and on a phone, in Dutch and English, by day and by night."""

from collections.abc import Callable

import pytest

from support.browsing import Look, Place, Visitor, axe_path
from support.consortium import OPERATOR
from support.import_visits import import_pages
from support.live_federation import BOARD
from support.web_sites import NODE_OPERATOR, WebSites

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

MOST_BYTES = 50_000

LOOKS = (
    Look("desktop", "nl", "light"),
    Look("desktop", "en", "light"),
    Look("phone", "nl", "light"),
    Look("phone", "en", "light"),
    Look("desktop", "nl", "dark"),
    Look("phone", "nl", "dark"),
)
AXE_LOOKS = (LOOKS[0], LOOKS[3], LOOKS[4], LOOKS[5])

PAGES: dict[str, Callable[[WebSites], Place]] = {
    "hub front": lambda _: Place("hub-front", "hub", "/", None),
    "hub results": lambda _: Place("hub-results", "hub", "/results", None),
    "hub result": lambda sites: Place("hub-result", "hub", f"/results/{sites.answered}", None),
    "hub distribution": lambda sites: Place("hub-distribution", "hub", f"/results/{sites.placed}", None),
    "hub void": lambda sites: Place("hub-void", "hub", f"/results/{sites.void}", None),
    "hub about": lambda _: Place("hub-about", "hub", "/about", None),
    "hub sign in": lambda _: Place("hub-sign-in", "hub", "/signin", None),
    "hub not found": lambda _: Place("hub-not-found", "hub", "/nowhere", None),
    "hub console": lambda _: Place("hub-console", "hub", "/console", OPERATOR),
    "hub collectives": lambda _: Place("hub-collectives", "hub", "/console/collectives", OPERATOR),
    "hub questions": lambda _: Place("hub-questions", "hub", "/console/questions", OPERATOR),
    "hub question": lambda sites: Place("hub-question", "hub", f"/console/questions/{sites.draft[7:27]}", OPERATOR),
    "hub rounds": lambda _: Place("hub-rounds", "hub", "/console/rounds", OPERATOR),
    "hub round": lambda sites: Place("hub-round", "hub", f"/console/rounds/{sites.waiting}", OPERATOR),
    "node sign in": lambda _: Place("node-sign-in", "node", "/signin", None),
    "node link": lambda sites: Place("node-link", "node", sites.node.link(BOARD), None),
    "node home": lambda _: Place("node-home", "node", "/", BOARD),
    "node register": lambda _: Place("node-register", "node", "/questions", BOARD),
    "node waiting": lambda sites: Place("node-waiting", "node", f"/questions/{sites.waiting}", BOARD),
    "node answered": lambda sites: Place("node-answered", "node", f"/questions/{sites.answered}", BOARD),
    "node refused": lambda sites: Place("node-refused", "node", f"/questions/{sites.refused}", BOARD),
    "node void": lambda sites: Place("node-void", "node", f"/questions/{sites.void}", BOARD),
    "node places": lambda _: Place("node-places", "node", "/place", BOARD),
    "node place": lambda sites: Place("node-place", "node", f"/place/{sites.placed}", BOARD),
    "node import": lambda _: Place("node-import", "node", "/import", BOARD),
    "node import preview": lambda sites: Place("node-import-preview", "node", import_pages(sites).one_home, BOARD),
    "node import meters": lambda sites: Place("node-import-meters", "node", import_pages(sites).meters, BOARD),
    "node import members": lambda sites: Place("node-import-members", "node", import_pages(sites).members, BOARD),
    "node import done": lambda sites: Place("node-import-done", "node", import_pages(sites).done, BOARD),
    "node doctor": lambda _: Place("node-doctor", "node", "/doctor", BOARD),
    "node about": lambda _: Place("node-about", "node", "/about", None),
    "node not permitted": lambda _: Place("node-not-permitted", "node", "/import", NODE_OPERATOR),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_without_complaint_and_fits_the_screen(page: str, visitor: Visitor) -> None:
    place = PAGES[page](visitor.sites)
    expected = {"hub-not-found": 404, "node-not-permitted": 403}.get(place.name, 200)
    for look in LOOKS:
        with visitor.at(place, look) as opened:
            complaints = [text for text in opened.complaints if expected == 200 or "Failed to load" not in text]
            assert (opened.status, complaints) == (expected, [])
            assert opened.bytes <= MOST_BYTES
            assert opened.overflow() <= 0
            assert opened.page.evaluate("document.scripts.length") == 0
            assert opened.page.locator("html").get_attribute("lang") == look.language
            picture = visitor.folder / f"{place.name}-{look}.png"
            assert opened.page.screenshot(path=picture, full_page=True) == picture.read_bytes()


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_serious(page: str, visitor: Visitor) -> None:
    if not axe_path().exists():
        pytest.skip("axe-core is not here: run tests/support/fetch_axe.sh")
    place = PAGES[page](visitor.sites)
    for look in AXE_LOOKS:
        with visitor.at(place, look) as opened:
            assert list(opened.axe()) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_a_very_small_screen_and_large_letters(page: str, visitor: Visitor) -> None:
    place = PAGES[page](visitor.sites)
    with visitor.at(place, Look("small")) as opened:
        assert opened.overflow() <= 0
    with visitor.at(place, Look("phone")) as opened:
        # letters twice as large on a desk is the width of half a desk; on a phone only the letters grow
        opened.page.evaluate("document.documentElement.style.setProperty('font-size', '150%')")
        assert opened.overflow() <= 0
