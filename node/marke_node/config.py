"""The node's settings, read once from the environment. Nothing here opens a file or a connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from marke.errors import BadInputError
from marke.reasons import Reason


class Environment(StrEnum):
    """Where the node runs. Dangerous settings are refused in production, which is the default."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    DEMO = "demo"


SETTINGS: Final[Mapping[str, str]] = {
    "MARKE_HOME": "Folder of this node: its key, its secret and its database. Default: `.marke` in your home folder.",
    "MARKE_DATABASE_URL": "Database of the node. Default: the SQLite file `node.db` in the folder of the node.",
    "MARKE_ENV": "`production` (default), `development` or `demo`.",
    "MARKE_LISTEN": "Address and port of the pages. Default: `127.0.0.1:8470`, this computer only.",
    "MARKE_PUBLIC_URL": "Address under which people reach the pages, when a proxy stands in front.",
    "MARKE_SECRET_FILE": "File with the secret that opens the node's key. Default: `node.secret` in the folder.",
    "MARKE_PASSPHRASE_FILE": "File with a passphrase for the node's key, instead of the secret file.",
    "MARKE_UNSAFE_PLAIN_HTTP": "`yes` lets the node speak plain HTTP to a hub elsewhere. Refused in production.",
}
"""Every setting and what it means; the reference page is made from this table."""

_DEFAULT_LISTEN: Final = "127.0.0.1:8470"
_HIGHEST_PORT: Final = 65_535


@dataclass(frozen=True)
class NodeConfig:
    """Everything the node is told from outside. The database URL may hold a password, so it is not printed."""

    home: Path
    database_url: str = field(repr=False)
    environment: Environment
    host: str
    port: int
    public_url: str | None = None
    secret_file: Path | None = None
    passphrase_file: Path | None = None
    unsafe_plain_http: bool = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "NodeConfig":
        """Read the settings; raises BadInputError(BAD_SETTING) naming the setting that is wrong."""
        environment = _environment(environ.get("MARKE_ENV", Environment.PRODUCTION.value))
        home = Path(environ.get("MARKE_HOME") or Path.home() / ".marke").expanduser().absolute()
        host, port = _listen(environ.get("MARKE_LISTEN", _DEFAULT_LISTEN))
        return cls(
            home=home,
            database_url=environ.get("MARKE_DATABASE_URL") or f"sqlite:///{home / 'node.db'}",
            environment=environment,
            host=host,
            port=port,
            public_url=environ.get("MARKE_PUBLIC_URL") or None,
            secret_file=_path(environ.get("MARKE_SECRET_FILE")),
            passphrase_file=_path(environ.get("MARKE_PASSPHRASE_FILE")),
            unsafe_plain_http=_unsafe(environ.get("MARKE_UNSAFE_PLAIN_HTTP", ""), environment),
        )

    @property
    def site_url(self) -> str:
        """Return the address that sign-in links start with."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_production(self) -> bool:
        """Say whether dangerous choices must be refused."""
        return self.environment is Environment.PRODUCTION


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _environment(text: str) -> Environment:
    try:
        return Environment(text)
    except ValueError as error:
        raise BadInputError(Reason.BAD_SETTING, setting="MARKE_ENV", detail="production, development, demo") from error


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > _HIGHEST_PORT:
        raise BadInputError(Reason.BAD_SETTING, setting="MARKE_LISTEN", detail="127.0.0.1:8470")
    return host, int(port)


def _unsafe(text: str, environment: Environment) -> bool:
    if text not in {"", "no", "yes"}:
        raise BadInputError(Reason.BAD_SETTING, setting="MARKE_UNSAFE_PLAIN_HTTP", detail="no, yes")
    if text == "yes" and environment is Environment.PRODUCTION:
        raise BadInputError(Reason.UNSAFE_IN_PRODUCTION, setting="MARKE_UNSAFE_PLAIN_HTTP")
    return text == "yes"
