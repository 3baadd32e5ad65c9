"""From readings to facts in steps of the codebook, and from those to the footprint of energy at home."""

import pytest
from sqlalchemy import Engine, select

from marke.codebook.builtin import read_builtin
from marke.errors import BadInputError
from marke.reasons import Reason
from marke_ground.store.engine import Session, transaction
from marke_node.readings.model import ParsedSeries, Register
from marke_node.services.add_household import NewHousehold, add
from marke_node.services.derive_facts import FactsReport, derive
from marke_node.services.record_fact import DirectFact, FactSheet, record
from marke_node.services.store_readings import store
from marke_node.store.facts import FactsKept, Origin
from marke_node.store.vault import FACTS, HOUSEHOLDS, ROSTERS
from support.meters import DAY, at, series
from support.villages import ALICE, FOUNDED, NOON

GAS, DELIVERED, FED_IN = "energy.gas_use", "energy.electricity_delivered", "energy.electricity_fed_in"


def _home(session: Session, **codes: str) -> str:
    new = NewHousehold(joined=FOUNDED, codes=codes)
    return add(session, household=new, codebook=read_builtin(), by=ALICE, now=NOON)


def _days(register: Register, daily: int, days: int = 365) -> ParsedSeries:
    times = [at("2025-01-01 12:00") + DAY * day for day in range(days)]
    return series(times, [daily] * days, register=register, interval_s=DAY)


def _measure(session: Session, home: str, days: int = 365, **daily: int) -> None:
    parsed = [_days(Register(register), value, days) for register, value in daily.items()]
    store(session, household=home, series=parsed, source="test", by=ALICE, now=NOON)


def _give(session: Session, home: str, variable: str, value: int, origin: Origin = Origin.YEARLY_TOTAL) -> FactsKept:
    sheet = FactSheet(variable, "2025", origin, [DirectFact(home, value)])
    return record(session, sheet=sheet, codebook=read_builtin(), by=ALICE, now=NOON)


def _derive(session: Session, period: str = "2025") -> FactsReport:
    return derive(session, codebook=read_builtin(), period=period, by=ALICE, now=NOON)


def _facts(session: Session, home: str, period: str = "2025") -> dict[str, int]:
    query = (
        select(FACTS.c.variable, FACTS.c.value)
        .join(HOUSEHOLDS, HOUSEHOLDS.c.number == FACTS.c.household)
        .where(HOUSEHOLDS.c.id == home, FACTS.c.period == period)
        .order_by(FACTS.c.revision)
    )
    return {row.variable: row.value for row in session.execute(query)}


def test_a_year_of_readings_becomes_facts_and_a_footprint(engine: Engine) -> None:
    with transaction(engine) as session:
        home = _home(session, household_size="p2", heating="gas_boiler")
        _measure(session, home, gas=3000, electricity_delivered=8000, electricity_fed_in=2000, solar=5000)
        _derive(session)
        assert _facts(session, home) == {
            GAS: 1095,
            DELIVERED: 2920,
            FED_IN: 730,
            "energy.solar_production": 1825,
            "energy.electricity_net": 2190,
            # 1,095 m3 x 2.134 + 2,190 kWh x 0.268 = 2,336.73 + 586.92 kg (factors of 2025)
            "footprint.home_energy": 2924,
            "footprint.home_energy_per_person": 1462,
        }


def test_deriving_again_changes_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        _measure(session, _home(session), gas=3000)
        assert _derive(session).kept[GAS] == FactsKept(added=1)
        assert _derive(session).kept[GAS] == FactsKept(unchanged=1)


@pytest.mark.parametrize(("days", "is_known"), [(365, True), (355, True), (354, False)])
def test_a_fact_needs_nearly_every_day_and_is_missing_otherwise(engine: Engine, days: int, *, is_known: bool) -> None:
    with transaction(engine) as session:
        home = _home(session)
        _measure(session, home, days=days, gas=3000)
        report = _derive(session)
        assert (GAS in _facts(session, home)) is is_known
        assert report.incomplete[GAS] == int(not is_known)


