"""Tables read by a saved column mapping, CSV and Excel alike."""

from datetime import UTC, datetime, time, timedelta

import pytest

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_node.importers.mapping import named_unit
from marke_node.readings.model import ReadingKind, Register
from support.mappings import MAPPING, Fields, mapped, read
from support.meter_files import EAN_ELECTRICITY, EAN_NEIGHBOUR, parse, points, said, totals, workbook

GAS, DELIVERED = Register.GAS, Register.ELECTRICITY_DELIVERED
CSV = b"datum;leeg;afname (kWh);gas\n01-02-2025 00:00;;0,5;1,25\n01-02-2025 01:00;;;0,75\n"
START = datetime(2025, 1, 31, 23, tzinfo=UTC)


def column(name: str, measures: str, unit: str) -> Fields:
    return {"column": name, "measures": measures, "unit": unit}


def test_a_table_is_read_by_its_mapping_and_an_empty_cell_stays_unknown() -> None:
    parsed = parse(CSV, mapped(MAPPING))
    assert totals(parsed) == {(1, DELIVERED): 500, (2, GAS): 2_000}
    assert points(parsed, GAS) == [(START, 1_250), (START + timedelta(hours=1), 750)]
    assert len(points(parsed, DELIVERED)) == 1


def test_the_same_table_as_a_workbook_gives_the_same_readings() -> None:
    rows: list[list[object]] = [
        ["datum", "leeg", "afname (kWh)", "gas"],
        [datetime(2025, 2, 1), None, 0.5, 1.25],  # noqa: DTZ001 - a workbook knows no zones
        ["01-02-2025 01:00", None, None, 0.1 + 0.65],
    ]
    from_csv, from_workbook = parse(CSV, mapped(MAPPING)), parse(workbook(rows), mapped(MAPPING))
    assert [(one.times, one.values) for one in from_workbook.series] == [
        (one.times, one.values) for one in from_csv.series
    ]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("YYYY-MM-DD HH:mm:ss", "2025-02-01 00:00:00"),
        ("D/M/YYYY H:mm", "1/2/2025 0:00"),
        ("MM/DD/YYYY HH:mm", "02/01/2025 00:00"),
        ("YYYY-MM-DDTHH:mm:ssZ", "2025-01-31T23:00:00+0000"),
        ("YYYYMMDD", "20250201"),
    ],
)
def test_dates_are_read_in_the_form_the_mapping_names(form: str, text: str) -> None:
    parsed = parse(
        CSV.replace(b"01-02-2025 00:00", text.encode()).split(b"01-02")[0], mapped({**MAPPING, "form": form})
    )
    assert points(parsed, GAS)[0] == (START, 1_250)


def test_a_date_and_a_clock_in_two_columns_and_utc_as_the_zone() -> None:
    fields = {**MAPPING, "clock_column": "leeg", "zone": "UTC"}
    parsed = parse(b"datum;leeg;afname (kWh);gas\n01-02-2025;00:15;0,5;1\n", mapped(fields))
    assert points(parsed, GAS) == [(datetime(2025, 2, 1, 0, 15, tzinfo=UTC), 1_000)]
    rows: list[list[object]] = [["datum", "leeg", "afname (kWh)", "gas"], [datetime(2025, 2, 1), time(0, 15), 1, 1]]  # noqa: DTZ001
    assert points(parse(workbook(rows), mapped(fields)), GAS) == points(parsed, GAS)


def test_a_column_that_numbers_meters_keeps_two_meters_apart() -> None:
    fields = {**MAPPING, "meter_column": "leeg", "columns": [column("gas", "gas", "m3")]}
    content = f'datum;leeg;gas\n01-02-2025 00:00;="{EAN_ELECTRICITY}";1\n01-02-2025 00:00;{EAN_NEIGHBOUR};2\n'
    assert totals(parse(content.encode(), mapped(fields))) == {(1, GAS): 1_000, (2, GAS): 2_000}


def test_counters_and_watt_hours_can_be_mapped_too() -> None:
    columns = [column("stand", "solar", "Wh")]
    parsed = parse(
        b"datum;stand\n01-02-2025 00:00;41775181\n02-02-2025 00:00;41823730\n",
        mapped({**MAPPING, "kind": "counter", "columns": columns}),
    )
    assert totals(parsed) == {(1, Register.SOLAR): 48_549}
    assert parsed.series[0].kind is ReadingKind.COUNTER


def test_a_unit_in_the_header_that_contradicts_the_mapping_is_refused() -> None:
    fields = {**MAPPING, "columns": [column("GasUsageKwh", "gas", "m3")]}
    content = b"datum;GasUsageKwh\n01-02-2025 00:00;1\n"
    with pytest.raises(BadInputError) as found:
        parse(content, mapped(fields))
    assert said(found.value).reason is Reason.IMPORT_UNIT_CONTRADICTION
    assert found.value.details == {"column": "GasUsageKwh", "unit": "m3", "named": "kWh"}
    confirmed = {**fields, "columns": [{**column("GasUsageKwh", "gas", "m3"), "unit_confirmed": True}]}
    assert totals(parse(content, mapped(confirmed))) == {(1, GAS): 1_000}


