"""Where the hub is. HTTPS, or plain HTTP on this computer only."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from marke.errors import BadInputError, RefusedError
from marke.reasons import Reason


@dataclass(frozen=True)
class HubAddress:
    """A checked hub address: scheme, host and port, no path, no user name, no trailing slash."""

    url: str
    is_loopback: bool
    is_encrypted: bool

    @classmethod
    def parse(cls, text: str, *, unsafe_plain_http: bool = False) -> "HubAddress":
        """Read an address such as `https://hub.example.org`.

        Raises BadInputError(BAD_HUB_ADDRESS), and RefusedError(PLAIN_HTTP_REFUSED) for plain HTTP to another computer.
        """
        try:
            parts = urlsplit(text.strip())
            port = parts.port
        except ValueError as error:
            raise BadInputError(Reason.BAD_HUB_ADDRESS) from error
        strange = parts.username or parts.password or parts.query or parts.fragment or parts.path not in {"", "/"}
        if parts.scheme not in {"http", "https"} or not parts.hostname or strange:
            raise BadInputError(Reason.BAD_HUB_ADDRESS)
        loopback = is_loopback(parts.hostname)
        if parts.scheme == "http" and not loopback and not unsafe_plain_http:
            raise RefusedError(Reason.PLAIN_HTTP_REFUSED, hub=parts.hostname[:80])
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        url = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
        return cls(url=url, is_loopback=loopback, is_encrypted=parts.scheme == "https")


def is_loopback(host: str) -> bool:
    """Say whether a host name can only mean this computer."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
