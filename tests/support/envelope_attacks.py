"""Families of envelopes that must never be accepted, each with the reason it must be refused for.

A family makes as many variants as it is asked for, always the same ones. `Door` stands where a node's or a hub's door
stands: it opens what arrives and remembers, as their stores do, what it has already acted on. (The real hub answers a
repeat with the receipt it gave before and acts no second time; here that shows as a reason.)
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from marke import canonical
from marke.errors import ConflictError
from marke.protocol.messages import Contribution, Decision, QuestionOffer, Receipt
from marke.protocol.wire import Verified, open_from_collective, open_message, open_offer, seal, wire_type
from marke.questions.model import Question
from marke.reasons import Reason
from marke.signing.envelope import Envelope, Signature, sign
from marke.signing.fingerprint import root_fingerprint
from marke.signing.keys import PrivateKey
from marke.signing.root import RoleName
from marke.signing.trust import TrustState
from marke.vocabulary.document import Document
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
    HUB_KEY,
    NOON,
    ROOT_KEYS,
    ROUND,
    a_collective,
    a_contribution,
    a_decision,
    a_directory,
    a_question,
    a_root,
    a_trust,
    key_of,
)

ORDER = 2**252 + 27742317777372353535851937790883648493
QUESTION_TYPE = wire_type(Question).payload_type


@dataclass
class Door:
    """What one receiver believes and has already acted on; counts what it let in."""

    trust: TrustState = field(default_factory=a_trust)
    seen: set[str] = field(default_factory=set)

    def question(self, data: bytes, now: datetime = NOON) -> None:
        self._once(open_message(self.trust, data, Question, now=now), Reason.QUESTION_REPLAYED)

    def offer(self, data: bytes, now: datetime = NOON) -> None:
        self._once(open_offer(self.trust, data, now=now)[0])

    def receipt(self, data: bytes, now: datetime = NOON) -> None:
        self._once(open_message(self.trust, data, Receipt, now=now))

    def contribution(self, data: bytes, now: datetime = NOON) -> None:
        self._once(open_from_collective(self.trust, data, Contribution, now=now))

    def decision(self, data: bytes, now: datetime = NOON) -> None:
        self._once(open_from_collective(self.trust, data, Decision, now=now))

    def root(self, data: bytes, now: datetime = NOON) -> None:
        self.trust = self.trust.with_root(data, now=now)

    def directory(self, data: bytes, now: datetime = NOON) -> None:
        self.trust = self.trust.with_directory(data, now=now)

    def pin(self, data: bytes, now: datetime = NOON) -> None:
        self.trust = TrustState.pin(data, fingerprint=root_fingerprint(a_root().to_bytes()), now=now)

    def _once(self, found: Verified[Document], repeated: Reason = Reason.ANSWERED_ALREADY) -> None:
        if found.content_hash in self.seen:
            raise ConflictError(repeated)
        self.seen.add(found.content_hash)


Family = Callable[[int], Callable[[], None]]


def chance(seed: str, number: int, below: int) -> int:
    """Return a number that looks random and is the same in every run."""
    digest = hashlib.sha256(f"{seed}|{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def flipped(data: bytes, seed: str, number: int) -> bytes:
    """Return the data with one bit turned."""
    place = chance(seed, number, len(data) * 8)
    changed = bytearray(data)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def question(number: int) -> Question:
    """Return one of many good questions."""
    return a_question(nonce=f"{number:032x}")


def sealed(number: int, keys: Iterable[PrivateKey] = APPROVER_KEYS[:3]) -> Envelope:
    """Return a good question with some signatures."""
    return Envelope.from_bytes(seal(question(number), keys))


def trio(number: int, keys: Sequence[PrivateKey] = APPROVER_KEYS) -> list[PrivateKey]:
    """Return three of five keys, another three each time."""
    start = chance("trio", number, len(keys))
    return [keys[(start + step) % len(keys)] for step in range(3)]


def at_question(envelope: Envelope, **later: datetime) -> Callable[[], None]:
    """Deliver a question to a fresh node."""
    return lambda: Door().question(envelope.to_bytes(), **later)


def json_with(envelope: Envelope, **changes: canonical.Json) -> bytes:
    """Return the envelope's JSON with other fields."""
    value = canonical.from_bytes(envelope.to_bytes())
    if not isinstance(value, dict):
        raise TypeError("an envelope is an object")
    return canonical.to_bytes({**value, **changes})


