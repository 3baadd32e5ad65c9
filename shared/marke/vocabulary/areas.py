"""Dutch areas: a code always with the year of its division, because municipalities merge every first of January."""

import re
from dataclasses import dataclass

from marke.errors import BadInputError
from marke.reasons import Reason

_FORM = re.compile(r"(?P<code>GM[0-9]{4}|WK[0-9]{6}|BU[0-9]{8})@(?P<year>20[0-9]{2})")


@dataclass(frozen=True, order=True)
class Area:
    """A municipality (GM), district (WK) or neighbourhood (BU) in the division of one year."""

    code: str
    year: int

    @classmethod
    def parse(cls, text: str) -> "Area":
        """Read `GM0150@2023`; raises BadInputError for anything else."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise BadInputError(Reason.BAD_AREA, area=text[:16])
        return cls(found["code"], int(found["year"]))

    def __str__(self) -> str:
        return f"{self.code}@{self.year}"
