"""Bad files: each gets one sentence that says what, where and what to do; nothing of it is kept."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_deploy.demo_files import dsmr_reader, greenchoice, homewizard_electricity, homewizard_gas
from marke_node.importers.cells import neutralise
from marke_node.importers.rejects import Notice, TooManyRejectedError, rejects_csv
from marke_node.importers.source import MOST_BYTES, examine
from marke_node.readings.model import Register
from support.mappings import MAPPING, mapped
from support.meter_files import (
    EAN_ELECTRICITY,
    EAN_NEIGHBOUR,
    NOW,
    engie,
    fills,
    fluvius,
    parse,
    points,
    said,
    workbook,
    zip_bomb,
)

START = datetime(2025, 1, 31, 23, tzinfo=UTC)
HOURS = [(100 + number, 0, 0, 0, 10) for number in range(48)]
GOOD = dsmr_reader(START, HOURS)


def refusal(content: bytes) -> BadInputError:
    """Return the refusal of a file, once it is known to speak both languages completely."""
    with pytest.raises(BadInputError) as found:
        parse(content)
    said(found.value)
    return found.value


def replaced_row(row: int, text: str, content: bytes = GOOD) -> bytes:
    lines = content.decode().split("\n")
    lines[row - 1] = text
    return "\n".join(lines).encode()


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"").reason is Reason.IMPORT_EMPTY
    assert refusal(b"\xef\xbb\xbf \n").reason is Reason.IMPORT_EMPTY


def test_a_header_alone_holds_no_readings() -> None:
    assert refusal(dsmr_reader(START, [])).reason is Reason.IMPORT_NO_READINGS


@pytest.mark.parametrize("cut", [1, 4, 20, 31])
def test_half_a_file_is_refused_wherever_its_last_line_was_cut(cut: int) -> None:
    error = refusal(GOOD[:-cut])
    assert (error.reason, error.details) == (Reason.IMPORT_HALF_FILE, {"row": 49})


def test_half_a_file_of_a_format_without_a_last_line_end_is_seen_by_its_last_row() -> None:
    whole = greenchoice(date(2025, 4, 23), [(1_000, 1_000, 0, 0)] * 30)
    assert parse(whole).rejected == 0
    assert refusal(whole[:-6]).reason is Reason.IMPORT_HALF_FILE


def test_a_workbook_that_did_not_arrive_whole_is_refused() -> None:
    content = workbook([["datum", "gas"], ["2025-02-01", 1]])
    with pytest.raises(BadInputError) as found:
        parse(content[: len(content) // 2], mapped(MAPPING))
    assert said(found.value).reason is Reason.IMPORT_WORKBOOK_DAMAGED


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named_as_such(encoding: str) -> None:
    error = refusal(GOOD.decode().encode(encoding))
    assert (error.reason, error.details) == (Reason.IMPORT_WRONG_ENCODING, {"encoding": "UTF-16"})


def test_bytes_that_are_no_text_are_refused() -> None:
    assert refusal(bytes(range(256)) * 4).reason is Reason.IMPORT_BINARY
    assert refusal(GOOD + b"\x00" * 10).reason is Reason.IMPORT_BINARY
    assert refusal(GOOD + b"\x81\x8d\n").reason is Reason.IMPORT_WRONG_ENCODING
    assert refusal(b"\x1f\x8b\x08" + bytes(20)).reason is Reason.IMPORT_COMPRESSED
    assert refusal(b"\xd0\xcf\x11\xe0" + bytes(20)).reason is Reason.IMPORT_OLD_WORKBOOK


def test_a_byte_order_mark_is_not_part_of_the_header() -> None:
    assert parse(b"\xef\xbb\xbf" + GOOD).rejected == 0


def test_a_file_of_two_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(GOOD)
        file.truncate(2 * 2**30)

    class Unread(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError(size)

    with Unread(path) as unread, pytest.raises(BadInputError) as found:
        examine(unread)
    assert said(found.value).details == {"most_mb": MOST_BYTES // 2**20}


def test_a_file_that_grows_while_it_is_read_is_counted_again() -> None:
    class Lying(io.BytesIO):
        def seek(self, place: int, whence: int = 0, /) -> int:
            super().seek(0)
            return 10 if whence else place

        def read(self, size: int | None = -1, /) -> bytes:
            return b"a" * (size or 0)

    with pytest.raises(BadInputError) as found:
        examine(Lying())
    assert found.value.reason is Reason.IMPORT_TOO_LARGE


def test_a_known_header_with_another_separator_is_named() -> None:
    error = refusal(GOOD.replace(b",", b";"))
    assert error.reason is Reason.IMPORT_WRONG_SEPARATOR
    assert (error.details["found"], error.details["expected"]) == ("';'", "','")


def test_an_unknown_format_lists_what_can_be_read() -> None:
    error = refusal(b"a,b,c\n1,2,3\n")
    assert error.reason is Reason.IMPORT_UNKNOWN_FORMAT
    assert "HomeWizard" in error.say("nl")
    assert "Liander" in error.say("en")


def test_a_row_that_cannot_be_read_is_left_out_and_the_rest_stays() -> None:
    content = replaced_row(5, "2025-02-01T03:00:00+01:00,abc,0,0,0,0")
    parsed = parse(content)
    assert [(notice.row, notice.reason) for notice in parsed.rejects] == [(5, Reason.IMPORT_NOT_A_NUMBER)]
    assert len(points(parsed, Register.GAS)) == 47
    assert "rij 5" in parsed.rejects[0].say("nl").lower()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2025-02-01T03:00:00+01:00,0.1,0,0,0", Reason.IMPORT_CELL_COUNT),
        ("2025-02-01T03:00:00+01:00,0.1,0,0,0,0,7", Reason.IMPORT_CELL_COUNT),
        ("2025-02-01T03:00:00,0.1,0,0,0,0", Reason.IMPORT_BAD_TIME),
        ("2025-02-31T03:00:00+01:00,0.1,0,0,0,0", Reason.IMPORT_BAD_TIME),
        ("01-02-2025 03:00,0.1,0,0,0,0", Reason.IMPORT_BAD_TIME),
        ("2025-02-01 03:00:00+01:00,0.1,0,0,0,0", Reason.IMPORT_BAD_TIME),
        ("2025-02-01T03:00:00+01:00,-0.1,0,0,0,0", Reason.IMPORT_NEGATIVE),
        ("2025-02-01T03:00:00+01:00,61,0,0,0,0", Reason.IMPORT_IMPLAUSIBLE),
        ("2025-02-01T03:00:00+01:00,0,0,0,0,16.001", Reason.IMPORT_IMPLAUSIBLE),
        ("2025-02-01T02:00:00+01:00,9,0,0,0,0", Reason.IMPORT_TIME_TWICE),
        ("2027-02-01T03:00:00+01:00,0.1,0,0,0,0", Reason.IMPORT_FUTURE),
        ("1999-02-01T03:00:00+01:00,0.1,0,0,0,0", Reason.IMPORT_TOO_OLD),
        ("2025-02-01T03:00:00+01:00,1_0,0,0,0,0", Reason.IMPORT_NOT_A_NUMBER),
        ("2025-02-01T03:00:00+01:00,٣,0,0,0,0", Reason.IMPORT_NOT_A_NUMBER),
        ("2025-02-01T03:00:00+01:00,1e3,0,0,0,0", Reason.IMPORT_NOT_A_NUMBER),
        ('2025-02-01T03:00:00+01:00,"0,1",0,0,0,0', Reason.IMPORT_NOT_A_NUMBER),
        ("2025-02-01T03:00:00+01:00,=1+1,0,0,0,0", Reason.IMPORT_NOT_A_NUMBER),
        ("2025-02-01T03:00:00+01:00,NaN,0,0,0,0", Reason.IMPORT_NOT_A_NUMBER),
    ],
)
def test_each_kind_of_bad_row_has_its_own_reason(row: str, reason: Reason) -> None:
    parsed = parse(replaced_row(5, row))
    assert [(notice.row, notice.reason) for notice in parsed.rejects] == [(5, reason)]
    assert {len(series.times) for series in parsed.series} == {47}
    assert fills(parsed.rejects[0].reason, {**parsed.rejects[0].details, "row": 5})


def test_a_quotation_mark_that_never_ends_is_refused() -> None:
    assert refusal(replaced_row(9, '"2025-02-01T07:00:00+01:00,0.1,0,0,0,0')).reason is Reason.IMPORT_BROKEN_QUOTES


def test_rows_out_of_order_are_sorted() -> None:
    lines = GOOD.decode().splitlines(keepends=True)
    shuffled = "".join([lines[0], *lines[20:], *lines[1:20]]).encode()
    assert points(parse(shuffled), Register.GAS) == points(parse(GOOD), Register.GAS)


def test_the_same_rows_twice_count_once() -> None:
    lines = GOOD.decode().splitlines(keepends=True)
    parsed = parse("".join([*lines, *lines[1:]]).encode())
    assert points(parsed, Register.GAS) == points(parse(GOOD), Register.GAS)
    assert [notice.reason for notice in parsed.notices] == [Reason.IMPORT_ROWS_REPEATED]


def test_more_than_one_bad_row_in_twenty_refuses_the_file_and_shows_the_first() -> None:
    content = GOOD
    for row in (7, 9, 11):
        content = replaced_row(row, f"2025-02-01T0{row - 5}:00:00+01:00,x,0,0,0,0", content)
    error = refusal(content)
    assert isinstance(error, TooManyRejectedError)
    assert error.details == {"rejected": 3, "rows": 48}
    assert "Row 7" in error.say("en")


def test_kilowatt_hours_in_a_column_of_cubic_metres_are_doubted() -> None:
    # 300 m3 a month, written as kWh: no hour is impossible, the month is
    hours = [(100, 0, 0, 0, 4_070) for _ in range(24 * 30)]
    error = refusal(dsmr_reader(START, hours))
    assert error.reason is Reason.IMPORT_UNIT_DOUBT
    assert error.details == {"register": "gas", "unit": "dm³", "mean": 98, "most": 25}


def test_watt_hours_in_a_column_of_kilowatt_hours_are_refused() -> None:
    error = refusal(dsmr_reader(START, [(300_000, 0, 0, 0, 0) for _ in range(24)]))
    assert isinstance(error, TooManyRejectedError)
    assert error.first.reason is Reason.IMPORT_IMPLAUSIBLE


def test_another_unit_in_a_row_is_rejected() -> None:
    rows = [(f"12-10-2021 {hour:02}:00", "Afname Dag", "0,1", "kWh") for hour in range(23)]
    parsed = parse(fluvius([*rows, ("12-10-2021 23:00", "Afname Dag", "0,1", "m³")]))
    assert [notice.reason for notice in parsed.rejects] == [Reason.IMPORT_ROW_UNIT]


def test_an_unknown_category_is_rejected_with_the_known_ones() -> None:
    rows = [(EAN_ELECTRICITY, "0.1", "Elektriciteit", "true")] * 30
    parsed = parse(engie(START, [*rows, (EAN_ELECTRICITY, "0.1", "Warmte", "true")]))
    assert [notice.reason for notice in parsed.rejects] == [Reason.IMPORT_UNKNOWN_VALUE]
    assert "Elektriciteit, Gas" in parsed.rejects[0].say("nl")
    assert "Warmte" not in parsed.rejects[0].say("nl")


def test_a_counter_that_runs_back_is_an_error_and_one_that_starts_anew_is_a_new_meter() -> None:
    stands = [8_350_000 + 100 * number for number in range(40)]
    back = homewizard_gas(START, [*stands, 8_349_000, *[8_354_000 + number for number in range(10)]])
    parsed = parse(back)
    assert [(notice.row, notice.reason) for notice in parsed.rejects] == [(42, Reason.IMPORT_COUNTER_BACK)]
    zero = parse(homewizard_gas(START, [*stands, 0, *[8_354_000 + number for number in range(10)]]))
    assert [notice.reason for notice in zero.rejects] == [Reason.IMPORT_COUNTER_BACK]
    anew = parse(homewizard_gas(START, [*stands, *range(0, 1_000, 100)]))
    assert anew.rejected == 0
    assert [(notice.row, notice.reason) for notice in anew.notices] == [(42, Reason.IMPORT_COUNTER_RESET)]


def test_a_counter_that_leaps_is_rejected() -> None:
    counters = [(1_000_000 + 100 * n, 0, 0, 0) for n in range(30)]
    counters[10] = (9_000_000, 0, 0, 0)
    parsed = parse(homewizard_electricity(START, counters))
    assert [(notice.row, notice.reason) for notice in parsed.rejects] == [(12, Reason.IMPORT_IMPLAUSIBLE)]


def test_meters_in_one_file_are_never_mixed() -> None:
    rows = [(ean, "0.1", "Elektriciteit", "true") for _ in range(3) for ean in (EAN_ELECTRICITY, EAN_NEIGHBOUR)]
    parsed = parse(engie(START, rows))
    assert len(parsed.meters) == 2
    assert len(parsed.series) == 4
    assert EAN_NEIGHBOUR not in repr(parsed)


def test_a_zip_bomb_is_refused_unopened() -> None:
    with pytest.raises(BadInputError) as found:
        parse(zip_bomb(20), mapped(MAPPING))
    assert said(found.value).reason is Reason.IMPORT_WORKBOOK_TOO_LARGE


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("readings.csv", "a;b\n")
    with pytest.raises(BadInputError) as found:
        parse(content.getvalue(), mapped(MAPPING))
    assert said(found.value).reason is Reason.IMPORT_NOT_A_WORKBOOK


def test_the_list_of_rejected_rows_cannot_run_as_a_formula() -> None:
    assert [neutralise(text) for text in ("=1+1", "+1", "-1", "@x", "a=1")] == ["'=1+1", "'+1", "'-1", "'@x", "a=1"]
    listed = rejects_csv([Notice(Reason.IMPORT_MISSING_COLUMN, 3, {"column": "=cmd()"})], "nl")
    assert listed.splitlines()[1].startswith('3;import_missing_column;"De kolom =cmd()')


def test_times_are_compared_with_the_now_that_was_given() -> None:
    ahead = dsmr_reader(NOW, HOURS)
    assert refusal(ahead).reason is Reason.IMPORT_TOO_MANY_REJECTED
    assert parse(ahead, now=NOW + timedelta(days=3)).rejected == 0
