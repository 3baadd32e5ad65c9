"""Student's t against the values printed in tables (NIST/SEMATECH e-Handbook 1.3.6.7.2)."""

from decimal import Decimal

import pytest

from marke.errors import ProgrammerError
from marke.statistics.student import t_quantile

TABLE = {
    ("0.95", 1): "12.706",
    ("0.95", 2): "4.303",
    ("0.95", 3): "3.182",
    ("0.95", 4): "2.776",
    ("0.95", 5): "2.571",
    ("0.95", 9): "2.262",
    ("0.95", 10): "2.228",
    ("0.95", 23): "2.069",
    ("0.95", 30): "2.042",
    ("0.95", 60): "2.000",
    ("0.95", 100): "1.984",
    ("0.90", 5): "2.015",
    ("0.90", 20): "1.725",
    ("0.99", 1): "63.657",
    ("0.99", 5): "4.032",
    ("0.99", 40): "2.704",
}


@pytest.mark.parametrize(("level", "degrees"), TABLE, ids=str)
def test_the_quantile_is_the_one_in_the_printed_table(level: str, degrees: int) -> None:
    printed = Decimal(TABLE[level, degrees])
    assert t_quantile(level, degrees).quantize(Decimal("0.001")) == printed


def test_with_many_collectives_it_comes_down_to_the_normal_curve() -> None:
    assert abs(t_quantile("0.95", 100_000) - Decimal("1.959988")) < Decimal("0.00001")


def test_without_degrees_of_freedom_there_is_no_quantile() -> None:
    with pytest.raises(ProgrammerError):
        t_quantile("0.95", 0)
