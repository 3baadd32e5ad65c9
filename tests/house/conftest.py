"""The real sites of a hub and of one collective, for the rules that hold for every page."""

from collections.abc import Iterator

import pytest

from support.web_sites import WebSites, web_sites


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSites]:
    """Give the sites of a hub and of one of its three collectives, with a question in every state."""
    with web_sites(tmp_path_factory.mktemp("sites"), collectives=3) as found:
        yield found
