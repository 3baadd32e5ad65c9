"""Somebody with a browser: opens pages as a role, in a language, on a screen, and notes everything the browser says."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypedDict

from playwright.sync_api import Browser, BrowserContext, Page

from marke.reasons import Language
from marke.vocabulary.actor import Actor
from support.sources import ROOT
from support.web_sites import WebSite, WebSites

CHROMIUM: Final = os.environ.get("MARKE_CHROMIUM", "/usr/bin/chromium")
Scheme = Literal["light", "dark"]


class ScreenSize(TypedDict):
    """Width and height in CSS pixels."""

    width: int
    height: int


SCREENS: Final[Mapping[str, ScreenSize]] = {
    "desktop": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 844},
    "small": {"width": 320, "height": 640},
}


@dataclass(frozen=True)
class Look:
    """On what screen, in what language and colours somebody looks."""

    screen: str = "desktop"
    language: Language = "nl"
    scheme: Scheme = "light"
    scripts: bool = True

    def __str__(self) -> str:
        return f"{self.screen}-{self.language}-{self.scheme}"


@dataclass(frozen=True)
class Place:
    """A page of a site, and as whom it is opened."""

    name: str
    site: Literal["hub", "node"]
    path: str
    actor: Actor | None


@dataclass
class Visitor:
    """A browser with the sites it may visit."""

    browser: Browser
    sites: WebSites
    folder: Path
    _contexts: dict[tuple[Look, str, str], BrowserContext] = field(default_factory=dict)

    def site(self, place: Place) -> WebSite:
        """Return the site of a page."""
        return self.sites.hub if place.site == "hub" else self.sites.node

    @contextmanager
    def at(self, place: Place, look: Look) -> Iterator["OpenPage"]:
        """Open a page, and close it afterwards."""
        page = self._context(place, look).new_page()
        opened = OpenPage(page)
        try:
            opened.open(self.site(place).address + place.path)
            yield opened
        finally:
            page.close()

    def _context(self, place: Place, look: Look) -> BrowserContext:
        who = "" if place.actor is None else str(place.actor)
        key = (look, place.site, who)
        if key not in self._contexts:
            self._contexts[key] = self.new_context(place, look)
        return self._contexts[key]

    def new_context(self, place: Place, look: Look) -> BrowserContext:
        """Return a fresh browser profile in which the person of a page is signed in."""
        context = self.browser.new_context(
            viewport={"width": SCREENS[look.screen]["width"], "height": SCREENS[look.screen]["height"]},
            color_scheme=look.scheme,
            locale="nl-NL" if look.language == "nl" else "en-GB",
            java_script_enabled=look.scripts,
        )
        if place.actor is not None:
            site = self.site(place)
            page = context.new_page()
            page.goto(site.address + site.link(place.actor))
            with page.expect_navigation():
                page.locator("main button").click()
            # this page stays open: closing it while the browser still settles can hang the newest Chromium
        return context


@dataclass
class OpenPage:
    """A page that is open, with what the browser complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    status: int = 0
    bytes: int = 0

    def open(self, address: str) -> None:
        """Go to an address and note complaints, status and weight."""
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        response = self.page.goto(address)
        if response is None:
            raise RuntimeError("the page did not answer")
        self.status, self.bytes = response.status, len(response.body())

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the screen."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def axe(self) -> Sequence[str]:
        """Return serious and critical findings of axe-core, each as `rule: target`."""
        self.page.evaluate(axe_source())
        found: Mapping[str, Any] = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']} ({violation['impact']}): {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            if violation["impact"] in {"serious", "critical"}
            for node in violation["nodes"]
        ]


@cache
def axe_source() -> str:
    """Return the source of axe-core, fetched by tests/support/fetch_axe.sh."""
    return axe_path().read_text("utf-8")


def axe_path() -> Path:
    """Return where axe-core lies."""
    return Path(os.environ.get("MARKE_AXE") or ROOT / ".venv/axe/axe.min.js")


def chromium_arguments() -> list[str]:
    """Return what keeps Chromium quiet: it speaks with loopback only."""
    return [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
