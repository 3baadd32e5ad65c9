"""The node's settings."""

from pathlib import Path

import pytest

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_node.config import Environment, NodeConfig


def test_without_settings_the_node_is_careful() -> None:
    config = NodeConfig.from_environ({})
    assert config.environment is Environment.PRODUCTION
    assert config.host == "127.0.0.1"
    assert config.database_url == f"sqlite:///{config.home / 'node.db'}"
    assert not config.unsafe_plain_http


def test_settings_are_read(tmp_path: Path) -> None:
    config = NodeConfig.from_environ(
        {
            "MARKE_HOME": str(tmp_path),
            "MARKE_ENV": "demo",
            "MARKE_LISTEN": "[::1]:9000",
            "MARKE_PUBLIC_URL": "https://marke.example.org/",
            "MARKE_DATABASE_URL": "postgresql://bob:secret@db/node",
            "MARKE_UNSAFE_PLAIN_HTTP": "yes",
        }
    )
    assert (config.host, config.port) == ("[::1]", 9000)
    assert config.site_url == "https://marke.example.org"
    assert "bob:secret" not in repr(config)
    assert config.unsafe_plain_http


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("MARKE_ENV", "prod", Reason.BAD_SETTING),
        ("MARKE_LISTEN", "8470", Reason.BAD_SETTING),
        ("MARKE_LISTEN", "127.0.0.1:99999", Reason.BAD_SETTING),
        ("MARKE_LISTEN", "127.0.0.1:٣", Reason.BAD_SETTING),
        ("MARKE_UNSAFE_PLAIN_HTTP", "true", Reason.BAD_SETTING),
        ("MARKE_UNSAFE_PLAIN_HTTP", "yes", Reason.UNSAFE_IN_PRODUCTION),
    ],
)
def test_a_wrong_setting_is_named(setting: str, value: str, reason: Reason) -> None:
    with pytest.raises(BadInputError) as caught:
        NodeConfig.from_environ({setting: value})
    assert caught.value.reason is reason
    assert caught.value.details["setting"] == setting
