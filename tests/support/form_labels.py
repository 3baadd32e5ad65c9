"""Reads a page as a screen reader would, to find the fields that nobody can name."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_NAMED_BY_THEMSELVES: Final = frozenset({"hidden", "submit", "button", "reset"})
_FIELDS: Final = frozenset({"input", "select", "textarea"})


@dataclass
class _Label:
    belongs_to: str | None
    words: str = ""
    fields: list[str] = field(default_factory=list)


class LabelReader(HTMLParser):
    """Collects the labels and the fields of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: list[_Label] = []
        self.fields: dict[str, dict[str, str | None]] = {}
        self._open: list[_Label] = []
        self._ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a label, a field, or an id that a field may point at."""
        found = dict(attrs)
        self._ids.add(found.get("id") or "")
        if tag == "label":
            self._open.append(_Label(found.get("for")))
            self.labels.append(self._open[-1])
        elif tag in _FIELDS and found.get("type") not in _NAMED_BY_THEMSELVES:
            mark = f"{tag} {found.get('name')} {len(self.fields)}"
            self.fields[mark] = found
            for label in self._open:
                label.fields.append(mark)

    def handle_endtag(self, tag: str) -> None:
        """Close a label."""
        if tag == "label" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Give the words to the labels around them."""
        for label in self._open:
            label.words += data.strip()

    def nameless(self) -> list[str]:
        """Return the fields without a label that says something."""
        said = {label.belongs_to for label in self.labels if label.words and label.belongs_to}
        inside = {mark for label in self.labels if label.words for mark in label.fields}
        return [
            mark
            for mark, found in self.fields.items()
            if mark not in inside
            and found.get("id") not in said
            and not found.get("aria-label")
            and (found.get("aria-labelledby") or "-") not in self._ids
        ]


def fields_of(page: str) -> LabelReader:
    """Read a page."""
    reader = LabelReader()
    reader.feed(page)
    reader.close()
    return reader
