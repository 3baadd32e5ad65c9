"""The operator's whole way at the command line, in files that people carry."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from marke.errors import BadInputError, ConflictError, NotFoundError, UntrustedError
from marke_hub.cli import hub
from support.consortium import SAMPLE_DRAFT
from support.founders import root_toml, sign_file


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder that the hub will live beside."""
    monkeypatch.setenv("MARKE_HUB_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("MARKE_ENV", "demo")
    monkeypatch.setenv("MARKE_LANG", "en")
    return tmp_path


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(hub, [str(word) for word in words])


def _json(*words: str | Path) -> Any:  # noqa: ANN401 - whatever the command says
    found = _run(*words, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def _found(home: Path) -> None:
    _json("init")
    (home / "root.toml").write_text(root_toml(), "utf-8")
    _json("root", "draft", home / "root.toml", "--out", home / "root.json")
    _json("root", "publish", sign_file(home / "root.json", "root"))
    _json("directory", "draft", "--out", home / "directory.json")
    _json("directory", "publish", sign_file(home / "directory.json", "directory"))
    (home / "question.toml").write_bytes(SAMPLE_DRAFT)


def test_a_hub_is_founded_and_asks_with_files_that_people_sign(home: Path) -> None:
    _found(home)
    asked = _json("ask", home / "question.toml", "--out", home / "question.json")
    assert "gas" in asked["explanation"]["en"].lower()
    signed = sign_file(home / "question.json", "approvers", people=1)
    assert _json("approve", "import", signed)[0]["approved"] is False
    _json("approve", "export", asked["question"], "--out", home / "next.json")
    assert _json("approve", "import", sign_file(home / "next.json", "approvers"))[0]["approved"] is True
    assert _json("approve", "status")[0]["state"] == "approved"
    offered = _run("round", "offer", asked["question"])
    assert offered.exit_code == ConflictError.exit_code
    assert "directory" in offered.stderr
    assert _json("round", "list") == _json("result", "list") == []
    assert _run("doctor").exit_code == 0
    assert _json("worker", "--once") == {"failed": [], "moved": []}


def test_asking_without_a_file_only_explains(home: Path) -> None:
    _found(home)
    assert "werkgroep energie" in _run("ask", home / "question.toml").output
    assert _json("approve", "status") == []


def test_an_invitation_is_a_private_file_that_is_never_overwritten(home: Path) -> None:
    _found(home)
    made = _json("enrol", "invite", "een dorp", "--out", home / "invitation.json")
    assert (home / "invitation.json").stat().st_mode & 0o077 == 0
    assert len(made["fingerprint"].split()) == 6
    again = _run("enrol", "invite", "een dorp", "--out", home / "invitation.json")
    assert again.exit_code == ConflictError.exit_code
    listed = _json("enrol", "list")
    assert [one["label"] for one in listed["invitations"]] == ["een dorp"]
    assert "secret" not in json.dumps(listed)  # noqa: TID251 - only looked through


def test_every_mistake_has_its_sentence_and_exit_code(home: Path) -> None:
    assert _run("doctor").exit_code == 1
    assert _run("approve", "status").exit_code == NotFoundError.exit_code
    _found(home)
    (home / "bad.toml").write_text("purpose = ", "utf-8")
    _json("root", "draft", home / "root.toml", "--out", home / "unsigned.json")
    tries = (
        (("init",), ConflictError.exit_code),
        (("ask", home / "bad.toml"), BadInputError.exit_code),
        (("root", "publish", home / "unsigned.json"), UntrustedError.exit_code),
        (("round", "show", "rnd_x"), NotFoundError.exit_code),
        (("result", "show", "rnd_x"), NotFoundError.exit_code),
        (("enrol", "revoke", "col_x"), NotFoundError.exit_code),
        (("enrol", "admit", *["a", "b", "c", "d", "e", "f"]), NotFoundError.exit_code),
    )
    for words, code in tries:
        found = _run(*words)
        assert found.exit_code == code, words
        assert len(found.stderr.strip().splitlines()) == 1


def test_the_wrong_secret_and_a_damaged_key_are_told_apart(home: Path) -> None:
    _found(home)
    (home / "hub" / "hub.secret").write_text("another", "utf-8")
    assert json.loads(_run("approve", "status", "--json").stdout)["error"]["reason"] == "wrong_secret_file"
    (home / "hub" / "hub.key").write_bytes(b"{}")
    assert json.loads(_run("approve", "status", "--json").stdout)["error"]["reason"] == "bad_key_file"


def test_settings_that_are_wrong_are_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.exists()
    tries = {
        "MARKE_ENV": "nonsense",
        "MARKE_HUB_LISTEN": "here",
        "MARKE_HUB_POLL_SECONDS": "soon",
        "MARKE_HUB_WORKER": "maybe",
    }
    for name, value in tries.items():
        with monkeypatch.context() as setting:
            setting.setenv(name, value)
            found = _run("init")
        assert found.exit_code == BadInputError.exit_code
        assert name in found.stderr


def test_a_production_hub_refuses_to_publish_a_demo_root(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKE_ENV", "production")
    _json("init")
    (home / "root.toml").write_text(root_toml(), "utf-8")
    _json("root", "draft", home / "root.toml", "--out", home / "root.json")
    found = _run("root", "publish", sign_file(home / "root.json", "root"), "--json")
    assert json.loads(found.stdout)["error"]["reason"] == "demo_root"


def test_an_operator_signs_in_with_a_link_that_holds_no_name(home: Path) -> None:
    _found(home)
    first, second = _json("signin", "Alice"), _json("signin", "Alice")
    assert first["operator"] == second["operator"]
    assert first["link"] != second["link"]
    assert "Alice" not in first["link"]


def test_a_full_disk_leaves_no_half_secret_and_init_can_be_repeated(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert _run("init").exit_code == 14
    assert list((home / "hub").iterdir()) == []
    assert _run("init").exit_code == 0


def test_half_a_signed_file_is_named(home: Path) -> None:
    _found(home)
    (home / "half.json").write_bytes(b'{"payload":"abc')
    refused = _run("approve", "import", home / "half.json")
    assert refused.exit_code == BadInputError.exit_code
    assert "half.json" in refused.stderr
    assert _run("approve", "import", home / "nowhere.json").exit_code == NotFoundError.exit_code
