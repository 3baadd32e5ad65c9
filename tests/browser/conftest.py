"""A real Chromium against real sites on loopback. Screenshots go to MARKE_SCREENSHOTS (default var/screenshots)."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from support.browsing import CHROMIUM, Visitor, chromium_arguments
from support.sources import ROOT
from support.web_sites import WebSites, web_sites


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSites]:
    """Give the sites of a hub and of one of its twelve collectives."""
    with web_sites(tmp_path_factory.mktemp("sites")) as found:
        yield found


@pytest.fixture(scope="session")
def visitor(sites: WebSites) -> Iterator[Visitor]:
    """Give somebody with a browser."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: install it or set MARKE_CHROMIUM")
    folder = Path(os.environ.get("MARKE_SCREENSHOTS") or ROOT / "var/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=chromium_arguments())
        yield Visitor(browser, sites, folder)
        browser.close()
