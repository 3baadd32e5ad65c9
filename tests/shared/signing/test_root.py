"""What a root and a directory may say at all."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from marke import canonical
from marke.errors import BadInputError
from marke.reasons import Reason
from marke.signing.keys import PrivateKey
from marke.signing.root import Constants, Directory, RoleName, TrustRoot
from support.known_keys import (
    ALICE,
    ALICE_KEY,
    APPROVER_KEYS,
    BOB,
    BOB_KEY,
    CONSTANTS,
    FOUNDED,
    HUB_KEY,
    NOON,
    ROOT_KEYS,
    Crew,
    a_collective,
    a_directory,
    a_root,
)


def changed(document: TrustRoot | Directory, **changes: canonical.Json) -> bytes:
    return canonical.to_bytes({**document.to_json(), **changes})


def test_a_root_reads_back_from_its_own_bytes() -> None:
    assert TrustRoot.from_exact_bytes(a_root().to_bytes()) == a_root()
    assert Directory.from_exact_bytes(a_directory().to_bytes()) == a_directory()


CREWS_THAT_CANNOT_BE: dict[str, Crew] = {
    "the hub's key also approves questions": {RoleName.APPROVERS: ((*APPROVER_KEYS, HUB_KEY), 3)},
    "the hub's key also keeps the directory": {RoleName.DIRECTORY: ((HUB_KEY, ROOT_KEYS[0]), 2)},
    "more must sign than there are": {RoleName.APPROVERS: (APPROVER_KEYS, 6)},
    "nobody must sign": {RoleName.APPROVERS: (APPROVER_KEYS, 0)},
    "nobody has the role": {RoleName.HUB: ((), 1)},
    "one key counts twice": {RoleName.APPROVERS: ((APPROVER_KEYS[0], APPROVER_KEYS[0]), 2)},
}


@pytest.mark.parametrize("name", CREWS_THAT_CANNOT_BE)
@pytest.mark.parametrize("demo", [False, True])
def test_a_root_refuses(name: str, demo: bool) -> None:  # noqa: FBT001 - a case of the table
    with pytest.raises(ValidationError):
        a_root(crew=CREWS_THAT_CANNOT_BE[name], demo=demo)


ONLY_IN_A_DEMO: dict[str, Crew] = {
    "one person alone moves the root": {RoleName.ROOT: (ROOT_KEYS, 1)},
    "one person alone admits": {RoleName.DIRECTORY: (ROOT_KEYS[:1], 1)},
    "one person alone asks": {RoleName.APPROVERS: (APPROVER_KEYS, 1)},
}


@pytest.mark.parametrize("name", ONLY_IN_A_DEMO)
def test_only_a_demo_allows_that(name: str) -> None:
    assert a_root(crew=ONLY_IN_A_DEMO[name], demo=True).demo
    with pytest.raises(ValidationError):
        a_root(crew=ONLY_IN_A_DEMO[name])


def test_the_keys_of_a_real_root_are_held_by_different_organisations() -> None:
    root = a_root()
    entries = {key: entry.model_copy(update={"organisation": "Eén"}) for key, entry in root.keys.items()}
    with pytest.raises(ValidationError, match="too few organisations"):
        TrustRoot.model_validate({**vars(root), "keys": entries})


def test_a_real_root_keeps_the_hard_floor_of_five_collectives() -> None:
    small = CONSTANTS.model_copy(update={"smallest_round": 4})
    assert a_root(constants=small, demo=True).constants.smallest_round == 4
    with pytest.raises(ValidationError, match="hard floor"):
        a_root(constants=small)


def test_special_categories_never_have_the_weaker_rule() -> None:
    with pytest.raises(ValidationError):
        Constants.model_validate({**dict(CONSTANTS), "smallest_group_special": 9})


def test_a_root_lists_each_role_and_only_keys_that_have_one() -> None:
    root = a_root()
    without_hub = {name.value: dict(role.to_json()) for name, role in root.roles.items() if name is not RoleName.HUB}
    stray = PrivateKey.from_seed(b"x" * 32).public
    stray_entry = {"key": stray.to_text(), "name": "x", "organisation": "x"}
    keys = {name: dict(entry.to_json()) for name, entry in root.keys.items()}
    for data in (
        changed(root, roles=without_hub),
        changed(root, keys={**keys, stray.key_id: stray_entry}),
        changed(root, keys={**keys, HUB_KEY.public.key_id: stray_entry}),
        changed(root, expires="2026-01-01T00:00:00Z"),
        changed(root, version=0),
        changed(root, version=1.5),
        changed(root, version="1"),
        changed(root, type="marke/root/2"),
    ):
        with pytest.raises(BadInputError) as caught:
            TrustRoot.from_exact_bytes(data)
        assert caught.value.reason is Reason.BAD_FIELD


def test_a_field_that_nobody_knows_is_named_and_refused() -> None:
    with pytest.raises(BadInputError) as caught:
        TrustRoot.from_exact_bytes(changed(a_root(), backdoor=True))
    assert caught.value.reason is Reason.UNKNOWN_FIELD
    assert caught.value.details["field"] == "backdoor"


def test_a_field_left_out_gives_no_second_spelling() -> None:
    value = {name: part for name, part in a_root().to_json().items() if name != "type"}
    with pytest.raises(BadInputError) as caught:
        TrustRoot.from_exact_bytes(canonical.to_bytes(value))
    assert caught.value.reason is Reason.NOT_CANONICAL


def test_a_directory_names_each_collective_and_each_key_once() -> None:
    for twice in (
        (a_collective(), a_collective(ALICE, BOB_KEY)),
        (a_collective(), a_collective(BOB, ALICE_KEY)),
    ):
        with pytest.raises(ValidationError):
            a_directory(1, twice)
    with pytest.raises(ValidationError):
        a_directory(expires=NOON - timedelta(days=2))


def test_a_collective_counts_after_the_roots_number_of_days_and_until_it_is_revoked() -> None:
    directory = a_directory(
        1,
        (
            a_collective(admitted=NOON - timedelta(days=30)),
            a_collective(BOB, BOB_KEY, admitted=NOON - timedelta(days=29)),
            a_collective("col_revokedaaaaaaaaa", HUB_KEY, revoked=NOON),
        ),
    )
    assert [entry.id for entry in directory.counting(CONSTANTS, now=NOON)] == [ALICE]
    assert [entry.id for entry in directory.counting(CONSTANTS, now=FOUNDED)] == []


def test_entries_are_found_by_id_and_by_key() -> None:
    directory = a_directory()
    assert directory.entry(BOB) == directory.entry_of_key(BOB_KEY.public.key_id) == a_collective(BOB, BOB_KEY)
    assert directory.entry("col_nobodyaaaaaaaaaa") is None
    assert directory.entry_of_key("0" * 64) is None
