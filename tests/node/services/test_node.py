"""The node's folder, its key and the tie with its database."""

import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marke.errors import BadInputError, ConflictError, NotFoundError, StorageError, UntrustedError
from marke.reasons import Reason
from marke_node.config import Environment, NodeConfig
from marke_node.services.node import make_node, open_node
from marke_node.store import home
from support.consortium import counting_chance

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> NodeConfig:
    """Give the settings of a node that was not made yet."""
    folder = tmp_path / "node"
    return NodeConfig(
        home=folder,
        database_url=f"sqlite:///{folder / 'node.db'}",
        environment=Environment.PRODUCTION,
        host="127.0.0.1",
        port=8470,
    )


def test_a_node_is_made_and_opened_again(config: NodeConfig) -> None:
    made = make_node(config, None, counting_chance(), now=NOW)
    opened, engine = open_node(config, counting_chance())
    engine.dispose()
    assert opened.key.public == made.key.public
    assert opened.pseudonym_secret == made.pseudonym_secret
    assert not opened.allow_demo
    assert "hidden" in repr(opened) or "seed" not in repr(opened)


def test_only_the_owner_can_read_what_is_in_the_folder(config: NodeConfig) -> None:
    make_node(config, None, counting_chance(), now=NOW)
    assert stat.S_IMODE(config.home.stat().st_mode) == 0o700
    assert home.open_to_others(config.home) == ()
    (config.home / home.KEY_FILE).chmod(0o644)
    (config.home / "node.db").chmod(0o644)
    assert home.open_to_others(config.home) == (home.KEY_FILE, "node.db")


def test_a_second_node_in_the_same_folder_is_refused(config: NodeConfig) -> None:
    first = make_node(config, None, counting_chance(), now=NOW)
    with pytest.raises(ConflictError) as caught:
        make_node(config, None, counting_chance(), now=NOW)
    assert caught.value.reason is Reason.HOME_EXISTS
    assert open_node(config, counting_chance())[0].key.public == first.key.public


def test_a_start_that_was_broken_off_can_be_repeated(config: NodeConfig) -> None:
    make_node(config, None, counting_chance(), now=NOW)
    (config.home / home.KEY_FILE).unlink()
    make_node(config, None, counting_chance(), now=NOW)
    open_node(config, counting_chance())[1].dispose()


def test_a_folder_that_was_not_mounted_is_no_first_start(config: NodeConfig) -> None:
    with pytest.raises(NotFoundError) as caught:
        open_node(config, counting_chance())
    assert caught.value.reason is Reason.NO_NODE_HERE


def test_a_database_that_is_gone_or_another_one_is_refused(config: NodeConfig, tmp_path: Path) -> None:
    make_node(config, None, counting_chance(), now=NOW)
    other = replace(config, home=tmp_path / "other", database_url=f"sqlite:///{tmp_path / 'other' / 'node.db'}")
    make_node(other, None, lambda size: bytes([7]) * size, now=NOW)
    for url in (f"sqlite:///{tmp_path / 'empty.db'}", other.database_url):
        with pytest.raises(StorageError) as caught:
            open_node(replace(config, database_url=url), counting_chance())
        assert caught.value.reason is Reason.OTHER_INSTANCE
    assert not (tmp_path / "empty.db").exists()


def test_a_wrong_passphrase_opens_nothing(config: NodeConfig, tmp_path: Path) -> None:
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("vier losse woorden hier\n")
    wrong.write_text("vier andere woorden hier\n")
    make_node(config, home.Secret(b"vier losse woorden hier", is_random=True), counting_chance(), now=NOW)
    open_node(replace(config, passphrase_file=right), counting_chance())[1].dispose()
    open_node(config, counting_chance(), ask=lambda: b"vier losse woorden hier")[1].dispose()
    with pytest.raises(UntrustedError) as caught:
        open_node(replace(config, passphrase_file=wrong), counting_chance())
    assert caught.value.reason is Reason.WRONG_SECRET_FILE
    assert caught.value.details == {"secret": "wrong", "file": home.KEY_FILE}
    with pytest.raises(UntrustedError) as typed:
        open_node(config, counting_chance(), ask=lambda: b"vier andere woorden hier")
    assert typed.value.reason is Reason.WRONG_PASSPHRASE
    assert typed.value.details == {"file": home.KEY_FILE}
    with pytest.raises(NotFoundError):
        open_node(config, counting_chance())


@pytest.mark.parametrize("name", [home.PSEUDONYM_FILE, home.INSTANCE_FILE, home.KEY_FILE])
def test_half_a_file_is_said_to_be_damaged(name: str, config: NodeConfig) -> None:
    make_node(config, None, counting_chance(), now=NOW)
    path = config.home / name
    path.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2])
    with pytest.raises(BadInputError) as caught:
        open_node(config, counting_chance())
    assert caught.value.reason in {Reason.HOME_DAMAGED, Reason.BAD_KEY_FILE}
    assert name in caught.value.say("nl")


def test_an_empty_secret_file_is_named(config: NodeConfig) -> None:
    make_node(config, None, counting_chance(), now=NOW)
    (config.home / home.SECRET_FILE).write_bytes(b"\n")
    with pytest.raises(BadInputError) as caught:
        open_node(config, counting_chance())
    assert caught.value.reason is Reason.EMPTY_SECRET_FILE
