"""Keys in memory and key files on disk."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marke import canonical
from marke.errors import BadInputError, MarkeError, ProgrammerError, UntrustedError
from marke.reasons import Reason
from marke.signing.keys import (
    COST,
    UNSAFE_COST_FOR_TESTS,
    PrivateKey,
    PublicKey,
    StretchCost,
    open_private_key,
    read_key_file,
    seal_private_key,
)
from marke.vocabulary.ids import content_hash
from support.known_keys import ALICE_KEY, BOB_KEY

PRIME = 2**255 - 19
D = -121665 * pow(121666, -1, PRIME) % PRIME
SECRET = b"een lang wachtwoord"

Point = tuple[int, int]


def sealed(key: PrivateKey = ALICE_KEY, secret: bytes = SECRET) -> bytes:
    return seal_private_key(key, secret=secret, salt=b"s" * 16, nonce=b"n" * 12, cost=UNSAFE_COST_FOR_TESTS)


def rewritten(data: bytes, **changes: canonical.Json) -> bytes:
    """Return a key file with other fields, and the checksum that belongs to them."""
    value = canonical.from_bytes(data)
    if not isinstance(value, dict):
        raise TypeError("not a key file")
    value.update(changes)
    value.pop("checksum")
    return canonical.to_bytes({**value, "checksum": content_hash(canonical.to_bytes(value))})


def added(first: Point, second: Point) -> Point:
    x1, y1, x2, y2 = *first, *second
    product = D * x1 * x2 * y1 * y2 % PRIME
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME) % PRIME
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME) % PRIME
    return x, y


def square_root(square: int) -> int | None:
    found = pow(square, (PRIME + 3) // 8, PRIME)
    if found * found % PRIME != square:
        found = found * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    return found if found * found % PRIME == square else None


def small_order_heights() -> set[int]:
    """Multiply points by the prime order, which leaves their part of small order; gather all y coordinates."""
    order, found = 2**252 + 27742317777372353535851937790883648493, set[int]()
    for y in range(2, 60):
        x = square_root((y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME)
        if x is not None:
            rest, power, total = order, (x, y), (0, 1)
            while rest:
                total = added(total, power) if rest & 1 else total
                power, rest = added(power, power), rest >> 1
            found.add(total[1])
    return found


def test_rfc_8032_test_1_comes_out() -> None:
    key = PrivateKey.from_seed(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert key.public.raw.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )


def test_a_public_key_reads_back_from_its_text() -> None:
    assert PublicKey.from_text(ALICE_KEY.public.to_text()) == ALICE_KEY.public
    assert str(ALICE_KEY.public).startswith("ed25519:")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ed25519:",
        ALICE_KEY.public.to_text()[8:],
        ALICE_KEY.public.to_text() + "=",
        ALICE_KEY.public.to_text()[:-1],
        ALICE_KEY.public.to_text()[:-1] + "_",
        "ed25519:" + "é" * 43,
        "ed448:" + ALICE_KEY.public.to_text()[8:],
    ],
)
def test_a_key_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(BadInputError) as caught:
        PublicKey.from_text(text)
    assert caught.value.reason is Reason.BAD_KEY


@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_a_key_of_small_order_is_refused_because_its_signatures_prove_nothing(sign: int) -> None:
    heights = small_order_heights()
    assert len(heights) == 5
    for height in heights:
        with pytest.raises(BadInputError):
            PublicKey((height | sign).to_bytes(32, "little"))


def test_a_key_that_is_not_reduced_is_refused() -> None:
    for height in range(PRIME, 2**255):
        with pytest.raises(BadInputError):
            PublicKey(height.to_bytes(32, "little"))


def test_a_private_key_shows_itself_to_nobody() -> None:
    shown = f"{ALICE_KEY!r} {ALICE_KEY!s} {[ALICE_KEY]}"
    assert ALICE_KEY.unsafe_seed().hex() not in shown
    assert "hidden" in shown
    with pytest.raises(ProgrammerError):
        pickle.dumps(ALICE_KEY)


def test_a_key_needs_thirty_two_bytes_of_chance() -> None:
    with pytest.raises(ProgrammerError):
        PrivateKey.from_seed(b"short")


@given(data=st.binary(max_size=300), other=st.binary(max_size=300))
def test_a_signature_holds_for_its_own_data_only(data: bytes, other: bytes) -> None:
    signature = ALICE_KEY.sign(data)
    ALICE_KEY.public.check(signature, data)
    if other != data:
        with pytest.raises(UntrustedError):
            ALICE_KEY.public.check(signature, other)
    with pytest.raises(UntrustedError):
        BOB_KEY.public.check(signature, data)


@given(seed=st.binary(min_size=32, max_size=32), secret=st.binary(min_size=1, max_size=60))
def test_what_was_sealed_opens_with_the_same_passphrase(seed: bytes, secret: bytes) -> None:
    key = PrivateKey.from_seed(seed)
    assert open_private_key(sealed(key, secret), secret=secret).unsafe_seed() == seed


def test_the_file_tells_whose_key_it_is_and_not_the_key() -> None:
    assert read_key_file(sealed()).public == ALICE_KEY.public
    assert ALICE_KEY.unsafe_seed() not in sealed()


def test_a_newline_at_the_end_of_the_file_does_no_harm() -> None:
    assert open_private_key(sealed() + b"\n", secret=SECRET).public == ALICE_KEY.public


def test_a_wrong_passphrase_is_called_that() -> None:
    with pytest.raises(UntrustedError) as caught:
        open_private_key(sealed(), secret=b"een ander wachtwoord")
    assert caught.value.reason is Reason.WRONG_PASSPHRASE


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_damaged_file_is_never_called_a_wrong_passphrase(place: int, bit: int) -> None:
    data = bytearray(sealed())
    data[place % len(data)] ^= 1 << bit
    with pytest.raises(BadInputError) as caught:
        open_private_key(bytes(data), secret=SECRET)
    assert caught.value.reason is Reason.BAD_KEY_FILE


@given(cut=st.integers(0, 10_000))
def test_half_a_file_is_damaged(cut: int) -> None:
    data = sealed()
    with pytest.raises(BadInputError):
        open_private_key(data[: cut % len(data)], secret=SECRET)


@pytest.mark.parametrize(
    "changes",
    [
        {"cost": {"memory_kib": 2**31, "passes": 3, "lanes": 1}},
        {"cost": {"memory_kib": 65_536, "passes": 10_000, "lanes": 1}},
        {"cost": {"memory_kib": 65_536, "passes": 3, "lanes": 10_000}},
        {"cost": {"memory_kib": 8, "passes": 1, "lanes": 4}},
        {"stretch": "pbkdf2"},
        {"type": "marke/key/2"},
        {"salt": "AA=="},
        {"salt": "AAA=AAA="},
        {"nonce": "AA=="},
        {"box": "AA=="},
        {"extra": "field"},
    ],
    ids=str,
)
def test_a_planted_file_is_refused_before_it_costs_anything(changes: dict[str, canonical.Json]) -> None:
    with pytest.raises(BadInputError) as caught:
        open_private_key(rewritten(sealed(), **changes), secret=SECRET)
    assert caught.value.reason is Reason.BAD_KEY_FILE


def test_a_file_with_another_public_key_pasted_in_does_not_open() -> None:
    with pytest.raises(MarkeError):
        open_private_key(rewritten(sealed(), public=BOB_KEY.public.to_text()), secret=SECRET)


def test_a_huge_file_is_not_even_parsed() -> None:
    with pytest.raises(BadInputError):
        read_key_file(b" " * 5000)


def test_the_real_cost_is_not_the_cost_of_tests() -> None:
    assert COST.memory_kib >= 65_536
    assert isinstance(UNSAFE_COST_FOR_TESTS, StretchCost)
    data = seal_private_key(ALICE_KEY, secret=SECRET, salt=b"s" * 16, nonce=b"n" * 12)
    assert read_key_file(data).cost == COST
    assert open_private_key(data, secret=SECRET).public == ALICE_KEY.public


@pytest.mark.parametrize(("secret", "salt", "nonce"), [(b"", 16, 12), (b"x", 15, 12), (b"x", 16, 11)])
def test_sealing_refuses_a_caller_without_chance_or_passphrase(secret: bytes, salt: int, nonce: int) -> None:
    with pytest.raises(ProgrammerError):
        seal_private_key(ALICE_KEY, secret=secret, salt=b"s" * salt, nonce=b"n" * nonce)
