"""What each format says, format by format: signs, holes, tariffs and the two odd nights of the year."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from marke.reasons import Reason
from marke_deploy.demo_files import dsmr_reader, greenchoice, homewizard_electricity, homewizard_gas
from marke_node.importers.cells import ExactNumbers
from marke_node.readings.model import ReadingKind, Register
from support.meter_files import (
    EAN_ELECTRICITY,
    EAN_GAS,
    engie,
    fluvius,
    fluvius_gas,
    liander,
    parse,
    points,
    totals,
)

T1, T2 = Register.ELECTRICITY_DELIVERED_T1, Register.ELECTRICITY_DELIVERED_T2
F1, F2 = Register.ELECTRICITY_FED_IN_T1, Register.ELECTRICITY_FED_IN_T2
MIDNIGHT = datetime(2025, 1, 31, 23, tzinfo=UTC)
AUTUMN = datetime(2025, 10, 25, 22, tzinfo=UTC)
"""Midnight in Amsterdam before the clocks go back."""
SPRING = datetime(2025, 3, 29, 23, tzinfo=UTC)


def test_dsmr_reader_gives_five_registers_of_use_per_hour() -> None:
    parsed = parse(dsmr_reader(MIDNIGHT, [(196, 0, 0, 0, 32), (0, 1406, 7, 12, 0)]))
    assert totals(parsed) == {(1, T1): 196, (1, T2): 1406, (1, F1): 7, (1, F2): 12, (2, Register.GAS): 32}
    assert points(parsed, T2) == [(MIDNIGHT, 0), (MIDNIGHT + timedelta(hours=1), 1406)]
    assert {series.interval_s for series in parsed.series} == {3600}


def test_an_hour_with_an_offset_is_one_moment_also_when_the_clocks_go_back() -> None:
    parsed = parse(dsmr_reader(AUTUMN, [(number, 0, 0, 0, 0) for number in range(25)]))
    assert [moment for moment, _ in points(parsed, T1)] == [AUTUMN + timedelta(hours=number) for number in range(25)]


def test_homewizard_resolves_the_hour_that_comes_twice_by_the_order_of_the_rows() -> None:
    counters = [(8_350_000 + number, 4_650_000, 0, 0) for number in range(100)]
    parsed = parse(homewizard_electricity(AUTUMN, counters))
    assert points(parsed, T1) == [
        (AUTUMN + timedelta(minutes=15 * number), 8_350_000 + number) for number in range(100)
    ]
    assert {series.kind for series in parsed.series} == {ReadingKind.COUNTER}


def test_homewizard_follows_the_clock_over_the_hour_that_spring_skips() -> None:
    parsed = parse(homewizard_electricity(SPRING, [(number, 0, 0, 0) for number in range(92)]))
    assert [moment for moment, _ in points(parsed, T1)] == [SPRING + timedelta(minutes=15 * n) for n in range(92)]


def test_a_time_in_the_skipped_hour_is_rejected_with_its_row() -> None:
    content = homewizard_gas(SPRING, range(1_000, 1_092)).replace(b"2025-03-30 01:45", b"2025-03-30 02:15")
    (reject,) = parse(content).rejects
    assert (reject.row, reject.reason) == (9, Reason.IMPORT_TIME_SKIPPED)


def test_an_empty_gas_cell_is_unchanged_between_two_values_and_unknown_before_and_after() -> None:
    parsed = parse(homewizard_gas(MIDNIGHT, [None, None, 5_000, None, None, 5_100, None]))
    assert points(parsed, Register.GAS) == [
        (MIDNIGHT + timedelta(minutes=15 * number), value)
        for number, value in zip(range(2, 6), (5_000, 5_000, 5_000, 5_100), strict=True)
    ]
    assert [(notice.reason, notice.details) for notice in parsed.notices] == [(Reason.IMPORT_ROWS_EMPTY, {"count": 3})]


def test_greenchoice_runs_backwards_and_a_missing_day_stays_missing() -> None:
    days = [(317_000, 210_000, 0, 0), None, (320_000, 230_000, 0, 5_000)]
    parsed = parse(greenchoice(date(2025, 4, 23), days))
    assert points(parsed, T2) == [
        (datetime(2025, 4, 22, 22, tzinfo=UTC), 317_000),
        (datetime(2025, 4, 24, 22, tzinfo=UTC), 320_000),
    ]
    assert totals(parsed) == {(1, T2): 3_000, (1, T1): 20_000, (1, F2): 0, (1, F1): 5_000}


def test_engie_keeps_electricity_and_gas_apart_and_both_tariffs_on_the_same_hours() -> None:
    parsed = parse(
        engie(
            MIDNIGHT,
            [
                (EAN_ELECTRICITY, "0.742", "Elektriciteit", "false"),
                (EAN_ELECTRICITY, "0.5", "Elektriciteit", "true"),
                (EAN_GAS, "0.092", "Gas", "0"),
            ],
        )
    )
    assert totals(parsed) == {(1, T1): 742, (1, T2): 500, (2, Register.GAS): 92}
    assert [value for _, value in points(parsed, T1)] == [742, 0]
    assert [value for _, value in points(parsed, T2)] == [0, 500]


def test_liander_keeps_the_stands_and_tells_when_the_uses_beside_them_differ() -> None:
    parsed = parse(
        liander(
            [
                f"{EAN_ELECTRICITY},E1,05-06-2023,15626.2,,17771.9,,0,,0,",
                f"{EAN_ELECTRICITY},E1,06-06-2023,15630.4,4.2,17779.4,7.4,0,0,.043,.043",
                f"{EAN_GAS},G1,05-06-2023,11052.7,,,,,,,",
                f"{EAN_GAS},G1,06-06-2023,11053.3,.6,,,,,,",
            ]
        )
    )
    assert totals(parsed) == {(1, T1): 4_200, (1, T2): 7_500, (1, F1): 0, (1, F2): 43, (2, Register.GAS): 600}
    assert [(notice.reason, notice.details) for notice in parsed.notices] == [(Reason.IMPORT_USE_DIFFERS, {"count": 1})]


def test_fluvius_leaves_an_empty_volume_unknown_and_reads_the_decimal_comma() -> None:
    parsed = parse(
        fluvius(
            [
                ("12-10-2021 07:15", "Afname Dag", "", "kWh"),
                ("12-10-2021 07:30", "Afname Dag", "0,067", "kWh"),
                ("12-10-2021 07:45", "Afname Nacht", "0,5", "kWh"),
            ]
        )
    )
    assert totals(parsed) == {(1, T1): 500, (1, T2): 67}
    assert [moment.minute for moment, _ in points(parsed, T1)] == [30, 45]


def test_fluvius_resolves_the_hour_that_comes_twice_though_its_rows_are_interleaved() -> None:
    clocks = [clock for clock in ("02:00", "02:15", "02:30", "02:45") for _ in range(2)]
    rows = [(f"31-10-2021 {clock}", "Afname Nacht", f"0,{number}", "kWh") for number, clock in enumerate(clocks)]
    start = datetime(2021, 10, 31, 0, tzinfo=UTC)
    assert points(parse(fluvius(rows)), T1) == [
        (start + timedelta(minutes=15 * place), 100 * number) for place, number in enumerate([0, 2, 4, 6, 1, 3, 5, 7])
    ]


def test_fluvius_gas_takes_the_cubic_metres_and_never_the_kilowatt_hours() -> None:
    parsed = parse(
        fluvius_gas(
            [
                ("10-01-2022 07:00", "5,445", "kWh"),
                ("10-01-2022 07:00", "0,495", "m³"),
                ("10-01-2022 08:00", "0,200", "m³"),
                ("10-01-2022 08:00", "2,2", "kWh"),
            ]
        )
    )
    assert totals(parsed) == {(1, Register.GAS): 695}


@given(value=st.integers(min_value=-(10**12), max_value=10**12), places=st.sampled_from([0, 3, 6]))
def test_numbers_are_exact_whatever_their_sign_and_size(value: int, places: int) -> None:
    digits = f"{abs(value):0{places + 1}}"
    text = ("-" if value < 0 else "") + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
    assert ExactNumbers(places)[text] == value
    assert ExactNumbers(places, decimal_comma=True)[text.replace(".", ",")] == value


def test_digits_beyond_the_smallest_unit_round_half_to_even() -> None:
    assert [ExactNumbers(3)[text] for text in ("0.0005", "0.0015", "1.23449")] == [0, 2, 1234]
