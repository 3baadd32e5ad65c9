"""DSSE envelopes: one spelling, distinct keys, nothing passed over."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marke import canonical
from marke.errors import BadInputError, ConflictError, MarkeError, ProgrammerError, UntrustedError
from marke.reasons import Reason
from marke.signing.envelope import (
    MAX_ENVELOPE_BYTES,
    Envelope,
    Signature,
    cosign,
    merge,
    pre_authentication_encoding,
    sign,
    verify,
)
from support.known_keys import APPROVER_KEYS, CHARLIE_KEY

KIND = "application/vnd.marke.question.v1+json"
KEYS = {key.public.key_id: key.public for key in APPROVER_KEYS}


def reason_of(envelope: Envelope, *, threshold: int = 3) -> Reason:
    with pytest.raises(MarkeError) as caught:
        verify(envelope, payload_type=KIND, keys=KEYS, threshold=threshold)
    return caught.value.reason


def json_of(envelope: Envelope) -> dict[str, canonical.Json]:
    found: dict[str, canonical.Json] = json.loads(envelope.to_bytes())
    return found


def test_the_bytes_that_are_signed_are_those_of_the_dsse_text() -> None:
    encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pre_authentication_encoding("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


@given(first=st.tuples(st.text(), st.binary()), second=st.tuples(st.text(), st.binary()))
def test_two_messages_never_have_the_same_signed_bytes(first: tuple[str, bytes], second: tuple[str, bytes]) -> None:
    same = pre_authentication_encoding(*first) == pre_authentication_encoding(*second)
    assert same == (first == second)


@given(payload=st.binary(max_size=500), count=st.integers(1, 5))
def test_what_enough_keys_signed_opens(payload: bytes, count: int) -> None:
    data = sign(payload, KIND, APPROVER_KEYS[:count]).to_bytes()
    opened = verify(Envelope.from_bytes(data), payload_type=KIND, keys=KEYS, threshold=count)
    assert opened.payload == payload
    assert opened.signers == tuple(sorted(key.public.key_id for key in APPROVER_KEYS[:count]))


def test_one_signature_short_is_too_few() -> None:
    assert reason_of(sign(b"x", KIND, APPROVER_KEYS[:2])) is Reason.TOO_FEW_SIGNATURES
    assert reason_of(sign(b"x", KIND, [])) is Reason.TOO_FEW_SIGNATURES


def test_the_same_key_thrice_counts_once() -> None:
    assert len(sign(b"x", KIND, [APPROVER_KEYS[0]] * 3).signatures) == 1
    one = sign(b"x", KIND, APPROVER_KEYS[:1]).signatures[0]
    assert reason_of(Envelope(KIND, b"x", (one, one, one))) is Reason.TOO_FEW_SIGNATURES


def test_a_key_listed_under_three_ids_counts_under_its_own_only() -> None:
    key = APPROVER_KEYS[0]
    names = ("0" * 64, "1" * 64, key.public.key_id)
    value = sign(b"x", KIND, [key]).signatures[0].value
    forged = Envelope(KIND, b"x", tuple(Signature(name, value) for name in names))
    with pytest.raises(UntrustedError) as caught:
        verify(forged, payload_type=KIND, keys=dict.fromkeys(names, key.public), threshold=3)
    assert caught.value.reason is Reason.UNKNOWN_SIGNER


def test_a_strangers_signature_refuses_the_envelope_even_beside_enough_others() -> None:
    assert reason_of(sign(b"x", KIND, [*APPROVER_KEYS[:3], CHARLIE_KEY])) is Reason.UNKNOWN_SIGNER


def test_a_broken_signature_refuses_the_envelope_even_beside_enough_others() -> None:
    whole = sign(b"x", KIND, APPROVER_KEYS[:4])
    broken = Signature(whole.signatures[0].key_id, bytes(64))
    assert reason_of(Envelope(KIND, b"x", (broken, *whole.signatures[1:]))) is Reason.BAD_SIGNATURE


def test_a_signature_for_another_kind_of_message_does_not_hold_here() -> None:
    other = sign(b"x", "application/vnd.marke.result.v1+json", APPROVER_KEYS[:3])
    assert reason_of(other) is Reason.WRONG_PAYLOAD_TYPE
    assert reason_of(Envelope(KIND, b"x", other.signatures)) is Reason.BAD_SIGNATURE


def test_a_threshold_of_nobody_is_a_mistake_of_ours() -> None:
    with pytest.raises(ProgrammerError):
        verify(sign(b"x", KIND, []), payload_type=KIND, keys=KEYS, threshold=0)


def test_people_may_sign_apart_and_join_later() -> None:
    together = sign(b"x", KIND, APPROVER_KEYS[:3])
    first, second, third = (sign(b"x", KIND, [key]) for key in APPROVER_KEYS[:3])
    assert merge(merge(third, first), second) == together
    assert cosign(cosign(first, APPROVER_KEYS[1]), APPROVER_KEYS[2]) == together


def test_signatures_of_two_messages_do_not_join() -> None:
    with pytest.raises(ConflictError) as caught:
        merge(sign(b"x", KIND, APPROVER_KEYS[:1]), sign(b"y", KIND, APPROVER_KEYS[1:2]))
    assert caught.value.reason is Reason.OTHER_PAYLOAD


def test_an_envelope_travels_inside_another_as_text() -> None:
    envelope = sign("é".encode(), KIND, APPROVER_KEYS[:1])
    assert Envelope.from_text(envelope.to_text()) == envelope
    with pytest.raises(BadInputError) as caught:
        Envelope.from_text("\ud800")
    assert caught.value.reason is Reason.NOT_CANONICAL


WHOLE = json_of(sign(b"x", KIND, APPROVER_KEYS[:2]))
SIGNATURES = WHOLE["signatures"]
if not isinstance(SIGNATURES, list):
    raise TypeError("an envelope has a list of signatures")

MISSHAPEN: dict[str, tuple[canonical.Json, Reason]] = {
    "a list instead of an object": ([], Reason.BAD_ENVELOPE),
    "no payload": ({"payloadType": KIND, "signatures": []}, Reason.BAD_ENVELOPE),
    "a payload that is a number": ({**WHOLE, "payload": 5}, Reason.BAD_ENVELOPE),
    "a payload that is not base64": ({**WHOLE, "payload": "?"}, Reason.BAD_ENVELOPE),
    "base64 without its padding": ({**WHOLE, "payload": "eA"}, Reason.BAD_ENVELOPE),
    "base64 with loose last bits": ({**WHOLE, "payload": "eB=="}, Reason.BAD_ENVELOPE),
    "base64url where base64 is meant": ({**WHOLE, "payload": "-_-_"}, Reason.BAD_ENVELOPE),
    "another field": ({**WHOLE, "alg": "none"}, Reason.UNKNOWN_FIELD),
    "another field in a signature": (
        {**WHOLE, "signatures": [{"keyid": "0" * 64, "sig": "", "alg": "HS256"}]},
        Reason.UNKNOWN_FIELD,
    ),
    "a signature without a key id": ({**WHOLE, "signatures": [{"sig": ""}]}, Reason.BAD_ENVELOPE),
    "a key id that is not a hash": ({**WHOLE, "signatures": [{"keyid": "alice", "sig": ""}]}, Reason.BAD_ENVELOPE),
    "a signature that is too short": (
        {**WHOLE, "signatures": [{"keyid": "0" * 64, "sig": "AAAA"}]},
        Reason.BAD_ENVELOPE,
    ),
    "signatures out of order": ({**WHOLE, "signatures": SIGNATURES[::-1]}, Reason.BAD_ENVELOPE),
    "a signature twice": ({**WHOLE, "signatures": [SIGNATURES[0], SIGNATURES[0]]}, Reason.BAD_ENVELOPE),
    "more signatures than anybody has": ({**WHOLE, "signatures": [SIGNATURES[0]] * 65}, Reason.MESSAGE_TOO_LARGE),
}


@pytest.mark.parametrize("name", MISSHAPEN)
def test_an_envelope_of_another_shape_is_refused(name: str) -> None:
    value, reason = MISSHAPEN[name]
    with pytest.raises(BadInputError) as caught:
        Envelope.from_bytes(canonical.to_bytes(value))
    assert caught.value.reason is reason


def test_an_envelope_in_another_spelling_is_refused() -> None:
    for data in (json.dumps(WHOLE, indent=1).encode(), b"not JSON", b"\xff", b""):  # noqa: TID251 - another spelling
        with pytest.raises(BadInputError) as caught:
            Envelope.from_bytes(data)
        assert caught.value.reason is Reason.NOT_CANONICAL


def test_an_envelope_beyond_any_message_is_not_parsed() -> None:
    with pytest.raises(BadInputError) as caught:
        Envelope.from_bytes(b" " * (MAX_ENVELOPE_BYTES + 1))
    assert caught.value.reason is Reason.MESSAGE_TOO_LARGE


@given(data=st.binary(max_size=400))
def test_no_bytes_make_the_reader_crash(data: bytes) -> None:
    with pytest.raises(BadInputError):
        Envelope.from_bytes(data)


@given(payload=st.binary(max_size=200), kind=st.text(max_size=40), count=st.integers(0, 5))
def test_every_envelope_reads_back_byte_for_byte(payload: bytes, kind: str, count: int) -> None:
    envelope = Envelope(kind, payload, tuple(sorted_signatures(count)))
    try:
        data = envelope.to_bytes()
    except BadInputError:
        return
    assert Envelope.from_bytes(data) == envelope
    assert base64.b64encode(payload) in data


def sorted_signatures(count: int) -> list[Signature]:
    found = [Signature(key.public.key_id, bytes(64)) for key in APPROVER_KEYS[:count]]
    return sorted(found, key=lambda one: one.key_id)
