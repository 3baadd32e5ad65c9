"""What a node believes: pinning, the directory, who may speak, and what a new root takes away."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from marke.errors import MarkeError
from marke.protocol.wire import seal
from marke.reasons import Reason
from marke.signing.fingerprint import root_fingerprint
from marke.signing.keys import PrivateKey
from marke.signing.root import ROOT_PAYLOAD_TYPE, Directory, RoleName
from marke.signing.trust import CLOCK_TOLERANCE, LONGEST_LEAP, KeptDirectory, TrustState
from marke.vocabulary.ids import content_hash
from support.known_keys import (
    ALICE,
    ALICE_KEY,
    APPROVER_KEYS,
    BOB,
    BOB_KEY,
    CHARLIE,
    CHARLIE_KEY,
    DIRECTORY_KEYS,
    FOUNDED,
    HUB_KEY,
    NOON,
    ROOT_KEYS,
    a_collective,
    a_decision,
    a_directory,
    a_question,
    a_root,
    a_trust,
    key_of,
    pinned,
)

QUESTION = "application/vnd.marke.question.v1+json"
DECISION = "application/vnd.marke.decision.v1+json"
CREW_WITHOUT_THE_THIRD = {RoleName.DIRECTORY: (DIRECTORY_KEYS[:2], 2)}
NEW_DIRECTORY_KEYS = tuple(key_of(f"new directory {number}") for number in range(3))


def directory_bytes(directory: Directory, keys: tuple[PrivateKey, ...] = DIRECTORY_KEYS[:2]) -> bytes:
    return seal(directory, keys)


def opened_question(trust: TrustState, keys: tuple[PrivateKey, ...], *, now: datetime = NOON) -> int:
    data = seal(a_question(), keys)
    return len(trust.open(data, payload_type=QUESTION, role=RoleName.APPROVERS, now=now).signers)


def open_decision(trust: TrustState, key: PrivateKey, collective: str, *, now: datetime = NOON) -> tuple[str, ...]:
    data = seal(a_decision(collective), [key])
    return trust.open_from(data, payload_type=DECISION, collective=collective, now=now).signers


@contextmanager
def refusal(reason: Reason) -> Iterator[None]:
    """Expect exactly this reason."""
    with pytest.raises(MarkeError) as caught:
        yield
    assert caught.value.reason is reason


def test_a_node_pins_the_root_whose_words_were_compared() -> None:
    state = pinned()
    assert (state.root, state.directory_version) == (a_root(), 0)
    assert state.fingerprint == root_fingerprint(a_root().to_bytes())


def test_words_may_be_typed_with_hyphens_and_capitals() -> None:
    words = root_fingerprint(a_root().to_bytes()).upper().replace(" ", "-")
    assert TrustState.pin(seal(a_root(), ROOT_KEYS[:3]), fingerprint=words, now=NOON).root.version == 1


def test_other_words_pin_nothing() -> None:
    with refusal(Reason.WRONG_FINGERPRINT):
        TrustState.pin(seal(a_root(2), ROOT_KEYS[:3]), fingerprint=root_fingerprint(a_root().to_bytes()), now=NOON)


def test_the_right_words_do_not_replace_the_signatures() -> None:
    words = root_fingerprint(a_root().to_bytes())
    with refusal(Reason.TOO_FEW_SIGNATURES):
        TrustState.pin(seal(a_root(), ROOT_KEYS[:2]), fingerprint=words, now=NOON)


def test_a_demo_root_is_refused_unless_a_demo_was_asked_for() -> None:
    root = a_root(demo=True)
    words, data = root_fingerprint(root.to_bytes()), seal(root, ROOT_KEYS[:3])
    with refusal(Reason.DEMO_ROOT):
        TrustState.pin(data, fingerprint=words, now=NOON)
    assert TrustState.pin(data, fingerprint=words, now=NOON, allow_demo=True).root.demo


def test_a_root_from_the_future_says_by_how_much_the_clock_is_off() -> None:
    with refusal(Reason.NOT_YET_VALID):
        pinned(now=FOUNDED - timedelta(hours=3))
    assert pinned(now=FOUNDED - CLOCK_TOLERANCE).root.version == 1


def test_three_approvers_ask_and_two_do_not() -> None:
    assert opened_question(pinned(), APPROVER_KEYS[:3]) == 3
    with refusal(Reason.TOO_FEW_SIGNATURES):
        opened_question(pinned(), APPROVER_KEYS[:2])


@pytest.mark.parametrize("keys", [(HUB_KEY,), ROOT_KEYS[:3], DIRECTORY_KEYS, (ALICE_KEY, BOB_KEY, CHARLIE_KEY)])
def test_nobody_but_approvers_can_ask(keys: tuple[PrivateKey, ...]) -> None:
    with refusal(Reason.UNKNOWN_SIGNER):
        opened_question(a_trust(), keys)


def test_the_desk_sees_how_many_have_signed_so_far() -> None:
    data = seal(a_question(), APPROVER_KEYS[:2])
    found = pinned().open_incomplete(data, payload_type=QUESTION, role=RoleName.APPROVERS, now=NOON)
    assert len(found.signers) == 2
    with refusal(Reason.UNKNOWN_SIGNER):
        pinned().open_incomplete(
            seal(a_question(), [HUB_KEY]), payload_type=QUESTION, role=RoleName.APPROVERS, now=NOON
        )


def test_under_an_expired_root_nothing_opens() -> None:
    trust = a_trust()
    late = trust.root.expires
    with refusal(Reason.ROOT_EXPIRED):
        opened_question(trust, APPROVER_KEYS[:3], now=late)
    with refusal(Reason.ROOT_EXPIRED):
        open_decision(trust, ALICE_KEY, ALICE, now=late)
    with refusal(Reason.ROOT_EXPIRED):
        trust.with_directory(directory_bytes(a_directory(2, expires=late + timedelta(days=9))), now=late)
    with refusal(Reason.ROOT_EXPIRED):
        trust.collective_keys(now=late)


def test_a_bad_signature_is_named_before_an_expiry() -> None:
    with refusal(Reason.UNKNOWN_SIGNER):
        opened_question(a_trust(), (HUB_KEY,), now=a_root().expires)


def test_a_directory_moves_forward_and_may_skip_versions() -> None:
    trust = a_trust()
    assert trust.with_directory(directory_bytes(a_directory(7)), now=NOON).directory_version == 7


def test_hearing_the_same_directory_again_changes_nothing() -> None:
    trust = a_trust()
    assert trust.with_directory(directory_bytes(a_directory()), now=NOON) == trust


@pytest.mark.parametrize(
    ("directory", "reason"),
    [
        (a_directory(2), Reason.ROLLED_BACK_DIRECTORY),
        (a_directory(3, []), Reason.REPLACED_DIRECTORY),
        (a_directory(4, [a_collective(key=HUB_KEY)]), Reason.KEY_IN_TWO_ROLES),
        (a_directory(4, issued=NOON + timedelta(hours=1)), Reason.NOT_YET_VALID),
        (a_directory(4, expires=NOON), Reason.DIRECTORY_EXPIRED),
    ],
)
def test_a_directory_is_refused(directory: Directory, reason: Reason) -> None:
    trust = a_trust(a_directory(3))
    with refusal(reason):
        trust.with_directory(directory_bytes(directory), now=NOON)
    assert trust.directory_version == 3


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (DIRECTORY_KEYS[:1], Reason.TOO_FEW_SIGNATURES),
        ((HUB_KEY,), Reason.UNKNOWN_SIGNER),
        (ROOT_KEYS[:3], Reason.UNKNOWN_SIGNER),
    ],
)
def test_only_the_directory_keys_admit(keys: tuple[PrivateKey, ...], reason: Reason) -> None:
    with refusal(reason):
        a_trust().with_directory(directory_bytes(a_directory(2), keys), now=NOON)


def test_without_a_directory_nobody_speaks() -> None:
    with refusal(Reason.NO_DIRECTORY):
        open_decision(pinned(), ALICE_KEY, ALICE)


def test_when_the_directory_expires_nobody_speaks_until_a_new_one_comes() -> None:
    trust = a_trust()
    late = trust.directory.expires
    with refusal(Reason.DIRECTORY_EXPIRED):
        open_decision(trust, ALICE_KEY, ALICE, now=late)
    newer = directory_bytes(a_directory(2, expires=late + timedelta(days=7)))
    assert open_decision(trust.with_directory(newer, now=late), ALICE_KEY, ALICE, now=late)


def test_a_collective_speaks_for_itself_and_for_nobody_else() -> None:
    assert open_decision(a_trust(), ALICE_KEY, ALICE) == (ALICE_KEY.public.key_id,)
    with refusal(Reason.WRONG_SENDER):
        open_decision(a_trust(), BOB_KEY, ALICE)
    with refusal(Reason.UNKNOWN_SIGNER):
        open_decision(a_trust(), CHARLIE_KEY, ALICE)
    with refusal(Reason.UNKNOWN_COLLECTIVE):
        open_decision(a_trust(), CHARLIE_KEY, CHARLIE)


def test_two_collectives_do_not_sign_one_answer() -> None:
    data = seal(a_decision(), [ALICE_KEY, BOB_KEY])
    with refusal(Reason.WRONG_SENDER):
        a_trust().open_from(data, payload_type=DECISION, collective=ALICE, now=NOON)


def test_a_revoked_collective_is_heard_until_the_moment_of_revocation() -> None:
    directory = a_directory(1, [a_collective(revoked=NOON), a_collective(BOB, BOB_KEY)])
    before, trust = NOON - timedelta(seconds=1), a_trust(directory)
    assert open_decision(trust, ALICE_KEY, ALICE, now=before)
    with refusal(Reason.REVOKED_COLLECTIVE):
        open_decision(trust, ALICE_KEY, ALICE)
    assert set(trust.collective_keys(now=NOON)) == {BOB}


def test_a_collective_is_not_heard_before_it_is_admitted() -> None:
    trust = a_trust(a_directory(1, [a_collective(admitted=NOON + timedelta(days=1))]))
    with refusal(Reason.NOT_YET_ADMITTED):
        open_decision(trust, ALICE_KEY, ALICE)
    assert trust.collective_keys(now=NOON) == {}


def test_a_key_that_a_later_directory_dropped_is_called_revoked() -> None:
    trust = a_trust().with_directory(directory_bytes(a_directory(2, [a_collective(key=CHARLIE_KEY)])), now=NOON)
    with refusal(Reason.REVOKED_KEY):
        open_decision(trust, ALICE_KEY, ALICE)
    for data in (seal(a_decision(), [ALICE_KEY]), seal(a_decision(), [BOB_KEY])):
        with refusal(Reason.REVOKED_KEY):
            trust.sender(data)
    assert trust.sender(seal(a_decision(), [CHARLIE_KEY])).id == ALICE


def test_a_message_that_nobody_signed_has_no_sender() -> None:
    with refusal(Reason.TOO_FEW_SIGNATURES):
        a_trust().sender(seal(a_decision(), []))


def test_a_new_root_takes_an_approvers_key_away() -> None:
    successor = a_root(2, crew={RoleName.APPROVERS: (APPROVER_KEYS[1:], 3)})
    trust = a_trust().with_root(seal(successor, ROOT_KEYS[:3]), now=NOON)
    with refusal(Reason.REVOKED_KEY):
        opened_question(trust, APPROVER_KEYS[:3])
    assert opened_question(trust, APPROVER_KEYS[1:4]) == 3


def test_the_name_of_the_federation_is_the_same_under_every_root() -> None:
    moved = a_trust().with_root(seal(a_root(2), ROOT_KEYS[:3]), now=NOON)
    assert moved.network == pinned().network == content_hash(a_root().to_bytes())
    other = a_root(constants=a_root().constants.model_copy(update={"directory_age_days": 9}))
    assert pinned(other).network != moved.network


def test_a_new_root_takes_the_hubs_stolen_key_away() -> None:
    successor = a_root(2, crew={RoleName.HUB: ((key_of("new hub"),), 1)})
    trust = a_trust().with_root(seal(successor, ROOT_KEYS[:3]), now=NOON)
    with refusal(Reason.REVOKED_KEY):
        trust.open(seal(a_question(), [HUB_KEY]), payload_type=QUESTION, role=RoleName.HUB, now=NOON)


def test_a_directory_by_keys_that_were_taken_away_is_forgotten_however_far_it_counted() -> None:
    trust = a_trust(a_directory(LONGEST_LEAP))
    successor = a_root(2, crew={RoleName.DIRECTORY: (NEW_DIRECTORY_KEYS, 2)})
    moved = trust.with_root(seal(successor, ROOT_KEYS[:3]), now=NOON)
    with refusal(Reason.NO_DIRECTORY):
        open_decision(moved, ALICE_KEY, ALICE)
    with refusal(Reason.ROLLED_BACK_DIRECTORY):
        moved.with_directory(directory_bytes(a_directory(), NEW_DIRECTORY_KEYS[:2]), now=NOON)
    later = directory_bytes(a_directory(LONGEST_LEAP + 1), NEW_DIRECTORY_KEYS[:2])
    assert moved.with_directory(later, now=NOON).directory.version == LONGEST_LEAP + 1


def test_thieves_of_directory_keys_cannot_count_to_the_end_at_once() -> None:
    trust = a_trust(a_directory(3))
    with refusal(Reason.LEAPT_DIRECTORY):
        trust.with_directory(directory_bytes(a_directory(4 + LONGEST_LEAP)), now=NOON)
    assert trust.with_directory(directory_bytes(a_directory(3 + LONGEST_LEAP)), now=NOON).directory_version > 3


def test_an_older_directory_by_keys_that_stay_does_not_come_back_when_the_newest_is_forgotten() -> None:
    first, second, third = DIRECTORY_KEYS
    old = directory_bytes(a_directory(1), (first, second))
    trust = pinned().with_directory(old, now=NOON)
    trust = trust.with_directory(directory_bytes(a_directory(2, [a_collective()]), (second, third)), now=NOON)
    trust = trust.with_root(seal(a_root(2, crew=CREW_WITHOUT_THE_THIRD), ROOT_KEYS[:3]), now=NOON)
    assert trust.held_directory is None
    with refusal(Reason.ROLLED_BACK_DIRECTORY):
        trust.with_directory(old, now=NOON)


def test_a_signature_by_a_key_that_was_taken_away_leaves_the_held_directory() -> None:
    trust = pinned().with_directory(directory_bytes(a_directory(), DIRECTORY_KEYS), now=NOON)
    successor = seal(a_root(2, crew=CREW_WITHOUT_THE_THIRD), ROOT_KEYS[:3])
    moved = trust.with_root(successor, now=NOON)
    assert moved.directory_envelope is not None
    newcomer = pinned().with_root(successor, now=NOON)
    assert newcomer.with_directory(moved.directory_envelope.to_bytes(), now=NOON).directory == trust.directory


def test_a_directory_that_the_new_keys_signed_too_is_kept_and_cannot_be_rolled_back() -> None:
    successor = a_root(2, crew={RoleName.DIRECTORY: ((*DIRECTORY_KEYS[:2], NEW_DIRECTORY_KEYS[0]), 2)})
    moved = a_trust(a_directory(5)).with_root(seal(successor, ROOT_KEYS[:3]), now=NOON)
    with refusal(Reason.ROLLED_BACK_DIRECTORY):
        moved.with_directory(directory_bytes(a_directory(4)), now=NOON)


def test_what_was_stored_is_believed_again_after_a_restart() -> None:
    successor = a_root(2, crew={RoleName.APPROVERS: (APPROVER_KEYS[1:], 3)})
    roots = [seal(a_root(), ROOT_KEYS[:3]), seal(successor, ROOT_KEYS[:3])]
    stored = directory_bytes(a_directory())
    words = root_fingerprint(a_root().to_bytes())
    again = TrustState.restore(roots, [KeptDirectory(stored, 2)], fingerprint=words)
    assert again == pinned().with_root(roots[1], now=NOON).with_directory(stored, now=NOON)
    assert TrustState.restore(roots[:1], [], fingerprint=words) == pinned()
    with refusal(Reason.SKIPPED_ROOT):
        TrustState.restore(roots[:1], [KeptDirectory(stored, 2)], fingerprint=words)


def test_a_stored_directory_that_expired_meanwhile_still_forbids_an_older_one() -> None:
    late = NOON + timedelta(days=20)
    words = root_fingerprint(a_root().to_bytes())
    kept = [KeptDirectory(directory_bytes(a_directory(5)), 1)]
    trust = TrustState.restore([seal(a_root(), ROOT_KEYS[:3])], kept, fingerprint=words)
    with refusal(Reason.DIRECTORY_EXPIRED):
        open_decision(trust, ALICE_KEY, ALICE, now=late)
    with refusal(Reason.ROLLED_BACK_DIRECTORY):
        trust.with_directory(directory_bytes(a_directory(4, expires=late + timedelta(days=9))), now=late)


def test_a_collectives_key_that_becomes_an_office_key_ends_the_directory() -> None:
    successor = a_root(2, crew={RoleName.HUB: ((ALICE_KEY,), 1)})
    assert a_trust().with_root(seal(successor, ROOT_KEYS[:3]), now=NOON).held_directory is None


def test_the_state_never_prints_its_payloads() -> None:
    assert "payload" not in repr(a_trust())
    assert ROOT_PAYLOAD_TYPE.startswith("application/vnd.marke.")
