"""Where in the data files something stands, so that a refusal can name file, entry and field."""

from dataclasses import dataclass, replace

from marke.errors import BadInputError
from marke.reasons import Reason


@dataclass(frozen=True)
class Place:
    """A field of an entry of a data file."""

    file: str
    entry: str
    field: str

    def at(self, field: str) -> "Place":
        """Return another field of the same entry."""
        return replace(self, field=field)

    def refusal(self, reason: Reason, **details: str | int) -> BadInputError:
        """Return the error to raise about this field."""
        return BadInputError(reason, file=self.file, entry=self.entry, field=self.field, **details)
