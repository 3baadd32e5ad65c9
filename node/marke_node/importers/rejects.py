"""What was left out of an import and why: a row number and a reason, never the row itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from marke.errors import BadInputError
from marke.reasons import Language, Reason, sentence
from marke_node.importers.cells import RowError, neutralise

Details = Mapping[str, str | int]

REJECTS_KEPT = 200
"""So many rejected rows are listed; the rest is counted."""

LARGEST_SHARE_REJECTED = 0.05
"""Above this share of bad rows the file itself is wrong, and nothing of it is taken."""


@dataclass(frozen=True)
class Notice:
    """Something about one row (or about the whole file, when `row` is None) in words a member can act on."""

    reason: Reason
    row: int | None = None
    details: Details = field(default_factory=dict)

    def say(self, language: Language) -> str:
        """Return the sentence, with the row number filled in where there is one."""
        known = dict(self.details)
        if self.row is not None:
            known["row"] = self.row
        return sentence(self.reason, language, known)


class TooManyRejectedError(BadInputError):
    """So many rows cannot be used that the file itself is wrong; says the first one's trouble as well."""

    def __init__(self, kept: Iterable[Notice], *, rejected: int, rows: int) -> None:
        super().__init__(Reason.IMPORT_TOO_MANY_REJECTED, rejected=rejected, rows=rows)
        self.rejects = tuple(sorted(kept, key=lambda notice: notice.row or 0))
        """The rejected rows that are listed, in the order of the file."""
        self.first = self.rejects[0]

    def say(self, language: Language) -> str:
        """Return the sentence, and the first rejected row's own."""
        return f"{super().say(language)} {self.first.say(language)}"


class RejectList:
    """Collects rejected rows while a file is read; each row counts once however many of its cells are wrong."""

    def __init__(self) -> None:
        self.kept: list[Notice] = []
        self._rows: dict[int, Reason] = {}

    def add(self, row: int, reason: Reason, **details: str | int) -> None:
        """Put a row on the list."""
        if row not in self._rows:
            self._rows[row] = reason
            if len(self.kept) < REJECTS_KEPT:
                self.kept.append(Notice(reason, row, details))

    def add_error(self, row: int, error: RowError) -> None:
        """Put a row on the list with what was found wrong in it."""
        self.add(row, error.reason, **error.details)

    @property
    def rows(self) -> frozenset[int]:
        """Return the numbers of the rejected rows."""
        return frozenset(self._rows)

    def is_cut(self, row: int) -> bool:
        """Say whether a row was rejected for having too few cells, as half a row has."""
        return self._rows.get(row) is Reason.IMPORT_CELL_COUNT

    @property
    def count(self) -> int:
        """Return the number of rejected rows."""
        return len(self._rows)

    def refuse_when_too_many(self, rows: int) -> None:
        """Raise BadInputError when more than one row in twenty was rejected, or nothing usable is left."""
        if self.count and (self.count > LARGEST_SHARE_REJECTED * rows or self.count >= rows):
            raise TooManyRejectedError(self.kept, rejected=self.count, rows=rows)


def rejects_csv(rejects: Iterable[Notice], language: Language) -> str:
    """Return the list of rejected rows as CSV text that no spreadsheet will execute."""
    lines = ["row;reason;sentence"]
    for notice in rejects:
        words = neutralise(notice.say(language)).replace('"', '""')
        lines.append(f'{notice.row or ""};{notice.reason.value};"{words}"')
    return "\r\n".join(lines) + "\r\n"
