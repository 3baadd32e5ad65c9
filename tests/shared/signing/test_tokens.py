"""API tokens: one token, one request, one clear reason."""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marke import canonical
from marke.errors import ProgrammerError, UntrustedError
from marke.reasons import Reason
from marke.signing.tokens import TOKEN_TYPE, TokenClaims, mint_token, open_token
from marke.vocabulary.ids import content_hash
from support.known_keys import ALICE, ALICE_KEY, BOB, BOB_KEY, CHARLIE, CHARLIE_KEY, NOON

HUB = "https://koepel.example"
PATH = "/api/v1/node/poll"
BODY = b'{"cursor":0}'
JTI = "a" * 22
KEYS = {ALICE: ALICE_KEY.public, BOB: BOB_KEY.public}


def a_token(now: datetime = NOON, issuer: str = ALICE) -> str:
    return mint_token(ALICE_KEY, issuer=issuer, audience=HUB, method="POST", path=PATH, body=BODY, jti=JTI, now=now)


def claims(**changes: canonical.Json) -> dict[str, canonical.Json]:
    moment = int(NOON.timestamp())
    found: dict[str, canonical.Json] = {
        "iss": ALICE,
        "aud": HUB,
        "iat": moment,
        "exp": moment + 300,
        "jti": JTI,
        "htm": "POST",
        "htu": PATH,
        "bsh": content_hash(BODY),
    }
    found.update(changes)
    return {name: value for name, value in found.items() if value is not None}


def forged(header: Mapping[str, Any], body: canonical.Json) -> str:
    """Sign any header and body with Alice's real key, as a broken or hostile node of hers might."""
    parts = [base64.urlsafe_b64encode(canonical.to_bytes(part)).rstrip(b"=") for part in (header, body)]
    signature = base64.urlsafe_b64encode(ALICE_KEY.sign(b".".join(parts))).rstrip(b"=")
    return b".".join([*parts, signature]).decode("ascii")


def opened(token: str, *, now: datetime = NOON, **changes: Any) -> TokenClaims:  # noqa: ANN401 - parts of a request
    request = {"audience": HUB, "method": "POST", "path": PATH, "body": BODY, **changes}
    return open_token(token, keys=KEYS, now=now, **request)


def reason_of(token: str, *, now: datetime = NOON, **changes: Any) -> Reason:  # noqa: ANN401 - parts of a request
    with pytest.raises(UntrustedError) as caught:
        opened(token, now=now, **changes)
    return caught.value.reason


def test_a_token_opens_for_the_request_it_was_made_for() -> None:
    found = opened(a_token())
    assert (found.issuer, found.jti) == (ALICE, JTI)
    assert found.expires == NOON + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"audience": "https://other.example"}, Reason.WRONG_TOKEN_AUDIENCE),
        ({"method": "PUT"}, Reason.WRONG_TOKEN_METHOD),
        ({"path": "/api/v1/node/poll?all=1"}, Reason.WRONG_TOKEN_PATH),
        ({"body": b""}, Reason.WRONG_TOKEN_BODY),
    ],
)
def test_a_token_does_not_open_for_another_request(changes: dict[str, Any], reason: Reason) -> None:
    assert reason_of(a_token(), **changes) is reason


@pytest.mark.parametrize("minutes", [-5, 0, 5, 9])
def test_clocks_may_differ_a_little(minutes: int) -> None:
    assert opened(a_token(), now=NOON + timedelta(minutes=minutes)).issuer == ALICE


@pytest.mark.parametrize("minutes", [-6, 10, 180, -180])
def test_clocks_that_differ_more_are_named_with_the_minutes(minutes: int) -> None:
    with pytest.raises(UntrustedError) as caught:
        opened(a_token(), now=NOON + timedelta(minutes=minutes))
    assert caught.value.reason is Reason.CLOCK_SKEW
    assert caught.value.details["minutes"] == abs(minutes)
    assert str(abs(minutes)) in caught.value.say("nl")


def test_a_collective_that_does_not_take_part_cannot_call() -> None:
    token = mint_token(
        CHARLIE_KEY, issuer=CHARLIE, audience=HUB, method="POST", path=PATH, body=BODY, jti=JTI, now=NOON
    )
    assert reason_of(token) is Reason.WRONG_TOKEN_ISSUER


