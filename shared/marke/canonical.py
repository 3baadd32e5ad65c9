"""Canonical JSON (RFC 8785): one byte sequence for one value, the only JSON that is ever signed.

Property names sort by UTF-16 code units (RFC 8785 3.2.3), numbers print as ECMAScript prints them (3.2.2.3),
strings escape only what JSON must (3.2.2.2). Reading back is strict: duplicate names, other spellings of the same
value, and bytes that are not the canonical form of what they say are refused.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from marke.errors import BadInputError
from marke.reasons import Reason

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

MAX_SAFE_INTEGER = 2**53 - 1
"""Largest integer that every JSON reader holds exactly (RFC 7493 2.2)."""

MAX_DEPTH = 64
"""Deeper nesting than any message has; a bound against hostile input."""


def to_bytes(value: Json) -> bytes:
    """Return the RFC 8785 form of a JSON value as UTF-8 bytes.

    Raises BadInputError for what JSON cannot say exactly: NaN, infinities, integers beyond 2^53 - 1, lone surrogates.
    """
    try:
        if _is_plain(value, 0):
            return _QUICK.encode(value).encode("utf-8")
        return "".join(_parts(value, 0)).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadInputError(Reason.NOT_CANONICAL, detail="a lone surrogate") from error


def from_bytes(data: bytes) -> Json:
    """Parse bytes that must already be canonical.

    Raises BadInputError when they are not JSON, name a property twice, or are not the canonical form of their value.
    """
    try:
        value: Json = json.loads(data.decode("utf-8"), object_pairs_hook=_no_duplicates)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, ValueError) as error:
        raise BadInputError(Reason.NOT_CANONICAL, detail="not JSON") from error
    if to_bytes(value) != data:
        raise BadInputError(Reason.NOT_CANONICAL, detail="another spelling of the same value")
    return value


_QUICK = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":"), sort_keys=True
)
"""The interpreter's own writer. For plain values it writes the canonical form, several times as fast as ours."""


def _is_plain(value: Json, depth: int) -> bool:
    """Say whether the quick writer writes a value canonically.

    That is so without floats (other notation), with ASCII names (where code points and UTF-16 sort alike), and with the
    plain types only; whatever else there is, or is wrong, is left to the careful writer below.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if isinstance(value, int):
        return kind is int and -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER
    if depth >= MAX_DEPTH:
        return False
    if isinstance(value, dict) and kind is dict:
        names = all(type(name) is str and name.isascii() for name in value)
        return names and all(_is_plain(item, depth + 1) for item in value.values())
    if isinstance(value, list | tuple) and kind in _PLAIN_LISTS:
        return all(_is_plain(item, depth + 1) for item in value)
    return False


_PLAIN_LISTS = frozenset({list, tuple})


def _no_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadInputError(Reason.NOT_CANONICAL, detail="a name given twice")
    return found


def _parts(value: Json, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        raise BadInputError(Reason.NOT_CANONICAL, detail="nested too deep")
    match value:
        case None | bool() | int() | float() | str():
            yield _scalar(value)
        case Mapping():
            yield "{"
            for position, name in enumerate(sorted(value, key=_utf16)):
                yield ("," if position else "") + _string(name) + ":"
                yield from _parts(value[name], depth + 1)
            yield "}"
        case Sequence():
            yield "["
            for position, item in enumerate(value):
                yield "," if position else ""
                yield from _parts(item, depth + 1)
            yield "]"


def _scalar(value: bool | float | str | None) -> str:  # noqa: FBT001 - a JSON boolean, not a flag
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            if abs(value) > MAX_SAFE_INTEGER:
                raise BadInputError(Reason.NOT_CANONICAL, detail="an integer beyond 2^53 - 1")
            return str(value)
        case float():
            return _number(value)
        case str():
            return _string(value)


def _string(text: str) -> str:
    return json.encoder.encode_basestring(text)


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _number(value: float) -> str:
    """Print a double as ECMAScript's Number::toString does (ECMA-262 6.1.6.1.20)."""
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - NaN is unequal to itself
        raise BadInputError(Reason.NOT_CANONICAL, detail="a number that is not finite")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, exponent = _shortest_digits(abs(value))
    point = exponent + len(digits)
    return sign + _place_point(digits, point)


def _shortest_digits(value: float) -> tuple[str, int]:
    """Split the shortest round-trip decimal of a positive double into digits and a power of ten."""
    mantissa, _, power = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) - len(fraction)
    stripped = digits.rstrip("0")
    return stripped, exponent + len(digits) - len(stripped)


_LARGEST_PLAIN, _SMALLEST_PLAIN = 21, -6


def _place_point(digits: str, point: int) -> str:
    if len(digits) <= point <= _LARGEST_PLAIN:
        return digits + "0" * (point - len(digits))
    if 0 < point <= _LARGEST_PLAIN:
        return digits[:point] + "." + digits[point:]
    if _SMALLEST_PLAIN < point <= 0:
        return "0." + "0" * -point + digits
    power = point - 1
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{mantissa}e{'+' if power > 0 else '-'}{abs(power)}"
