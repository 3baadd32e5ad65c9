"""Keys of people on the command line: made once, compared by words, and used only after reading aloud."""

import errno
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from marke.codebook.builtin import read_builtin
from marke.codebook.model import Purpose
from marke.protocol import wire
from marke.protocol.messages import Coverage, Receipt, Void
from marke.questions.model import (
    Bundle,
    Lane,
    Publication,
    Question,
    Reading,
    Recipient,
    Statistic,
    Windows,
)
from marke.signing.envelope import Envelope
from marke.signing.keys import PrivateKey
from marke.signing.root import Constants, KeyEntry, Role, RoleName, TrustRoot
from marke.vocabulary.document import Bilingual
from marke.vocabulary.ids import content_hash
from marke_deploy.cli import main

WORDS = "four plain loose words"
NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the commands read the real clock


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, [*arguments, "--lang", "en"], input=typed)


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text(WORDS + "\n", "utf-8")
    return file


@pytest.fixture
def key_file(tmp_path: Path, passphrase: Path) -> Path:
    file = tmp_path / "alice.key"
    assert run("key", "new", str(file), "--passphrase-file", str(passphrase)).exit_code == 0
    return file


@pytest.fixture
def question_file(tmp_path: Path) -> Path:
    book = read_builtin()
    question = Question(
        title=Bilingual(nl="Gas", en="Gas"),
        reason=Bilingual(nl="Om te vergelijken.", en="To compare."),
        bundle=Bundle(
            variable="energy.gas_use",
            period="2024",
            breakdown="dwelling_type",
            statistics=(Statistic.COUNT, Statistic.SUM, Statistic.SQUARES),
        ),
        readings=(Reading.TABLE, Reading.MEAN),
        codebook=book.version,
        codebook_hash=book.hash,
        lane=Lane.OWN,
        purpose=Purpose.BENCHMARK,
        recipients=(Recipient.CONSORTIUM,),
        publication=Publication.PUBLIC,
        smallest_group=10,
        smallest_round=5,
        requester="Alice",
        nonce="0" * 32,
        not_before=NOW,
        expires=NOW + timedelta(days=30),
        windows=Windows(decide_until=NOW + timedelta(days=21), contribute_minutes=60),
    )
    file = tmp_path / "question.json"
    file.write_bytes(wire.seal(question, []))
    return file


def test_a_new_key_is_sealed_and_says_its_six_words(key_file: Path) -> None:
    assert key_file.stat().st_mode & 0o077 == 0
    assert len(run("key", "fingerprint", str(key_file)).output.split()) == 6


def test_a_key_is_never_overwritten(key_file: Path, passphrase: Path) -> None:
    before = key_file.read_bytes()
    refused = run("key", "new", str(key_file), "--passphrase-file", str(passphrase))
    assert refused.exit_code == 15
    assert "never overwritten" in refused.output
    assert key_file.read_bytes() == before


def test_a_short_passphrase_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    refused = run("key", "new", str(tmp_path / "k"), typed="short\nshort\n")
    assert refused.exit_code == 10
    assert not (tmp_path / "k").exists()


def test_a_question_is_read_aloud_before_it_is_signed(key_file: Path, question_file: Path, passphrase: Path) -> None:
    done = run(
        "key", "sign", str(question_file), "--key", str(key_file), "--passphrase-file", str(passphrase), typed="y\n"
    )
    assert done.exit_code == 0
    assert "gas" in done.output.lower()
    assert len(Envelope.from_bytes(question_file.read_bytes()).signatures) == 1


def test_whoever_answers_no_has_signed_nothing(key_file: Path, question_file: Path, passphrase: Path) -> None:
    before = question_file.read_bytes()
    arguments = ["key", "sign", str(question_file), "--key", str(key_file), "--passphrase-file", str(passphrase)]
    refused = run(*arguments, typed="n\n")
    assert refused.exit_code == 12
    assert question_file.read_bytes() == before


