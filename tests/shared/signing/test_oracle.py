"""Another implementation of DSSE must agree with ours about what is signed and by how many."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marke.errors import MarkeError
from marke.signing.envelope import Envelope, sign, verify
from marke.signing.keys import PublicKey
from support.known_keys import APPROVER_KEYS

KIND = "application/vnd.marke.question.v1+json"
KEYS = {key.public.key_id: key.public for key in APPROVER_KEYS}

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def oracle() -> Any:  # noqa: ANN401 - the other library is not typed
    reason = "the oracle securesystemslib is not installed; `tests/run --deep` installs it"
    pytest.importorskip("securesystemslib", reason=reason)
    return pytest.importorskip("securesystemslib.dsse", reason=reason).Envelope


def oracle_key(key: PublicKey) -> Any:  # noqa: ANN401 - the other library is not typed
    signer = pytest.importorskip("securesystemslib.signer")
    return signer.SSlibKey(key.key_id, "ed25519", "ed25519", {"public": key.raw.hex()})


def oracle_accepts(oracle: Any, data: bytes, threshold: int) -> bool:  # noqa: ANN401 - the other library is not typed
    errors = pytest.importorskip("securesystemslib.exceptions")
    json = pytest.importorskip("json")
    envelope = oracle.from_dict(json.loads(data))
    try:
        envelope.verify([oracle_key(key) for key in KEYS.values()], threshold)
    except errors.VerificationError:
        return False
    return True


def ours_accepts(data: bytes, threshold: int) -> bool:
    try:
        verify(Envelope.from_bytes(data), payload_type=KIND, keys=KEYS, threshold=threshold)
    except MarkeError:
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(payload=st.binary(max_size=300), signed=st.sets(st.integers(0, 4)), threshold=st.integers(1, 5))
def test_both_count_the_same_signatures(oracle: Any, payload: bytes, signed: set[int], threshold: int) -> None:  # noqa: ANN401 - the other library is not typed
    data = sign(payload, KIND, [APPROVER_KEYS[place] for place in sorted(signed)]).to_bytes()
    assert ours_accepts(data, threshold) == oracle_accepts(oracle, data, threshold) == (len(signed) >= threshold)


@settings(max_examples=200, deadline=None)
@given(payload=st.binary(min_size=1, max_size=60), place=st.integers(0, 500), bit=st.integers(0, 7))
def test_both_refuse_a_changed_payload(oracle: Any, payload: bytes, place: int, bit: int) -> None:  # noqa: ANN401 - the other library is not typed
    envelope = sign(payload, KIND, APPROVER_KEYS[:3])
    changed = bytearray(payload)
    changed[place % len(changed)] ^= 1 << bit
    data = Envelope(KIND, bytes(changed), envelope.signatures).to_bytes()
    assert not ours_accepts(data, 3)
    assert not oracle_accepts(oracle, data, 3)


def test_both_sign_the_same_bytes(oracle: Any) -> None:  # noqa: ANN401 - the other library is not typed
    envelope = sign("één".encode(), KIND, APPROVER_KEYS[:1])
    assert oracle("één".encode(), KIND, {}).pae() == envelope.signed_bytes
