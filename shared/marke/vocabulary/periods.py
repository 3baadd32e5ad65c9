"""Closed calendar periods in local (Dutch) time: a year, a quarter, a month, a day."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from marke.errors import BadInputError
from marke.reasons import Reason


class Granularity(StrEnum):
    """How long a period is."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    DAY = "day"


PeriodText = Annotated[
    str, StringConstraints(pattern=r"^[12][0-9]{3}(-Q[1-4]|-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")
]
"""A period on the wire: `2025`, `2025-Q3`, `2025-07` or `2025-07-31`."""

_FORM = re.compile(r"(?P<year>[12][0-9]{3})(?:-Q(?P<quarter>[1-4])|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?")


@dataclass(frozen=True, order=True)
class Period:
    """Whole days from `first` up to, not including, `after`."""

    first: date
    after: date
    granularity: Granularity

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read `2025`, `2025-Q3`, `2025-07` or `2025-07-31`; raises BadInputError for anything else."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise BadInputError(Reason.BAD_PERIOD, period=text[:12])
        year = int(found["year"])
        try:
            if found["quarter"]:
                first = date(year, 3 * int(found["quarter"]) - 2, 1)
                return cls(first, _months_later(first, 3), Granularity.QUARTER)
            if found["day"]:
                day = date(year, int(found["month"]), int(found["day"]))
                return cls(day, day + timedelta(days=1), Granularity.DAY)
            if found["month"]:
                first = date(year, int(found["month"]), 1)
                return cls(first, _months_later(first, 1), Granularity.MONTH)
        except ValueError as error:
            raise BadInputError(Reason.BAD_PERIOD, period=text[:12]) from error
        return cls(date(year, 1, 1), date(year + 1, 1, 1), Granularity.YEAR)

    @property
    def days(self) -> int:
        """Return the number of days in the period."""
        return (self.after - self.first).days

    def months(self) -> tuple["Period", ...]:
        """Return the whole months of a month, quarter or year; a day has none."""
        if self.granularity is Granularity.DAY:
            return ()
        found, first = [], self.first
        while first < self.after:
            found.append(Period(first, _months_later(first, 1), Granularity.MONTH))
            first = _months_later(first, 1)
        return tuple(found)

    def __str__(self) -> str:
        match self.granularity:
            case Granularity.YEAR:
                return f"{self.first.year:04d}"
            case Granularity.QUARTER:
                return f"{self.first.year:04d}-Q{(self.first.month + 2) // 3}"
            case Granularity.MONTH:
                return f"{self.first.year:04d}-{self.first.month:02d}"
            case Granularity.DAY:
                return self.first.isoformat()


def _months_later(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