@pytest.mark.parametrize(
    ("header", "unit"),
    [("Gas (m³)", "m3"), ("Verbruik kWh", "kWh"), ("Wh", "Wh"), ("who", None), ("dm3", "dm3"), ("liters", "dm3")],
)
def test_the_unit_of_a_header_is_recognised(header: str, unit: str | None) -> None:
    assert named_unit(header) == unit


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"columns": [column("gas", "gas", "kWh")]}, Reason.IMPORT_UNIT_OF_REGISTER),
        ({"columns": [column("gas", "solar", "m3")]}, Reason.IMPORT_UNIT_OF_REGISTER),
        ({"columns": [column("gas", "heat", "kWh")]}, Reason.BAD_FIELD),
        ({"columns": [column("a", "gas", "m3"), column("b", "gas", "m3")]}, Reason.BAD_FIELD),
        ({"columns": []}, Reason.BAD_FIELD),
        ({"form": "HH:mm:ss"}, Reason.BAD_FIELD),
        ({"form": "YYYY-MM-DD DD"}, Reason.BAD_FIELD),
        ({"zone": "Europe/Atlantis"}, Reason.BAD_FIELD),
        ({"name": "=cmd()"}, Reason.BAD_FIELD),
        ({"filter": "x"}, Reason.UNKNOWN_FIELD),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_before_it_is_saved(changes: Fields, reason: Reason) -> None:
    with pytest.raises(BadInputError) as found:
        read({**MAPPING, **changes})
    assert said(found.value).reason is reason


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInputError) as found:
        parse(CSV.replace(b";gas", b";aardgas"), mapped(MAPPING))
    assert (said(found.value).reason, found.value.details) == (Reason.IMPORT_MISSING_COLUMN, {"column": "gas"})


def test_another_separator_than_the_mapping_says_is_named() -> None:
    with pytest.raises(BadInputError) as found:
        parse(CSV.replace(b";", b"\t").replace(b",", b"."), mapped(MAPPING))
    assert said(found.value).reason is Reason.IMPORT_WRONG_SEPARATOR


def test_a_point_is_no_decimal_sign_where_the_mapping_says_comma() -> None:
    lines = b"".join(b"01-02-2025 %02d:00;;0,5;1\n" % hour for hour in range(2, 24))
    parsed = parse(CSV.replace(b"1,25", b"1.250") + lines, mapped(MAPPING))
    assert [(notice.row, notice.reason) for notice in parsed.rejects] == [(2, Reason.IMPORT_NOT_A_NUMBER)]


def test_a_last_line_without_an_end_is_mentioned_and_half_a_row_refused() -> None:
    parsed = parse(CSV.rstrip(b"\n"), mapped(MAPPING))
    assert [notice.reason for notice in parsed.notices] == [Reason.IMPORT_LAST_LINE_OPEN, Reason.IMPORT_ROWS_EMPTY]
    with pytest.raises(BadInputError) as found:
        parse(CSV[:-8], mapped(MAPPING))
    assert found.value.reason is Reason.IMPORT_HALF_FILE


def test_the_header_may_stand_lower_and_rows_keep_the_numbers_a_person_sees() -> None:
    content = (
        b"export of today\n\n"
        + CSV.replace(b"1,25", b"x")
        + b"".join(b"01-02-2025 %02d:00;;0,5;1\n" % hour for hour in range(2, 24))
    )
    parsed = parse(content, mapped({**MAPPING, "header_row": 3}))
    assert [notice.row for notice in parsed.rejects] == [4]


def year_of_gas(cubic_metres: float, *, in_kwh: bool) -> bytes:
    """Write a year of daily gas use of a home, in winter six times as much as in summer."""
    weights = [6 if abs(number - 182) > 120 else 1 for number in range(365)]
    factor = cubic_metres * (9.77 if in_kwh else 1) / sum(weights)
    days = [(datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number)).strftime("%d-%m-%Y") for number in range(365)]
    rows = [f"{day} 00:00;{weight * factor:.3f}" for day, weight in zip(days, weights, strict=True)]
    return ("datum;gas\n" + "\n".join(rows).replace(".", ",") + "\n").encode()


ONLY_GAS: Fields = {**MAPPING, "columns": [column("gas", "gas", "m3")]}
CONFIRMED: Fields = {**MAPPING, "columns": [{**column("gas", "gas", "m3"), "unit_confirmed": True}]}


@pytest.mark.parametrize("cubic_metres", [800, 900])
def test_a_year_of_kwh_in_a_column_of_m3_raises_a_doubt_until_it_is_confirmed(cubic_metres: int) -> None:
    content = year_of_gas(cubic_metres, in_kwh=True)
    doubt = parse(content, mapped(ONLY_GAS)).unit_doubt
    assert doubt is not None
    assert doubt.reason is Reason.IMPORT_UNIT_UNUSUAL
    assert "are these kWh?" in doubt.say("en")
    assert parse(content, mapped(CONFIRMED)).unit_doubt is None


@pytest.mark.parametrize("cubic_metres", [1_000, 1_500])
def test_a_year_of_kwh_that_no_home_can_burn_as_m3_is_refused(cubic_metres: int) -> None:
    for mapping in (ONLY_GAS, CONFIRMED):
        with pytest.raises(BadInputError) as found:
            parse(year_of_gas(cubic_metres, in_kwh=True), mapped(mapping))
        assert said(found.value).reason is Reason.IMPORT_UNIT_DOUBT


@pytest.mark.parametrize("cubic_metres", [800, 1_000, 1_500, 3_000])
def test_the_gas_of_an_ordinary_or_large_home_raises_no_doubt(cubic_metres: int) -> None:
    assert parse(year_of_gas(cubic_metres, in_kwh=False), mapped(ONLY_GAS)).unit_doubt is None
