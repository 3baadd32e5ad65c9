"""The eight real files: every register's total equals a count made another way, straight from the text."""

import csv
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from marke_node.readings.model import ReadingKind, Register
from support.meter_files import NOW, context, parse, samples, totals

pytestmark = pytest.mark.samples

T1, T2 = Register.ELECTRICITY_DELIVERED_T1, Register.ELECTRICITY_DELIVERED_T2
F1, F2 = Register.ELECTRICITY_FED_IN_T1, Register.ELECTRICITY_FED_IN_T2
GAS = Register.GAS
Count = dict[tuple[int, Register], Decimal]


def _rows(path: Path, separator: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {(name or "").strip(): (cell or "").strip() for name, cell in row.items()}
            for row in csv.DictReader(file, delimiter=separator)
        ]


def _dsmr(path: Path) -> Count:
    names = {
        "Electricity 1 (Dutch Users: Low Tariff)": (1, T1),
        "Electricity 2 (Dutch Users: Normal Tariff)": (1, T2),
        "Electricity 1 Returned (Dutch Users: Low Tariff)": (1, F1),
        "Electricity 2 Returned (Dutch Users: Normal Tariff)": (1, F2),
        "Gas": (2, GAS),
    }
    rows = _rows(path, ",")
    return {key: sum((Decimal(row[name]) for row in rows), Decimal(0)) for name, key in names.items()}


def _rise(path: Path, separator: str, names: dict[str, Register]) -> Count:
    rows = _rows(path, separator)
    found = {}
    for name, register in names.items():
        stands = [Decimal(row[name]) for row in rows if row[name]]
        found[1, register] = max(stands) - min(stands)
    return found


def _homewizard(path: Path) -> Count:
    return _rise(path, ",", {"Import T1 kWh": T1, "Import T2 kWh": T2, "Export T1 kWh": F1, "Export T2 kWh": F2})


def _homewizard_gas(path: Path) -> Count:
    return _rise(path, ",", {"Total gas used": GAS})


def _greenchoice(path: Path) -> Count:
    return _rise(path, ";", {"StandNormaal": T2, "StandDal": T1, "TerugleveringNormaal": F2, "TerugleveringDal": F1})


def _engie(path: Path) -> Count:
    found: Count = defaultdict(Decimal)
    for row in _rows(path, ","):
        if row["Type"] == "Gas":
            found[2, GAS] += Decimal(row["Verbruik"])
        else:
            found[1, T2 if row["Piek"] == "true" else T1] += Decimal(row["Verbruik"])
    return found


def _liander(path: Path) -> Count:
    # by the uses beside the stands, which the importer does not add up
    found: Count = defaultdict(Decimal)
    for row in _rows(path, ","):
        if row["meternummer"].startswith("G"):
            found[2, GAS] += Decimal(row["usage1"] or 0)
        else:
            for number, register in enumerate((T1, T2, F1, F2), start=1):
                found[1, register] += Decimal(row[f"usage{number}"] or 0)
    return found


def _fluvius(path: Path) -> Count:
    names = {"Afname Dag": T2, "Afname Nacht": T1, "Injectie Dag": F2, "Injectie Nacht": F1}
    found: Count = defaultdict(Decimal)
    for row in _rows(path, ";"):
        found[1, names[row["Register"]]] += Decimal(row["Volume"].replace(",", ".") or 0)
    return found


def _fluvius_gas(path: Path) -> Count:
    rows = [row for row in _rows(path, ";") if row["Eenheid"] == "m³"]
    return {(1, GAS): sum((Decimal(row["Volume"].replace(",", ".") or 0) for row in rows), Decimal(0))}


FILES: dict[str, tuple[Callable[[Path], Count], ReadingKind]] = {
    "dsmr_reader_hour.csv": (_dsmr, ReadingKind.USE),
    "homewizard_15min_elec.csv": (_homewizard, ReadingKind.COUNTER),
    "homewizard_15min_gas.csv": (_homewizard_gas, ReadingKind.COUNTER),
    "greenchoice_daily.csv": (_greenchoice, ReadingKind.COUNTER),
    "engie_hourly.csv": (_engie, ReadingKind.USE),
    "liander.csv": (_liander, ReadingKind.COUNTER),
    "fluvius_15min_elec.csv": (_fluvius, ReadingKind.USE),
    "fluvius_hourly_gas.csv": (_fluvius_gas, ReadingKind.USE),
}


@pytest.mark.parametrize("name", FILES)
def test_totals_per_register_equal_an_independent_count(name: str) -> None:
    path = samples(name)
    count, kind = FILES[name]
    parsed = parse(path.read_bytes())
    assert totals(parsed) == {key: int(total * 1000) for key, total in count(path).items()}
    assert parsed.rejected == 0
    assert {series.kind for series in parsed.series} == {kind}


@pytest.mark.parametrize("name", FILES)
def test_every_series_runs_forward_and_no_meter_number_is_kept(name: str) -> None:
    content = samples(name).read_bytes()
    parsed = parse(content)
    for series in parsed.series:
        assert all(one < other for one, other in zip(series.times, series.times[1:], strict=False))
        assert series.times[-1] < NOW.timestamp()
        assert series.meter.pseudonym.encode() not in content
    for number in (b"8716", b"1234568791", b"1234567891"):
        assert number.decode() not in repr(parsed)


def test_the_same_meter_keeps_its_pseudonym_and_another_node_gives_another() -> None:
    assert context().meter("1") == context().meter("1")
    assert context().meter("1") != context().meter("2")
