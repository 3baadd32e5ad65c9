"""The footprint of energy at home: exact, with the factors of the year itself, missing when a part is missing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from marke.codebook.factors import Carrier, factor, factors
from marke.codebook.home_energy import HomeEnergy, home_energy, per_person

HOME = HomeEnergy(
    gas_m3=Decimal(1000), delivered_kwh=Decimal(3000), fed_in_kwh=Decimal(500), heat_gj=None, heating="gas_boiler"
)


def test_every_factor_lies_within_its_range_and_names_its_source() -> None:
    for found in factors().values():
        assert Decimal(found.low) < found.exact < Decimal(found.high)
        assert found.url.startswith("https://")
        assert found.source


def test_each_year_has_its_own_factor() -> None:
    electricity = [factor(Carrier.ELECTRICITY, year) for year in (2023, 2024, 2025, 2026)]
    assert [found.value for found in electricity if found] == ["0.337", "0.328", "0.268", "0.244"]
    assert factor(Carrier.GAS, 1990) is None


def test_gas_and_net_electricity_count_with_the_factors_of_the_year() -> None:
    assert home_energy(HOME, 2025) == 2134 + 670
    assert home_energy(HOME, 2026) == 2134 + 610
    assert home_energy(replace(HOME, gas_m3=Decimal(0), fed_in_kwh=Decimal(4000)), 2025) == -268


@pytest.mark.parametrize("missing", ["gas_m3", "delivered_kwh", "fed_in_kwh"])
def test_a_missing_part_makes_it_missing(missing: str) -> None:
    assert home_energy(replace(HOME, **{missing: None}), 2025) is None


def test_no_gas_meter_is_no_gas_only_where_gas_is_not_used() -> None:
    assert home_energy(replace(HOME, gas_m3=None, heating="heat_pump"), 2025) == 670
    assert home_energy(replace(HOME, gas_m3=None, heating=None), 2025) is None


def test_heat_from_a_network_must_be_known_and_have_a_factor() -> None:
    connected = replace(HOME, gas_m3=None, heating="heat_network")
    assert home_energy(connected, 2026) is None
    assert home_energy(replace(connected, heat_gj=Decimal(10)), 2026) == 404 + 610  # 404.5 rounds to even
    assert home_energy(replace(connected, heat_gj=Decimal(10)), 2025) is None


def test_a_year_without_factors_has_no_footprint() -> None:
    assert home_energy(HOME, 1990) is None


def test_per_person_needs_the_number_of_persons() -> None:
    assert per_person(2804, "p2") == 1402
    assert per_person(2804, "p5_plus") == 561
    assert per_person(2804, None) is None
