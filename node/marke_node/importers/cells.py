"""Cells of foreign tables: exact numbers, clean text, and text that a spreadsheet will not run as a formula."""

import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from marke.reasons import Reason

_PLAIN = re.compile(r"-?[0-9]*\.?[0-9]*", re.ASCII)
_LONGEST_NUMBER = 30
_KEPT_NUMBERS = 200_000
_NO_NUMBERS = {"", ".", "-", "-."}

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so (OWASP: CSV injection)."""

LONGEST_TEXT = 200


class RowError(Exception):
    """One row cannot be used; the rest of the file can."""

    def __init__(self, reason: Reason, **details: str | int) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.details = details


class ExactNumbers(dict[str, int]):
    """Decimal text to whole numbers of the smallest unit; a text seen before costs one look-up.

    `places` is how many decimals one unit of the file has in ours (3 for kWh to Wh). Digits beyond are rounded half to
    even. No float is involved, so sums stay exact. Raises RowError for what is not one plain decimal number.
    """

    def __init__(self, places: int, *, decimal_comma: bool = False) -> None:
        super().__init__()
        self._places = places
        self._sign = "," if decimal_comma else "."

    def __missing__(self, text: str) -> int:
        whole, point, fraction = text.partition(self._sign)
        # almost every cell: digits, the sign, and exactly as many decimals as we keep
        usual = point and len(fraction) == self._places and text.isascii() and whole.isdigit() and fraction.isdigit()
        value = int(whole + fraction) if usual and len(text) <= _LONGEST_NUMBER else self._parse(text.strip())
        if len(self) < _KEPT_NUMBERS:
            self[text] = value
        return value

    def _parse(self, text: str) -> int:
        plain = text
        if self._sign == ",":
            # a point in a file with decimal commas may mean thousands: never guess
            plain = "?" if "." in text else text.replace(",", ".", 1)
        if plain in _NO_NUMBERS or len(plain) > _LONGEST_NUMBER or not _PLAIN.fullmatch(plain):
            raise RowError(Reason.IMPORT_NOT_A_NUMBER)
        whole, _, fraction = plain.partition(".")
        if len(fraction) > self._places:
            return round_to_steps(Decimal(plain), self._places)
        return int(whole + fraction.ljust(self._places, "0"))


def round_to_steps(value: Decimal, places: int) -> int:
    """Return a decimal as whole steps of 10^-places, half to even; raises RowError for infinities and NaN."""
    try:
        return int(value.scaleb(places).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise RowError(Reason.IMPORT_NOT_A_NUMBER) from error


def clean_text(text: str, field: str) -> str:
    """Return a person's text without outer blanks in one Unicode form; `field` names the column in the refusal.

    Markup, quotes and formulas are ordinary text here: they are stored as they are, and made harmless where they leave
    (by escaping in pages, by parameters in SQL, by `neutralise` in tables). Raises RowError for control characters and
    for texts longer than any name or address.
    """
    found = unicodedata.normalize("NFC", text.strip())
    if any(unicodedata.category(char) in {"Cc", "Cs", "Co"} or char in _DIRECTION_MARKS for char in found):
        raise RowError(Reason.IMPORT_CONTROL_CHARACTER, field=field)
    if len(found) > LONGEST_TEXT:
        raise RowError(Reason.IMPORT_TEXT_TOO_LONG, field=field, most=LONGEST_TEXT)
    return found


# characters that turn the reading direction make one name look like another
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def neutralise(text: str) -> str:
    """Return text that a spreadsheet shows instead of runs: a leading = + - @ gets an apostrophe before it."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text
