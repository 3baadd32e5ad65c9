"""Small files in formats of suppliers and grid operators; numbers of meters are invented."""

import io
import os
import string
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from marke.errors import MarkeError
from marke.reasons import Reason, sentences
from marke_node.importers.base import Importer, ParseContext, ParsedFile
from marke_node.importers.registry import IMPORTERS, find_importer
from marke_node.importers.source import examine
from marke_node.readings.model import Register

EAN_ELECTRICITY = "871687110000000017"
EAN_GAS = "871687110000000024"
EAN_NEIGHBOUR = "871687110000000031"
SECRET = b"a secret of the node, 32 bytes.."
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUSEHOLD = "hh_aaaaaaaaaaaaaaaa"

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def samples(name: str) -> Path:
    """Return one of the real sample files; skips the test where they are not at hand."""
    folder = os.environ.get("MARKE_SAMPLES")
    if not folder:
        pytest.skip("MARKE_SAMPLES does not name the folder of real sample files")
    return Path(folder) / "energy" / name


def fills(reason: Reason, details: Mapping[str, str | int]) -> bool:
    """Say whether details fill every place of a reason's sentences, in both languages."""
    return all(
        {name for _, name, _, _ in string.Formatter().parse(text) if name} <= set(details)
        for text in sentences()[reason.value].values()
    )


def said(error: MarkeError) -> MarkeError:
    """Return an error once it is known to speak completely."""
    assert fills(error.reason, error.details)
    return error


def context(*, now: datetime = NOW) -> ParseContext:
    """Return what a parser needs, for Alice's household."""
    return ParseContext(now, HOUSEHOLD, SECRET)


def parse(content: bytes, importer: Importer | None = None, *, now: datetime = NOW) -> ParsedFile:
    """Recognise (or take the given importer) and parse bytes."""
    file = io.BytesIO(content)
    examined = examine(file)
    chosen = importer or find_importer(examined)
    return chosen.parse(file, examined, context(now=now))


def totals(parsed: ParsedFile) -> dict[tuple[int, Register], int]:
    """Return the total of every register of every meter."""
    return {(line.meter, line.register): line.total for line in IMPORTERS[0].preview(parsed)}


def points(parsed: ParsedFile, register: Register) -> list[tuple[datetime, int]]:
    """Return one register's readings as moments in UTC and values."""
    found = next(series for series in parsed.series if series.register is register)
    return [
        (datetime.fromtimestamp(moment, UTC), value) for moment, value in zip(found.times, found.values, strict=True)
    ]


def engie(start: datetime, uses: Sequence[tuple[str, str, str, str]]) -> bytes:
    """Write ENGIE's long form: EAN, use, type and peak per row; the hour goes on with every row of the same EAN."""
    lines = ['"Datum","EAN","Verbruik","Type","Piek"']
    hours: dict[str, int] = {}
    for ean, use, kind, peak in uses:
        moment = (start + timedelta(hours=hours.get(ean, 0))).astimezone(_AMSTERDAM).isoformat(timespec="seconds")
        hours[ean] = hours.get(ean, 0) + 1
        lines.append(f'"{moment}","{ean}","{use}","{kind}","{peak}"')
    return "".join(line + "\n" for line in lines).encode()


def liander(rows: Sequence[str]) -> bytes:
    """Write the grid operator's form: every line padded with blanks to one width."""
    header = "eancodeasn,meternummer,meterreadingdate,reading1,usage1,reading2,usage2,reading3,usage3,reading4,usage4"
    return "".join(line.ljust(300) + "\n" for line in (header, *rows)).encode()


FLUVIUS = "Van datum;Van tijdstip;Tot datum;Tot tijdstip;EAN;Meter;Metertype;Register;Volume;Eenheid;Validatiestatus"


def fluvius(rows: Sequence[tuple[str, str, str, str]], *, ean: str = EAN_ELECTRICITY) -> bytes:
    """Write Fluvius' electricity form: `31-10-2021 02:00`, register, volume and unit per row."""
    lines = [FLUVIUS]
    for moment, register, volume, unit in rows:
        day, clock = moment.split(" ")
        status = "Gevalideerd" if volume else "Geen verbruik"
        lines.append(
            f'{day};{clock}:00;{day};{clock}:59;="{ean}";1SAG1;Digitale Meter;{register};{volume};{unit};{status}'
        )
    return "\n".join(lines).encode("utf-8-sig")


def fluvius_gas(rows: Sequence[tuple[str, str, str]]) -> bytes:
    """Write Fluvius' gas form: `10-01-2022 07:00`, volume and unit per row."""
    lines = [FLUVIUS.replace("EAN", "EAN-code") + ";Calorische Bovenwaarde"]
    for moment, volume, unit in rows:
        day, clock = moment.split(" ")
        lines.append(
            f'{day};{clock}:00;{day};{clock}:59;="{EAN_GAS}";7FLO1;Digitale Meter;Afname;{volume};{unit};Gevalideerd;'
        )
    return "\n".join(lines).encode("utf-8-sig")


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """Write an Excel workbook with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    found = io.BytesIO()
    book.save(found)
    return found.getvalue()


def zip_bomb(megabytes: int) -> bytes:
    """Write a workbook whose one sheet unpacks to a thousand times its size."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (megabytes * 2**20))
    return found.getvalue()
