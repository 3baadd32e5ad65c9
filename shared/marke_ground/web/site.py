"""What one web site is: a value handed to `build_app`, so that nothing is read from the surroundings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from marke_ground.web.access import Grants, Permission

Chance: TypeAlias = Callable[[int], bytes]
"""Gives so many unpredictable bytes; `secrets.token_bytes` in the shells."""

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class MenuItem:
    """One entry of the menu: shown to who may open it, or to all."""

    endpoint: str
    label: str
    """Key in the catalogue."""
    permission: Permission | None = None


@dataclass(frozen=True)
class Site:
    """A node's or hub's site.

    `secure` is True wherever the site is reached over HTTPS: cookies get `__Host-` and Secure, and HSTS is sent.
    `hosts` are the names the site answers to; any other Host header is refused (DNS rebinding).
    """

    kind: Literal["node", "hub"]
    package: str
    """Import package with the folders `templates` and `locale`."""
    name: str
    grants: Grants
    menu: Sequence[MenuItem]
    home: str
    """Endpoint of the first page after signing in."""
    cookie_suffix: str
    """Keeps the cookies of two sites on one host name apart, such as the sites of a demo on loopback."""
    secure: bool
    demo: bool = False
    pilot: bool = False
    hosts: tuple[str, ...] = LOOPBACK_HOSTS
    upload_folder: Path | None = None
    """Where big uploads are streamed to; None keeps them in memory up to the limit of the route."""

    @property
    def session_cookie(self) -> str:
        """Name of the cookie that carries the session's token."""
        return self._cookie("session")

    @property
    def form_cookie(self) -> str:
        """Name of the cookie that ties a form to a browser that is not signed in."""
        return self._cookie("form")

    @property
    def language_cookie(self) -> str:
        """Name of the cookie that remembers the language."""
        return self._cookie("language")

    def _cookie(self, purpose: str) -> str:
        prefix = "__Host-" if self.secure else ""
        return f"{prefix}marke_{purpose}_{self.cookie_suffix}"