def test_a_wrong_passphrase_signs_nothing(key_file: Path, question_file: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("another passphrase", "utf-8")
    before = question_file.read_bytes()
    refused = run("key", "sign", str(question_file), "--key", str(key_file), "--passphrase-file", str(wrong), "--yes")
    assert refused.exit_code == 11
    assert question_file.read_bytes() == before


def test_a_missing_file_is_named_with_a_remedy(key_file: Path) -> None:
    refused = run("key", "sign", "nowhere.json", "--key", str(key_file))
    assert refused.exit_code == 16
    assert "nowhere.json" in refused.output


HUB = PrivateKey.from_seed(b"h" * 32)


@pytest.fixture
def root_file(tmp_path: Path) -> Path:
    people = [PrivateKey.from_seed(bytes([number]) * 32) for number in range(1, 4)]
    offline = Role(keys=tuple(person.public.key_id for person in people), threshold=2)
    root = TrustRoot(
        version=1,
        consortium="Collectieven Samen",
        demo=True,
        issued=NOW - timedelta(days=1),
        expires=NOW + timedelta(days=300),
        keys={
            one.public.key_id: KeyEntry(key=one.public, name=f"person {number}", organisation=f"organisation {number}")
            for number, one in enumerate([*people, HUB])
        },
        roles={
            RoleName.ROOT: offline,
            RoleName.DIRECTORY: offline,
            RoleName.APPROVERS: offline,
            RoleName.HUB: Role(keys=(HUB.public.key_id,), threshold=1),
        },
        constants=Constants(
            smallest_round=2,
            smallest_group=10,
            smallest_group_special=15,
            shortest_decision_minutes=1,
            directory_age_days=0,
            pilot=True,
        ),
    )
    file = tmp_path / "root.json"
    file.write_bytes(wire.seal(root, people))
    return file


def _void() -> Void:
    counts = {"accepted": 1, "answered": 1, "refused_policy": 1, "refused_not_enough": 0, "refused_technical": 0}
    return Void(
        round_id="rnd_" + "a" * 16,
        question_hash=content_hash(b"q"),
        coverage=Coverage(invited=2, silent=0, **counts),
        reason="too_few",
        made=NOW - timedelta(minutes=1),
    )


def test_a_result_of_the_hub_is_verified_without_a_network(tmp_path: Path, root_file: Path) -> None:
    file = tmp_path / "void.json"
    file.write_bytes(wire.seal(_void(), [HUB]))
    words = run("key", "fingerprint", str(root_file)).output.strip()
    arguments = ["--root", str(root_file), "--fingerprint", words, "--allow-demo", "--json"]
    held = run("verify", "result", str(file), *arguments)
    assert held.exit_code == 0, held.output
    assert json.loads(held.output)["kind"] == "void"


@pytest.mark.parametrize("position", [40, 200, -40])
def test_one_altered_byte_of_a_result_is_found(tmp_path: Path, root_file: Path, position: int) -> None:
    data = bytearray(wire.seal(_void(), [HUB]))
    data[position] ^= 1
    file = tmp_path / "void.json"
    file.write_bytes(bytes(data))
    assert run("verify", "result", str(file), "--root", str(root_file), "--allow-demo").exit_code in {10, 11}


def test_a_demonstration_is_not_taken_for_real(tmp_path: Path, root_file: Path) -> None:
    file = tmp_path / "void.json"
    file.write_bytes(wire.seal(_void(), [HUB]))
    assert run("verify", "result", str(file), "--root", str(root_file)).exit_code == 11


def test_a_receipt_is_for_one_message_only(tmp_path: Path, root_file: Path) -> None:
    message = tmp_path / "message.json"
    message.write_bytes(b"what was sent")
    receipt = Receipt(
        round_id="rnd_" + "a" * 16,
        collective="col_" + "a" * 16,
        content_hash=content_hash(b"what was sent"),
        received=NOW - timedelta(minutes=1),
    )
    file = tmp_path / "receipt.json"
    file.write_bytes(wire.seal(receipt, [HUB]))
    arguments = ["--root", str(root_file), "--allow-demo", "--message", str(message)]
    assert run("verify", "receipt", str(file), *arguments).exit_code == 0
    message.write_bytes(b"something else")
    assert run("verify", "receipt", str(file), *arguments).exit_code == 11


def test_a_key_without_the_role_is_refused_before_it_spoils_the_file(
    key_file: Path, question_file: Path, passphrase: Path, root_file: Path
) -> None:
    before = question_file.read_bytes()
    arguments = ["key", "sign", str(question_file), "--key", str(key_file), "--passphrase-file", str(passphrase)]
    refused = run(*arguments, "--yes", "--root", str(root_file))
    assert refused.exit_code == 12
    assert "approvers" in refused.output
    assert question_file.read_bytes() == before


def test_half_a_file_is_named_and_said_to_be_cut_off(key_file: Path, question_file: Path, passphrase: Path) -> None:
    question_file.write_bytes(question_file.read_bytes()[:200])
    refused = run("key", "sign", str(question_file), "--key", str(key_file), "--passphrase-file", str(passphrase))
    assert refused.exit_code == 10
    assert refused.output.startswith("The file question.json is cut off")
    assert "RFC" not in refused.output


def test_a_full_disk_leaves_no_key_file_behind(
    tmp_path: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    file = tmp_path / "alice.key"
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        refused = run("key", "new", str(file), "--passphrase-file", str(passphrase))
    assert refused.exit_code == 14
    assert "disk is full" in refused.output
    assert [path.name for path in tmp_path.iterdir()] == ["passphrase"]
    assert run("key", "new", str(file), "--passphrase-file", str(passphrase)).exit_code == 0


def test_a_damaged_key_file_is_named(key_file: Path) -> None:
    key_file.write_bytes(key_file.read_bytes()[:50])
    refused = run("key", "fingerprint", str(key_file))
    assert refused.exit_code == 10
    assert "alice.key" in refused.output