# mutated


def changed_payload(number: int) -> Callable[[], None]:
    envelope = sealed(number, trio(number))
    return at_question(replace(envelope, payload=flipped(envelope.payload, "payload", number)))


def changed_signature(number: int) -> Callable[[], None]:
    envelope = sealed(number, trio(number))
    place = number % 3
    broken = replace(envelope.signatures[place], value=flipped(envelope.signatures[place].value, "sig", number))
    return at_question(
        replace(envelope, signatures=(*envelope.signatures[:place], broken, *envelope.signatures[place + 1 :]))
    )


def malleated_signature(number: int) -> Callable[[], None]:
    """Add the group order to S: the same equation, other bytes (RFC 8032 5.1.7 forbids it)."""
    envelope = sealed(number, trio(number))
    first, *rest = envelope.signatures
    scalar = int.from_bytes(first.value[32:], "little") + ORDER
    other = Signature(first.key_id, first.value[:32] + scalar.to_bytes(32, "little"))
    return at_question(replace(envelope, signatures=(other, *rest)))


def another_spelling(number: int) -> Callable[[], None]:
    data = sealed(number).to_bytes()
    spellings = (
        data.replace(b",", b", ", 1),
        data + b"\n",
        b" " + data,
        data.replace(b'"payload"', b'"p\\u0061yload"', 1),
        data.replace(b"{", b'{"payload":"",', 1),
    )
    return lambda: Door().question(spellings[number % len(spellings)])


def extra_field_outside(number: int) -> Callable[[], None]:
    return lambda: Door().question(json_with(sealed(number), **{f"zz{number}": number}))


def extra_field_inside(number: int) -> Callable[[], None]:
    """The approvers themselves sign something this version does not know: filters, for one."""
    value = {**question(number).to_json(), "filter": f"street = {number}"}
    return at_question(sign(canonical.to_bytes(value), QUESTION_TYPE, trio(number)))


def loose_base64(number: int) -> Callable[[], None]:
    text = base64.b64encode(sealed(number).payload).decode("ascii")
    spoiled = (text + "=", text.rstrip("=") + "!", "\n" + text, text[:-5])[number % 4]
    return lambda: Door().question(json_with(sealed(number), payload=spoiled))


def repeated_signature(number: int) -> Callable[[], None]:
    one = sealed(number, [APPROVER_KEYS[number % 5]]).signatures[0]
    return at_question(replace(sealed(number), signatures=(one,) * (3 + number % 3)))


# signed by too few, or by the wrong people


def too_few(number: int) -> Callable[[], None]:
    return at_question(sealed(number, trio(number)[: number % 3]))


def strangers(number: int) -> Callable[[], None]:
    return at_question(sealed(number, [key_of(f"stranger {number} {place}") for place in range(3)]))


def stranger_beside_the_approvers(number: int) -> Callable[[], None]:
    return at_question(sealed(number, [*trio(number), key_of(f"stranger {number}")]))


def signed_by_another_role(number: int) -> Callable[[], None]:
    keys = ([HUB_KEY], ROOT_KEYS[:3], list(DIRECTORY_KEYS), [ALICE_KEY, BOB_KEY])[number % 4]
    return at_question(sealed(number, keys))


def relabelled_key(number: int) -> Callable[[], None]:
    """Strangers' signatures under approvers' names."""
    names = sorted(key.public.key_id for key in trio(number))
    forged = sealed(number, [key_of(f"stranger {number} {place}") for place in range(3)])
    return at_question(
        replace(
            forged,
            signatures=tuple(Signature(name, one.value) for name, one in zip(names, forged.signatures, strict=True)),
        )
    )


def withdrawn_approver(number: int) -> Callable[[], None]:
    successor = a_root(2, crew={RoleName.APPROVERS: (APPROVER_KEYS[1:], 3)})
    door = Door(a_trust().with_root(seal(successor, ROOT_KEYS[:3]), now=NOON))
    return lambda: door.question(sealed(number, APPROVER_KEYS[:3]).to_bytes())


