"""Numbers, dates and sizes as Dutch and English readers write them, in Dutch local time."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from marke.reasons import Language
from marke.vocabulary.periods import Granularity, Period

NARROW_SPACE = "\u202f"
MINUS = "\u2212"

_MONTHS: dict[Language, tuple[str, ...]] = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni",
        "juli", "augustus", "september", "oktober", "november", "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
_SHORT_MONTHS: dict[Language, tuple[str, ...]] = {
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_QUARTERS: dict[Language, tuple[str, ...]] = {
    "nl": ("eerste kwartaal", "tweede kwartaal", "derde kwartaal", "vierde kwartaal"),
    "en": ("first quarter", "second quarter", "third quarter", "fourth quarter"),
}
_ZONE = "Europe/Amsterdam"
_SIZES = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def number(value: Decimal | float, language: Language, decimals: int = 0) -> str:
    """Print a number: `1.234,5` in Dutch, `1,234.5` in English, with a real minus sign."""
    plain = f"{abs(value):,.{decimals}f}"
    if language == "nl":
        plain = plain.replace(",", " ").replace(".", ",").replace(" ", ".")
    is_negative = value < 0 and any(char in "123456789" for char in plain)
    return MINUS + plain if is_negative else plain


def day(value: date, language: Language) -> str:
    """Print a day: `24 november 2026` or `24 November 2026`."""
    return f"{value.day} {_MONTHS[language][value.month - 1]} {value.year}"


def moment(value: datetime, language: Language) -> str:
    """Print an instant in Dutch local time: `24 november 2026, 10.05 uur` or `24 November 2026, 10:05`."""
    local = value.astimezone(ZoneInfo(_ZONE))
    if language == "nl":
        return f"{day(local.date(), language)}, {local:%H.%M} uur"
    return f"{day(local.date(), language)}, {local:%H:%M}"


def short_moment(value: datetime, language: Language) -> str:
    """Print an instant in Dutch local time for a narrow column: `24 nov 2026, 10.05` or `24 Nov 2026, 10:05`."""
    local = value.astimezone(ZoneInfo(_ZONE))
    clock = f"{local:%H.%M}" if language == "nl" else f"{local:%H:%M}"
    return f"{local.day} {_SHORT_MONTHS[language][local.month - 1]} {local.year}, {clock}"


def period(text: str, language: Language) -> str:
    """Print a period: `2025`, `derde kwartaal van 2025`, `juli 2025`, `31 juli 2025`."""
    found = Period.parse(text)
    match found.granularity:
        case Granularity.YEAR:
            return str(found.first.year)
        case Granularity.QUARTER:
            name = _QUARTERS[language][(found.first.month - 1) // 3]
            return f"{name} {'van' if language == 'nl' else 'of'} {found.first.year}"
        case Granularity.MONTH:
            return f"{_MONTHS[language][found.first.month - 1]} {found.first.year}"
        case Granularity.DAY:
            return day(found.first, language)


def size(count: int, language: Language) -> str:
    """Print a number of bytes: `3,2 MB`."""
    for step, name in _SIZES:
        if count >= step:
            return f"{number(count / step, language, 1)} {name}"
    return f"{count} bytes"