def test_bob_cannot_call_as_alice() -> None:
    token = mint_token(BOB_KEY, issuer=ALICE, audience=HUB, method="POST", path=PATH, body=BODY, jti=JTI, now=NOON)
    assert reason_of(token) is Reason.WRONG_TOKEN_SIGNATURE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": None}, Reason.WRONG_TOKEN_CLAIMS),
        ({"iat": None}, Reason.WRONG_TOKEN_CLAIMS),
        ({"aud": None}, Reason.WRONG_TOKEN_CLAIMS),
        ({"iss": None}, Reason.WRONG_TOKEN_CLAIMS),
        ({"jti": None}, Reason.WRONG_TOKEN_CLAIMS),
        ({"bsh": None}, Reason.WRONG_TOKEN_CLAIMS),
        ({"aud": [HUB, "https://other.example"]}, Reason.WRONG_TOKEN_CLAIMS),
        ({"exp": str(int(NOON.timestamp()) + 300)}, Reason.WRONG_TOKEN_CLAIMS),
        ({"exp": NOON.timestamp() + 300.5}, Reason.WRONG_TOKEN_CLAIMS),
        ({"exp": 2**52, "iat": 2**52 - 300}, Reason.WRONG_TOKEN_CLAIMS),
        ({"jti": "short"}, Reason.WRONG_TOKEN_CLAIMS),
        ({"admin": True}, Reason.WRONG_TOKEN_CLAIMS),
        ({"exp": int(NOON.timestamp()) + 301}, Reason.WRONG_TOKEN_LIFETIME),
        ({"exp": int(NOON.timestamp())}, Reason.WRONG_TOKEN_LIFETIME),
    ],
    ids=str,
)
def test_a_well_signed_token_that_says_other_things_is_refused(
    changes: dict[str, canonical.Json], reason: Reason
) -> None:
    assert reason_of(forged({"alg": "EdDSA", "typ": TOKEN_TYPE}, claims(**changes))) is reason


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none", "typ": TOKEN_TYPE}, Reason.WRONG_TOKEN_ALGORITHM),
        ({"alg": "HS256", "typ": TOKEN_TYPE}, Reason.WRONG_TOKEN_ALGORITHM),
        ({"alg": "ES256", "typ": TOKEN_TYPE}, Reason.WRONG_TOKEN_ALGORITHM),
        ({"typ": TOKEN_TYPE}, Reason.WRONG_TOKEN_ALGORITHM),
        ({"alg": "EdDSA"}, Reason.WRONG_TOKEN_TYPE),
        ({"alg": "EdDSA", "typ": "JWT"}, Reason.WRONG_TOKEN_TYPE),
        ({"alg": "EdDSA", "typ": TOKEN_TYPE, "crit": ["exp"]}, Reason.WRONG_TOKEN_EXTENSION),
        ({"alg": "EdDSA", "typ": TOKEN_TYPE, "crit": 5}, Reason.WRONG_TOKEN_EXTENSION),
        ({"alg": "EdDSA", "typ": TOKEN_TYPE, "crit": []}, Reason.WRONG_TOKEN_EXTENSION),
        ({"alg": "EdDSA", "typ": TOKEN_TYPE, "kid": 5}, Reason.WRONG_TOKEN_EXTENSION),
        ({"alg": "EdDSA", "typ": TOKEN_TYPE, "jku": "https://evil.example"}, Reason.WRONG_TOKEN_EXTENSION),
        ({"alg": "EdDSA", "typ": TOKEN_TYPE, "b64": False, "crit": ["b64"]}, Reason.WRONG_TOKEN),
        ([], Reason.WRONG_TOKEN),
    ],
    ids=str,
)
def test_a_header_that_asks_for_anything_else_is_refused(header: dict[str, Any], reason: Reason) -> None:
    assert reason_of(forged(header, claims())) is reason


def test_the_public_key_is_never_used_as_a_shared_secret() -> None:
    token = jwt.encode(dict(claims()), ALICE_KEY.public.raw, algorithm="HS256", headers={"typ": TOKEN_TYPE})
    assert reason_of(token) is Reason.WRONG_TOKEN_ALGORITHM


@pytest.mark.parametrize("token", ["", ".", "..", "a.b", "a.b.c", "é.é.é", "\ud800", "a" * 5000, a_token() + "x"])
def test_what_is_not_a_token_is_refused_without_a_crash(token: str) -> None:
    assert reason_of(token) in {Reason.WRONG_TOKEN, Reason.WRONG_TOKEN_SIGNATURE}


@given(place=st.integers(0, 2000), character=st.characters(codec="ascii"))
def test_a_changed_character_is_refused(place: int, character: str) -> None:
    token = a_token()
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]
    if changed != token:
        assert reason_of(changed).value.startswith("wrong_token")


@given(data=st.text(max_size=200))
def test_no_text_makes_the_reader_crash(data: str) -> None:
    with pytest.raises(UntrustedError):
        opened(data)


def test_a_token_that_could_never_open_is_not_made() -> None:
    with pytest.raises(ProgrammerError):
        mint_token(ALICE_KEY, issuer=ALICE, audience=HUB, method="post", path=PATH, body=b"", jti=JTI, now=NOON)


def test_another_library_reads_the_token_as_an_ordinary_jwt() -> None:
    key = ALICE_KEY.as_cryptography().public_key()
    options = jwt.types.Options(verify_exp=False, verify_iat=False)
    assert jwt.decode(a_token(), key, algorithms=["EdDSA"], audience=HUB, options=options)["iss"] == ALICE