def test_coverage_and_quality_are_kept_with_the_fact(engine: Engine) -> None:
    with transaction(engine) as session:
        _measure(session, _home(session), days=360, gas=3000)
        _derive(session)
        row = session.execute(select(FACTS)).one()
    assert (row.coverage, row.quality, row.origin, row.method) == (360 * 1000 // 365, 1, "readings", "period_sum/1")


def test_months_and_quarters_are_derived_too(engine: Engine) -> None:
    with transaction(engine) as session:
        home = _home(session)
        _measure(session, home, gas=3000)
        _derive(session, "2025-02")
        _derive(session, "2025-Q1")
        assert _facts(session, home, "2025-02") == {GAS: 84}
        assert _facts(session, home, "2025-Q1") == {GAS: 270}


def test_what_somebody_wrote_down_is_not_replaced_by_what_is_derived(engine: Engine) -> None:
    with transaction(engine) as session:
        home = _home(session)
        _measure(session, home, gas=3000)
        _derive(session)
        assert _give(session, home, GAS, 1100) == FactsKept(changed=1)
        _derive(session)
        assert _facts(session, home) == {GAS: 1100}


def test_a_missing_part_makes_the_footprint_missing_and_a_known_nothing_does_not(engine: Engine) -> None:
    with transaction(engine) as session:
        gas_home, pump_home, heat_home = (
            _home(session, heating=kind) for kind in ("gas_boiler", "heat_pump", "heat_network")
        )
        for home in (gas_home, pump_home, heat_home):
            _give(session, home, DELIVERED, 3000)
            _give(session, home, FED_IN, 0)
        _derive(session)
        assert "footprint.home_energy" not in _facts(session, gas_home)
        assert _facts(session, pump_home)["footprint.home_energy"] == 804
        assert "footprint.home_energy" not in _facts(session, heat_home)
        _give(session, gas_home, GAS, 0)
        _derive(session)
        assert _facts(session, gas_home)["footprint.home_energy"] == 804


def test_a_fact_that_can_no_longer_be_derived_disappears(engine: Engine) -> None:
    with transaction(engine) as session:
        home = _home(session, heating="heat_pump")
        for variable in (DELIVERED, FED_IN):
            _give(session, home, variable, 1000)
        _derive(session)
        assert _facts(session, home)["footprint.home_energy"] == 0
        session.execute(FACTS.delete().where(FACTS.c.variable == FED_IN))
        _derive(session)
        assert "footprint.home_energy" not in _facts(session, home)


def test_after_freezing_a_derived_correction_is_the_next_revision(engine: Engine) -> None:
    with transaction(engine) as session:
        home = _home(session)
        _measure(session, home, gas=3000)
        _derive(session)
        frozen = {"variable": GAS, "period": "2025", "revision": 1, "codebook": "2026.1", "size": 1, "frozen": NOON}
        session.execute(ROSTERS.insert().values(**frozen))
        _measure(session, home, gas=4000)
        assert _derive(session).kept[GAS] == FactsKept(changed=1)
        found = session.execute(select(FACTS.c.revision, FACTS.c.value).order_by(FACTS.c.revision)).all()
    assert [tuple(row) for row in found] == [(1, 1095), (2, 1460)]


@pytest.mark.parametrize("period", ["2026", "2026-03", "2026-03-02"])
def test_a_period_that_is_not_over_has_no_facts(engine: Engine, period: str) -> None:
    with transaction(engine) as session, pytest.raises(BadInputError) as refused:
        _derive(session, period)
    assert refused.value.reason is Reason.FACT_PERIOD


@pytest.mark.parametrize(
    ("variable", "period", "value", "reason"),
    [
        (GAS, "2026", 77_777, Reason.FACT_PERIOD),
        ("footprint.home_energy", "2025-01", 77_777, Reason.FACT_PERIOD),
        (GAS, "2025", 10**9, Reason.VALUE_OUTSIDE_BOUNDS),
        ("energy.nothing", "2025", 77_777, Reason.UNKNOWN_VARIABLE),
    ],
)
def test_a_fact_that_cannot_be_is_refused(
    engine: Engine, variable: str, period: str, value: int, reason: Reason
) -> None:
    with transaction(engine) as session:
        home = _home(session)
        sheet = FactSheet(variable, period, Origin.SURVEY, [DirectFact(home, value)])
        with pytest.raises(BadInputError) as refused:
            record(session, sheet=sheet, codebook=read_builtin(), by=ALICE, now=NOON)
    assert refused.value.reason is reason
    assert str(value) not in str(refused.value)
