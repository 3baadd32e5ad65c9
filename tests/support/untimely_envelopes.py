"""Families of envelopes that were good once, or would be later: expired, replayed, rolled back, below the floors.

See `support.envelope_attacks`, which has the door they are delivered at and the forged ones.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from marke.protocol.wire import seal
from marke.questions.model import Question
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke.signing.root import RoleName
from support.envelope_attacks import Door, Family, at_question, sealed, trio
from support.known_keys import (
    ALICE_KEY,
    APPROVER_KEYS,
    CHARLIE,
    DIRECTORY_KEYS,
    HUB_KEY,
    NOON,
    ROOT_KEYS,
    a_collective,
    a_contribution,
    a_decision,
    a_directory,
    a_question,
    a_root,
    a_trust,
    key_of,
)


def sealed_question(document: Question) -> Envelope:
    """Return any question with three approvers' signatures."""
    return Envelope.from_bytes(seal(document, APPROVER_KEYS[:3]))


# out of its time


def over(number: int) -> Callable[[], None]:
    return at_question(sealed_question(a_question(expires=NOON - timedelta(minutes=number))))


def not_begun(number: int) -> Callable[[], None]:
    return at_question(sealed_question(a_question(not_before=NOON + timedelta(minutes=6 + number))))


def from_the_future(number: int) -> Callable[[], None]:
    data = seal(a_decision(decided=NOON + timedelta(minutes=6 + number)), [ALICE_KEY])
    return lambda: Door().decision(data)


def below_the_floor(number: int) -> Callable[[], None]:
    changes = (
        a_question(smallest_group=5 + number % 5),
        a_question(smallest_round=1 + number % 4),
        a_question(not_before=NOON, decide_until=NOON + timedelta(minutes=number % 60)),
    )
    return lambda: Door().question(seal(changes[number % 3], APPROVER_KEYS))


def under_an_expired_root(number: int) -> Callable[[], None]:
    trust = a_trust()
    return lambda: Door(trust).question(
        sealed_question(a_question(expires=NOON + timedelta(days=900))).to_bytes(),
        now=trust.root.expires + timedelta(hours=number),
    )


def under_an_expired_directory(number: int) -> Callable[[], None]:
    trust = a_trust()
    late = trust.directory.expires + timedelta(hours=number)
    return lambda: Door(trust).contribution(seal(a_contribution(total=number), [ALICE_KEY]), now=late)


# again


def replayed_contribution(number: int) -> Callable[[], None]:
    data, door = seal(a_contribution(total=number), [ALICE_KEY]), Door()
    door.contribution(data)
    return lambda: door.contribution(data)


def replayed_with_another_signature(number: int) -> Callable[[], None]:
    """The same question with other approvers' signatures is the same question."""
    door = Door()
    door.question(sealed(number, APPROVER_KEYS[:3]).to_bytes())
    return lambda: door.question(sealed(number, APPROVER_KEYS[number % 3 :]).to_bytes())


# rolled back


def at_root_five() -> Door:
    door = Door()
    for version in range(2, 6):
        door.root(seal(a_root(version), ROOT_KEYS[:3]))
    return door


def older_root(number: int) -> Callable[[], None]:
    return lambda: at_root_five().root(seal(a_root(1 + number % 4), trio(number, ROOT_KEYS)))


def replaced_root(number: int) -> Callable[[], None]:
    root = a_root(5, expires=NOON + timedelta(days=30 + number))
    return lambda: at_root_five().root(seal(root, trio(number, ROOT_KEYS)))


def skipped_root(number: int) -> Callable[[], None]:
    return lambda: at_root_five().root(seal(a_root(7 + number), trio(number, ROOT_KEYS)))


def usurped_root(number: int) -> Callable[[], None]:
    usurpers = tuple(key_of(f"usurper {number} {place}") for place in range(5))
    root = a_root(2, crew={RoleName.ROOT: (usurpers, 3)})
    return lambda: Door().root(seal(root, [*usurpers, *ROOT_KEYS[: number % 3]]))


def demo_successor(number: int) -> Callable[[], None]:
    return lambda: Door().root(seal(a_root(2, demo=True), trio(number, ROOT_KEYS)))


def other_words(number: int) -> Callable[[], None]:
    root = a_root(expires=NOON + timedelta(days=30 + number))
    return lambda: Door().pin(seal(root, trio(number, ROOT_KEYS)))


def older_directory(number: int) -> Callable[[], None]:
    door = Door(a_trust(a_directory(100)))
    return lambda: door.directory(seal(a_directory(1 + number % 99), DIRECTORY_KEYS[:2]))


def replaced_directory(number: int) -> Callable[[], None]:
    directory = a_directory(1, [a_collective(CHARLIE, key_of(f"guest {number}"))])
    return lambda: Door().directory(seal(directory, DIRECTORY_KEYS[:2]))


def directory_by_the_hub(number: int) -> Callable[[], None]:
    return lambda: Door().directory(seal(a_directory(2 + number), [HUB_KEY]))


def stale_directory(number: int) -> Callable[[], None]:
    directory = a_directory(2, issued=NOON - timedelta(days=99), expires=NOON - timedelta(minutes=number))
    return lambda: Door().directory(seal(directory, DIRECTORY_KEYS[:2]))


def hub_in_disguise(number: int) -> Callable[[], None]:
    """A directory that lists the hub's own key as a collective."""
    directory = a_directory(2 + number, [a_collective(CHARLIE, HUB_KEY)])
    return lambda: Door().directory(seal(directory, DIRECTORY_KEYS[:2]))


UNTIMELY: Mapping[Family, Reason] = {
    usurped_root: Reason.TOO_FEW_SIGNATURES,
    directory_by_the_hub: Reason.UNKNOWN_SIGNER,
    over: Reason.EXPIRED,
    not_begun: Reason.NOT_YET_VALID,
    from_the_future: Reason.NOT_YET_VALID,
    below_the_floor: Reason.BELOW_FLOOR,
    under_an_expired_root: Reason.ROOT_EXPIRED,
    under_an_expired_directory: Reason.DIRECTORY_EXPIRED,
    stale_directory: Reason.DIRECTORY_EXPIRED,
    replayed_contribution: Reason.ANSWERED_ALREADY,
    replayed_with_another_signature: Reason.QUESTION_REPLAYED,
    older_root: Reason.ROLLED_BACK_ROOT,
    replaced_root: Reason.REPLACED_ROOT,
    skipped_root: Reason.SKIPPED_ROOT,
    demo_successor: Reason.DEMO_ROOT,
    other_words: Reason.WRONG_FINGERPRINT,
    older_directory: Reason.ROLLED_BACK_DIRECTORY,
    replaced_directory: Reason.REPLACED_DIRECTORY,
    hub_in_disguise: Reason.KEY_IN_TWO_ROLES,
}
"""Every family of this page and the reason that each of its envelopes is refused for."""
