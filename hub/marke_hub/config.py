"""The hub's settings, read once from the environment. Nothing here opens a file or a connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from marke.errors import BadInputError
from marke.reasons import Reason

SETTINGS: Final[Mapping[str, str]] = {
    "MARKE_HUB_HOME": "Folder of the hub: its key, its secret and its database. Default: `.marke-hub` in your home.",
    "MARKE_HUB_DATABASE_URL": "Database of the hub. Default: the SQLite file `hub.db` in the folder of the hub.",
    "MARKE_ENV": "`production` (default), `development` or `demo`.",
    "MARKE_HUB_LISTEN": "Address and port of pages and API. Default: `127.0.0.1:8480`, this computer only.",
    "MARKE_HUB_PUBLIC_URL": "Address under which nodes and people reach the hub, when a proxy stands in front.",
    "MARKE_HUB_SECRET_FILE": "File with the secret that opens the hub's key. Default: `hub.secret` in the folder.",
    "MARKE_HUB_PASSPHRASE_FILE": "File with a passphrase for the hub's key, instead of the secret file.",
    "MARKE_HUB_POLL_SECONDS": "How long a node is asked to wait between two polls. Default: 60.",
    "MARKE_HUB_WORKER": "`inside` (default): `serve` also closes rounds; `apart`: only `marke hub worker` does.",
}
"""Every setting and what it means; the reference page is made from this table."""

MIGRATIONS: Final = "marke_hub.store.migrations"
"""Where the chain of the hub's tables lies."""

_DEFAULT_LISTEN: Final = "127.0.0.1:8480"
_HIGHEST_PORT: Final = 65_535
_LONGEST_POLL_S: Final = 86_400


class Environment(StrEnum):
    """Where the hub runs. Dangerous settings are refused in production, which is the default."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    DEMO = "demo"


@dataclass(frozen=True)
class HubConfig:
    """Everything the hub is told from outside. The database URL may hold a password, so it is not printed."""

    home: Path
    database_url: str = field(repr=False)
    environment: Environment = Environment.PRODUCTION
    host: str = "127.0.0.1"
    port: int = 8480
    public_url: str | None = None
    secret_file: Path | None = None
    passphrase_file: Path | None = None
    poll_seconds: int = 60
    worker_inside: bool = True

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "HubConfig":
        """Read the settings; raises BadInputError(BAD_SETTING) naming the setting that is wrong."""
        home = Path(environ.get("MARKE_HUB_HOME") or Path.home() / ".marke-hub").expanduser().absolute()
        host, port = parse_listen(environ.get("MARKE_HUB_LISTEN", _DEFAULT_LISTEN))
        return cls(
            home=home,
            database_url=environ.get("MARKE_HUB_DATABASE_URL") or f"sqlite:///{home / 'hub.db'}",
            environment=_environment(environ.get("MARKE_ENV", Environment.PRODUCTION.value)),
            host=host,
            port=port,
            public_url=environ.get("MARKE_HUB_PUBLIC_URL") or None,
            secret_file=_path(environ.get("MARKE_HUB_SECRET_FILE")),
            passphrase_file=_path(environ.get("MARKE_HUB_PASSPHRASE_FILE")),
            poll_seconds=_seconds(environ.get("MARKE_HUB_POLL_SECONDS", "60")),
            worker_inside=_worker_inside(environ.get("MARKE_HUB_WORKER", "inside")),
        )

    @property
    def site_url(self) -> str:
        """Return the address that invitations and sign-in links start with."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def key_file(self) -> Path:
        """Return where the hub's sealed private key lies."""
        return self.home / "hub.key"

    @property
    def unlock_file(self) -> Path:
        """Return the file whose bytes open the key: the passphrase file, else the secret file."""
        return self.passphrase_file or self.secret_file or self.home / "hub.secret"


def parse_listen(text: str) -> tuple[str, int]:
    """Read `127.0.0.1:8480`; raises BadInputError(BAD_SETTING). Port 0 lets the system choose."""
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > _HIGHEST_PORT:
        raise BadInputError(Reason.BAD_SETTING, setting="MARKE_HUB_LISTEN", detail=_DEFAULT_LISTEN)
    return host, int(port)


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _environment(text: str) -> Environment:
    try:
        return Environment(text)
    except ValueError as error:
        raise BadInputError(Reason.BAD_SETTING, setting="MARKE_ENV", detail="production, development, demo") from error


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _LONGEST_POLL_S:
        raise BadInputError(Reason.BAD_SETTING, setting="MARKE_HUB_POLL_SECONDS", detail="60")
    return int(text)


def _worker_inside(text: str) -> bool:
    if text not in {"inside", "apart"}:
        raise BadInputError(Reason.BAD_SETTING, setting="MARKE_HUB_WORKER", detail="inside, apart")
    return text == "inside"
