"""Where the hub may be."""

import pytest

from marke.errors import BadInputError, MarkeError, RefusedError
from marke.reasons import Reason
from marke_node.hub_link.address import HubAddress


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://hub.example.org", "https://hub.example.org"),
        (" https://hub.example.org:8443/ ", "https://hub.example.org:8443"),
        ("http://127.0.0.1:8480", "http://127.0.0.1:8480"),
        ("http://localhost:8480", "http://localhost:8480"),
        ("http://[::1]:8480", "http://[::1]:8480"),
    ],
)
def test_a_good_address_is_tidied(text: str, url: str) -> None:
    assert HubAddress.parse(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hub.example.org",
        "ftp://hub.example.org",
        "https://",
        "https://bob:secret@hub.example.org",
        "https://hub.example.org/path",
        "https://hub.example.org?x=1",
        "https://hub.example.org#x",
        "https://hub.example.org:port",
        "https://[::1",
    ],
)
def test_any_other_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        HubAddress.parse(text)
    assert caught.value.reason is Reason.BAD_HUB_ADDRESS
    assert "secret" not in str(caught.value)


def test_plain_http_to_another_computer_needs_a_frightening_setting() -> None:
    with pytest.raises(RefusedError) as caught:
        HubAddress.parse("http://hub.example.org")
    assert caught.value.reason is Reason.PLAIN_HTTP_REFUSED
    assert not HubAddress.parse("http://hub.example.org", unsafe_plain_http=True).is_encrypted


@pytest.mark.parametrize("host", ["127.0.0.1.example.org", "localhost.example.org", "0.0.0.0", "10.0.0.1"])  # noqa: S104 - an address to refuse
def test_what_looks_like_this_computer_is_not(host: str) -> None:
    with pytest.raises(MarkeError):
        HubAddress.parse(f"http://{host}")