def forged_receipt_by_a_collective(number: int) -> Callable[[], None]:
    receipt = Receipt(round_id=ROUND, collective=ALICE, content_hash=content_hash(b"%d" % number), received=NOON)
    return lambda: Door().receipt(seal(receipt, [(ALICE_KEY, BOB_KEY, CHARLIE_KEY)[number % 3]]))


# addressed otherwise


def another_kind(number: int) -> Callable[[], None]:
    """What the approvers signed as one thing is offered as another."""
    kinds = ("result", "root", "decision", "question.v2", "contribution")
    kind = f"application/vnd.marke.{kinds[number % 5]}.v1+json"
    return at_question(sign(question(number).to_bytes(), kind, trio(number)))


def kind_rewritten(number: int) -> Callable[[], None]:
    """The same, with the label put right afterwards; the signatures cover the label."""
    kind = f"application/vnd.marke.other{number}.v1+json"
    return at_question(replace(sign(question(number).to_bytes(), kind, trio(number)), payload_type=QUESTION_TYPE))


def in_anothers_name(number: int) -> Callable[[], None]:
    return lambda: Door().contribution(seal(a_contribution(ALICE, total=number), [BOB_KEY]))


def question_swapped_in_the_offer(number: int) -> Callable[[], None]:
    offer = QuestionOffer(
        question_hash=content_hash(question(number).to_bytes()),
        round_id=ROUND,
        question=sealed(number + 1).to_text(),
        offered=NOON,
    )
    return lambda: Door().offer(seal(offer, [HUB_KEY]))


def not_admitted(number: int) -> Callable[[], None]:
    return lambda: Door().contribution(seal(a_contribution(CHARLIE, total=number), [CHARLIE_KEY]))


def admitted_later(number: int) -> Callable[[], None]:
    directory = a_directory(1, [a_collective(admitted=NOON + timedelta(minutes=1 + number))])
    return lambda: Door(a_trust(directory)).contribution(seal(a_contribution(total=number), [ALICE_KEY]))


def revoked_collective(number: int) -> Callable[[], None]:
    """Backdated too: what counts is when it is received."""
    directory = a_directory(1, [a_collective(revoked=NOON - timedelta(minutes=number))])
    data = seal(a_contribution(made=NOON - timedelta(days=1 + number)), [ALICE_KEY])
    return lambda: Door(a_trust(directory)).contribution(data)


def collective_with_a_new_key(number: int) -> Callable[[], None]:
    newer = a_directory(2, [a_collective(key=key_of(f"alice's new key {number}")), a_collective(BOB, BOB_KEY)])
    door = Door()
    door.directory(seal(newer, DIRECTORY_KEYS[:2]))
    return lambda: door.decision(seal(a_decision(), [ALICE_KEY]))


FORGED: Mapping[Family, Reason] = {
    changed_payload: Reason.BAD_SIGNATURE,
    changed_signature: Reason.BAD_SIGNATURE,
    malleated_signature: Reason.BAD_SIGNATURE,
    relabelled_key: Reason.BAD_SIGNATURE,
    kind_rewritten: Reason.BAD_SIGNATURE,
    another_spelling: Reason.NOT_CANONICAL,
    extra_field_outside: Reason.UNKNOWN_FIELD,
    extra_field_inside: Reason.UNKNOWN_FIELD,
    loose_base64: Reason.BAD_ENVELOPE,
    repeated_signature: Reason.BAD_ENVELOPE,
    too_few: Reason.TOO_FEW_SIGNATURES,
    strangers: Reason.UNKNOWN_SIGNER,
    stranger_beside_the_approvers: Reason.UNKNOWN_SIGNER,
    signed_by_another_role: Reason.UNKNOWN_SIGNER,
    forged_receipt_by_a_collective: Reason.UNKNOWN_SIGNER,
    not_admitted: Reason.UNKNOWN_SIGNER,
    withdrawn_approver: Reason.REVOKED_KEY,
    collective_with_a_new_key: Reason.REVOKED_KEY,
    another_kind: Reason.WRONG_PAYLOAD_TYPE,
    in_anothers_name: Reason.WRONG_SENDER,
    question_swapped_in_the_offer: Reason.WRONG_QUESTION,
    admitted_later: Reason.NOT_YET_ADMITTED,
    revoked_collective: Reason.REVOKED_COLLECTIVE,
}
"""Every family of this page and the reason that each of its envelopes is refused for."""
