"""Canonical JSON against the vectors of RFC 8785 and against another implementation of it."""

import json
import math
import struct

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from marke import canonical
from marke.errors import BadInputError
from marke.reasons import Reason

NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
"""RFC 8785 appendix B: a double as its eight bytes, and how it prints."""

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
SAFE = st.integers(-canonical.MAX_SAFE_INTEGER, canonical.MAX_SAFE_INTEGER)
EXACT: st.SearchStrategy[canonical.Json] = st.recursive(
    st.none() | st.booleans() | SAFE | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=20,
)
ANY: st.SearchStrategy[canonical.Json] = st.recursive(
    st.none() | st.booleans() | SAFE | TEXTS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=20,
)


def refusal(data: bytes) -> Reason:
    with pytest.raises(BadInputError) as caught:
        canonical.from_bytes(data)
    return caught.value.reason


@pytest.mark.parametrize("pattern", NUMBERS)
def test_a_double_prints_as_appendix_b_says(pattern: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(pattern))
    assert canonical.to_bytes(value) == NUMBERS[pattern].encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_not_json(value: float) -> None:
    with pytest.raises(BadInputError):
        canonical.to_bytes(value)


def test_names_sort_by_utf_16_as_in_section_3_2_3() -> None:
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    printed = json.loads(canonical.to_bytes({name: place for place, name in enumerate(names)}))
    assert list(printed) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_the_example_of_section_3_2_2_comes_out() -> None:
    value: canonical.Json = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical.to_bytes(value) == expected.encode()


@given(value=ANY)
def test_another_implementation_prints_the_same_bytes(value: canonical.Json) -> None:
    assert canonical.to_bytes(value) == rfc8785.dumps(value)


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_prints_so_that_it_reads_back(value: float) -> None:
    assert float(canonical.to_bytes(value)) == value
    assert canonical.to_bytes(value) == rfc8785.dumps(value)


@given(value=EXACT)
def test_what_was_printed_reads_back(value: canonical.Json) -> None:
    assert canonical.from_bytes(canonical.to_bytes(value)) == value


@given(value=st.dictionaries(TEXTS, SAFE, min_size=1, max_size=5))
def test_the_same_value_in_another_spelling_is_refused(value: dict[str, int]) -> None:
    assert refusal(json.dumps(value, separators=(", ", ":")).encode() + b"\n") is Reason.NOT_CANONICAL  # noqa: TID251 - another spelling


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" 1",
        b"1 ",
        b"01",
        b"1.0",
        b"1e2",
        b"-0",
        b"+1",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"9" * 5000,
        b'"\\u0041"',
        b'"\\/"',
        b'"\x01"',
        b'"\\ud800"',
        b"\xff",
        b"\xef\xbb\xbf1",
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b'{"a":1,}',
        b"[1,]",
        b"[" * 100 + b"]" * 100,
        b"[" * 100_000,
        b"'a'",
    ],
    ids=lambda data: repr(data[:20]),
)
def test_bytes_that_are_not_canonical_are_refused(data: bytes) -> None:
    assert refusal(data) is Reason.NOT_CANONICAL


@given(data=st.binary(max_size=200))
def test_no_bytes_make_the_reader_crash(data: bytes) -> None:
    try:
        value = canonical.from_bytes(data)
    except BadInputError:
        return
    assert canonical.to_bytes(value) == data


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800", {"\ud800": 1}])
def test_what_other_readers_would_change_is_not_printed(value: canonical.Json) -> None:
    with pytest.raises(BadInputError):
        canonical.to_bytes(value)


def test_nesting_has_an_end() -> None:
    deep: canonical.Json = 1
    for _ in range(canonical.MAX_DEPTH):
        deep = [deep]
    assert canonical.from_bytes(canonical.to_bytes(deep)) == deep
    with pytest.raises(BadInputError):
        canonical.to_bytes([deep])
