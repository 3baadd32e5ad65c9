"""Readings go in once, come out as sums, and everything derived from them follows."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from marke.errors import BadInputError, NotFoundError
from marke.reasons import Reason
from marke.vocabulary.periods import Period
from marke_ground.store.engine import open_engine, reading, transaction
from marke_ground.store.migrate import migrate
from marke_node.readings.blocks import decode
from marke_node.readings.calendar import MONTH_S
from marke_node.readings.model import ParsedSeries, Quality, Quantity, ReadingKind, Register
from marke_node.readings.sums import Grain, Sum, household_sums, qualities, scanned_sums
from marke_node.services import erase_household
from marke_node.services.store_readings import StoreReport, store
from marke_node.store.metadata import AUDIT
from marke_node.store.meters import BLOCKS, METERS, SERIES
from support.databases import NODE_MIGRATIONS
from support.meters import DAY, HOUR, OTHER_METER, QUARTER, at, counter, hours, series
from support.villages import ALICE, NOON, settle

YEAR = Period.parse("2025")


@pytest.fixture
def home(engine: Engine) -> str:
    with transaction(engine) as session:
        return settle(session, [{}], adults=0).households[0]


def _store(engine: Engine, home: str, *parsed: ParsedSeries, now: datetime = NOON) -> StoreReport:
    with transaction(engine) as session:
        return store(session, household=home, series=parsed, source="test", by=ALICE, now=now)


def _sums(engine: Engine, period: str, quantity: Quantity = Quantity.GAS) -> dict[tuple[Grain, str], Sum | None]:
    found: dict[tuple[Grain, str], Sum | None] = {}
    with reading(engine) as session:
        for grain in Grain:
            for name, way in (("stored", household_sums), ("scanned", scanned_sums)):
                sums = way(session, quantity=quantity, period=Period.parse(period), grain=grain)
                found[grain, name] = next(iter(sums.values()), None)
    return found


def _daily(engine: Engine, period: str, quantity: Quantity = Quantity.GAS) -> Sum | None:
    found = _sums(engine, period, quantity)
    assert found[Grain.DAILY, "stored"] == found[Grain.DAILY, "scanned"]
    assert found[Grain.FINE, "stored"] == found[Grain.FINE, "scanned"]
    return found[Grain.DAILY, "stored"]


def _year_of_hours() -> ParsedSeries:
    times = hours("2025-01-01 00:00", "2026-01-01 00:00")
    return series(times, [number % 7 for number in range(len(times))])


def test_a_year_of_hours_adds_up_every_way(engine: Engine, home: str) -> None:
    report = _store(engine, home, _year_of_hours())
    total = sum(number % 7 for number in range(8760))
    assert report == StoreReport(added=8760)
    assert _sums(engine, "2025") == {
        (Grain.DAILY, "stored"): Sum(total, 365, 365),
        (Grain.DAILY, "scanned"): Sum(total, 365, 365),
        (Grain.FINE, "stored"): Sum(total, 8760, 8760),
        (Grain.FINE, "scanned"): Sum(total, 8760, 8760),
    }
    march = sum((24 * 59 + number) % 7 for number in range(743))
    assert _daily(engine, "2025-03") == Sum(march, 31, 31)


def test_a_day_is_added_up_by_opening_the_blocks(engine: Engine, home: str) -> None:
    _store(engine, home, _year_of_hours())
    first = (at("2025-03-30 00:00") - at("2025-01-01 00:00")) // HOUR
    total = sum((first + number) % 7 for number in range(23))
    found = _sums(engine, "2025-03-30")
    assert found[Grain.FINE, "stored"] == Sum(total, 23, 23)
    assert found[Grain.DAILY, "stored"] == Sum(total, 1, 1)


def test_storing_again_adds_nothing_and_writes_nothing(engine: Engine, home: str) -> None:
    _store(engine, home, _year_of_hours())
    with reading(engine) as session:
        before = session.execute(select(BLOCKS).order_by(BLOCKS.c.number)).all()
    assert _store(engine, home, _year_of_hours()) == StoreReport(unchanged=8760)
    with reading(engine) as session:
        assert session.execute(select(BLOCKS).order_by(BLOCKS.c.number)).all() == before


def test_a_changed_reading_is_counted_and_marked_as_a_new_revision(engine: Engine, home: str) -> None:
    times = hours("2025-02-01 00:00", "2025-02-02 00:00")
    _store(engine, home, series(times[:20], [5] * 20))
    assert _store(engine, home, series(times, [5] * 10 + [6] * 14)) == StoreReport(4, 10, 10)
    assert _daily(engine, "2025-02") == Sum(10 * 5 + 14 * 6, 1, 28)
    with reading(engine) as session:
        fine = select(BLOCKS.c.revision).join(SERIES, SERIES.c.number == BLOCKS.c.series).where(SERIES.c.kind == "use")
        assert session.execute(fine).scalar_one() == 2


def test_adding_to_a_month_is_no_revision(engine: Engine, home: str) -> None:
    times = hours("2025-02-01 00:00", "2025-02-03 00:00")
    _store(engine, home, series(times[:24], [5] * 24))
    _store(engine, home, series(times[24:], [5] * 24))
    with reading(engine) as session:
        assert set(session.execute(select(BLOCKS.c.revision)).scalars()) == {1}


def test_a_counter_gives_use_and_its_stands_are_kept(engine: Engine, home: str) -> None:
    times = hours("2025-01-01 00:00", "2025-03-01 01:00")
    stands = [1000 + 2 * number for number in range(len(times))]
    assert _store(engine, home, counter(times, stands)).added == len(times)
    assert _daily(engine, "2025-01") == Sum(2 * 744, 31, 31)
    assert _daily(engine, "2025-02") == Sum(2 * 672, 28, 28)
    with reading(engine) as session:
        raw = session.execute(
            select(BLOCKS.c.data).join(SERIES, SERIES.c.number == BLOCKS.c.series).where(SERIES.c.kind == "counter")
        ).scalars()
        assert decode(next(iter(raw))).tolist() == stands[:744]


@pytest.mark.parametrize("cut", [1, 300, 743, 744, 745, 1000])
def test_a_counter_that_comes_in_pieces_gives_the_same_use(engine: Engine, home: str, cut: int) -> None:
    times = hours("2025-01-01 00:00", "2025-03-01 01:00")
    stands = [1000 + number * number % 50 + 60 * number for number in range(len(times))]
    for piece in (slice(cut, None), slice(0, cut)):
        _store(engine, home, counter(times[piece], stands[piece]))
    assert _daily(engine, "2025-01") == Sum(stands[744] - stands[0], 31, 31)
    assert _daily(engine, "2025-02") == Sum(stands[744 + 672] - stands[744], 28, 28)


def test_a_corrected_stand_moves_use_from_one_month_to_the_next(engine: Engine, home: str) -> None:
    times = [at("2025-01-01 00:00"), at("2025-02-01 00:00"), at("2025-03-01 00:00")]
    for middle in (1100, 1150):
        _store(engine, home, counter(times, [1000, middle, 1200]))
        january, february = _daily(engine, "2025-01"), _daily(engine, "2025-02")
        assert january == Sum(middle - 1000, 31, 31)
        assert february == Sum(1200 - middle, 28, 28)
    with reading(engine) as session:
        assert set(qualities(session, quantity=Quantity.GAS, period=Period.parse("2025-01")).values()) == {
            int(Quality.SPREAD)
        }


def test_tariffs_are_added_and_two_sources_are_not(engine: Engine, home: str) -> None:
    times = hours("2025-01-01 00:00", "2025-02-01 00:00")
    low = series(times, [1] * 744, register=Register.ELECTRICITY_DELIVERED_T1)
    high = series(times, [2] * 744, register=Register.ELECTRICITY_DELIVERED_T2)
    supplier = series(
        [at(f"2025-01-{day:02d} 00:00") for day in range(1, 32)],
        [73] * 31,
        register=Register.ELECTRICITY_DELIVERED,
        interval_s=DAY,
        meter=OTHER_METER,
    )
    _store(engine, home, low, high, supplier)
    assert _daily(engine, "2025-01", Quantity.ELECTRICITY_DELIVERED) == Sum(3 * 744, 31, 31)
    with reading(engine) as session:
        found = qualities(session, quantity=Quantity.ELECTRICITY_DELIVERED, period=Period.parse("2025-01"))
    assert set(found.values()) == {int(Quality.OTHER_SOURCE)}


def test_a_better_source_takes_over_when_it_comes(engine: Engine, home: str) -> None:
    monthly = series([at("2025-01-01 00:00")], [700], interval_s=MONTH_S, meter=OTHER_METER)
    _store(engine, home, monthly)
    assert _daily(engine, "2025-01") == Sum(700, 31, 31)
    times = hours("2025-01-01 00:00", "2025-02-01 00:00", QUARTER)
    _store(engine, home, series(times, [1] * len(times), interval_s=QUARTER))
    assert _daily(engine, "2025-01") == Sum(4 * 744, 31, 31)
    assert _sums(engine, "2025-01")[Grain.FINE, "stored"] == Sum(4 * 744, 4 * 744, 4 * 744)


@pytest.mark.parametrize(
    ("parsed", "reason"),
    [
        (series([at("2025-01-01 00:00")], [-1]), Reason.READINGS_OUT_OF_RANGE),
        (series([at("2025-01-01 00:00")], [2**31]), Reason.READINGS_OUT_OF_RANGE),
        (series([int((NOON + timedelta(hours=1)).timestamp())], [1]), Reason.READINGS_IN_FUTURE),
        (series([at("2025-01-01 00:00")], [1], interval_s=7), Reason.READINGS_INTERVAL),
    ],
)
def test_readings_that_cannot_be_right_are_refused_and_nothing_is_kept(
    engine: Engine, home: str, parsed: ParsedSeries, reason: Reason
) -> None:
    with pytest.raises(BadInputError) as refused:
        _store(engine, home, series([at("2025-01-01 00:00")], [4]), parsed)
    assert refused.value.reason is reason
    with reading(engine) as session:
        assert session.execute(select(METERS)).all() == []


def test_readings_of_nobody_are_refused(engine: Engine) -> None:
    with pytest.raises(NotFoundError):
        _store(engine, "hh_nobody", _year_of_hours())


def test_no_readings_is_nothing_done_but_said(engine: Engine, home: str) -> None:
    assert _store(engine, home, series([], [])) == StoreReport()
    assert _daily(engine, "2025") is None
    with reading(engine) as session:
        line = session.execute(select(AUDIT).order_by(AUDIT.c.number.desc())).first()
    assert line is not None
    assert (line.verb, line.details) == ("store_readings", '{"added":0,"changed":0,"source":"test","unchanged":0}')


def test_erasing_a_household_takes_its_readings_along(engine: Engine, home: str) -> None:
    _store(engine, home, _year_of_hours())
    with transaction(engine) as session:
        erase_household.erase(session, household=home, by=ALICE, now=NOON)
        assert [session.execute(select(table)).all() for table in (METERS, SERIES, BLOCKS)] == [[], [], []]


def _reference(times: list[int], values: list[int], first: int, after: int) -> int:
    return sum(value for time, value in dict(zip(times, values, strict=True)).items() if first <= time < after)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8759), st.integers(0, 10**6)), max_size=40))
def test_stored_totals_scan_and_a_slow_reference_agree(
    tmp_path_factory: pytest.TempPathFactory, points: list[tuple[int, int]]
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('sums')}/node.db")
    migrate(engine, NODE_MIGRATIONS)
    start = at("2025-01-01 00:00")
    times, values = [start + HOUR * slot for slot, _ in points], [value for _, value in points]
    with transaction(engine) as session:
        home = settle(session, [{}], adults=0).households[0]
        parsed = series(times, values, kind=ReadingKind.USE)
        store(session, household=home, series=[parsed], source="test", by=ALICE, now=NOON)
        for month in YEAR.months():
            expected = _reference(times, values, at(f"{month.first} 00:00"), at(f"{month.after} 00:00"))
            for way in (household_sums, scanned_sums):
                sums = way(session, quantity=Quantity.GAS, period=month, grain=Grain.FINE)
                assert sum(found.total for found in sums.values()) == expected
    engine.dispose()
