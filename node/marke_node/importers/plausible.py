"""How much a home can use at most: bounds that tell a wrong unit or a broken row from a large house.

Electricity: a connection of 3 x 80 A carries 55 kW, the largest small-consumer connection in the Netherlands. Gas: a
G10 meter passes at most 16 m3 an hour. The mean over at least a week is bounded too, because kWh in a column of m3 are
about ten times too large hour by hour, yet seldom above what a meter can pass. Over a season the kWh of an ordinary
home stand out too: few homes burn more than 10 m3 a day on average (3,650 m3 a year).
"""

from dataclasses import dataclass

from marke_node.importers.moments import DAY, HOUR
from marke_node.readings.model import Register

SHORTEST_MEAN_DAYS = 7

SEASON_DAYS = 90
"""From so many days on, a mean says something of the unit for an ordinary home too."""


@dataclass(frozen=True)
class Bound:
    """The most that can flow, in the register's smallest unit (Wh, dm3)."""

    per_hour: int
    per_day: int
    mean_per_day: int
    unusual_per_day: int | None = None
    """A mean over a season that only a very large home has: a person must confirm the unit."""

    def over(self, seconds: int) -> int:
        """Return the most in a time span; a span below an hour may carry an hour's worth, as meters report late."""
        return min(self.per_hour * max(1, -(-seconds // HOUR)), self.per_day * max(1, -(-seconds // DAY)))


_ELECTRICITY = Bound(per_hour=60_000, per_day=800_000, mean_per_day=250_000)
_GAS = Bound(per_hour=16_000, per_day=160_000, mean_per_day=25_000, unusual_per_day=10_000)


def bound_of(register: Register) -> Bound:
    """Return the bounds of a register."""
    return _GAS if register is Register.GAS else _ELECTRICITY
