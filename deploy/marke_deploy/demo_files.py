"""Files in the formats that meters, suppliers and member administrations export, made from given whole numbers.

For the demo and for tests: everything in them is synthetic. Electricity is given in Wh, gas in dm3. Times begin at a
UTC instant and are written as each program writes them; a use belongs to the interval that begins then.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")

DSMR_READER_HEADER = (
    "Hour Start,Electricity 1 (Dutch Users: Low Tariff),Electricity 2 (Dutch Users: Normal Tariff),"
    "Electricity 1 Returned (Dutch Users: Low Tariff),Electricity 2 Returned (Dutch Users: Normal Tariff),Gas"
)
HOMEWIZARD_HEADER = "time,Import T1 kWh,Import T2 kWh,Export T1 kWh,Export T2 kWh"
HOMEWIZARD_GAS_HEADER = "time,Total gas used"
GREENCHOICE_HEADER = "OpnameDatum;StandNormaal;StandDal;TerugleveringNormaal;TerugleveringDal"
ECONOBIS_HEADER = (
    "aanspreektitel_id;initialen;voornaam;tussenvoegsel;achternaam;straat;woonplaats;huisnummer;huisnummer_toevoeging;"
    "postcode;telefoonnummer;telefoonnummer2;email;email2;iban;iban_tnv"
)


def dsmr_reader(start: datetime, hours: Iterable[tuple[int, int, int, int, int]]) -> bytes:
    """Write DSMR-reader's hourly CSV: per hour the use at the low and normal tariff, fed in at both, and gas."""
    lines = [DSMR_READER_HEADER]
    for number, hour in enumerate(hours):
        moment = (start + timedelta(hours=number)).astimezone(_AMSTERDAM).isoformat(timespec="seconds")
        lines.append(",".join([moment, *map(thousandths, hour)]))
    return _text(lines)


def homewizard_electricity(start: datetime, counters: Iterable[tuple[int, int, int, int]]) -> bytes:
    """Write HomeWizard's CSV of four electricity counters every quarter of an hour."""
    lines = [HOMEWIZARD_HEADER]
    for number, quarter in enumerate(counters):
        lines.append(",".join([_quarter(start, number), *map(thousandths, quarter)]))
    return _text(lines)


def homewizard_gas(start: datetime, counters: Iterable[int | None]) -> bytes:
    """Write HomeWizard's CSV of the gas counter every quarter of an hour; None is an empty cell: unchanged."""
    lines = [HOMEWIZARD_GAS_HEADER]
    for number, counter in enumerate(counters):
        lines.append(f"{_quarter(start, number)},{'' if counter is None else thousandths(counter)}")
    return _text(lines)


def greenchoice(first: date, days: Sequence[tuple[int, int, int, int] | None]) -> bytes:
    """Write Greenchoice's CSV of daily counters, newest first; None is a day that is missing.

    A day holds the counters normal, low, fed in normal, fed in low. The program prints whole kWh.
    """
    lines = [GREENCHOICE_HEADER]
    for number in reversed(range(len(days))):
        day = days[number]
        if day is not None:
            lines.append(";".join([(first + timedelta(days=number)).isoformat(), *(str(wh // 1000) for wh in day)]))
    return "\n".join(lines).encode("ascii")


def econobis_members(people: Iterable[Mapping[str, str]], *, encoding: str = "utf-8-sig") -> bytes:
    """Write Econobis' contact form: people as column name to text; columns that are not given stay empty."""
    columns = ECONOBIS_HEADER.split(";")
    lines = [ECONOBIS_HEADER, *(";".join(_quoted(person.get(column, "")) for column in columns) for person in people)]
    return "".join(line + "\r\n" for line in lines).encode(encoding)


def thousandths(value: int) -> str:
    """Print Wh as kWh, or dm3 as m3: exactly, without trailing zeros."""
    whole, rest = divmod(abs(value), 1000)
    digits = f"{whole}.{rest:03}".rstrip("0").rstrip(".")
    return "-" + digits if value < 0 else digits


def _quarter(start: datetime, number: int) -> str:
    return (start + timedelta(minutes=15 * number)).astimezone(_AMSTERDAM).strftime("%Y-%m-%d %H:%M")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(';"\r\n') else text


def _text(lines: list[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode("ascii")
