"""What `marke node import` answers: what a file holds, what taking it did, and which rows were left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from marke.canonical import Json
from marke.clock import instant_to_text
from marke.formats import day
from marke.reasons import Language, fill
from marke.vocabulary.units import ReadingUnit
from marke_ground.commands import answer, language
from marke_ground.files import write_wholly
from marke_node.importers.base import Kept
from marke_node.importers.moments import AMSTERDAM
from marke_node.importers.rejects import Notice, rejects_csv
from marke_node.services.import_members import MembersImportPreview
from marke_node.services.preview_import import ImportPreview
from marke_node.services.record_import import ImportReport

_REJECTS_SHOWN = 10
_ZONE = ZoneInfo(AMSTERDAM)

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "nl": {
        "file": "{title}: {rows:rij|rijen}, {first} tot {last}",
        "register": "  meter {meter}  {register:40} {kind:8} {readings:>9} metingen  totaal {total} {unit}",
        "rejected": "{count:rij|rijen} niet gebruikt:",
        "would": "Overnemen voegt {added} toe; {unchanged} waren al bekend, {changed} veranderen.",
        "did": "Overgenomen: {added} nieuw, {unchanged} al bekend, {changed} veranderd.",
        "next": "Er is nog niets overgenomen. Herhaal de opdracht met --commit.",
        "household": "Er is nog niets overgenomen. Herhaal met het huishouden: --household hh_...",
        "ask": "Geef van elke meter het huishouden op: --meter 1=hh_... --meter 2=hh_...",
        "members": "{members:lid|leden} op {addresses:adres|adressen}, {without_address} zonder adres",
        "saved": "Kolomindeling {name} bewaard.",
        "none": "Er zijn nog geen kolomindelingen bewaard.",
        "reading": "Lezen",
    },
    "en": {
        "file": "{title}: {rows:row|rows}, {first} to {last}",
        "register": "  meter {meter}  {register:40} {kind:8} {readings:>9} readings  total {total} {unit}",
        "rejected": "{count:row|rows} not used:",
        "would": "Taking it would add {added}; {unchanged} are known already, {changed} change.",
        "did": "Taken: {added} new, {unchanged} known already, {changed} changed.",
        "next": "Nothing was taken yet. Repeat the command with --commit.",
        "household": "Nothing was taken yet. Repeat it with the household: --household hh_...",
        "ask": "Give the household of every meter: --meter 1=hh_... --meter 2=hh_...",
        "members": "{members:member|members} at {addresses:address|addresses}, {without_address} without an address",
        "saved": "Mapping {name} saved.",
        "none": "No mappings were saved yet.",
        "reading": "Reading",
    },
}


def say(word: str, **details: str | int) -> str:
    """Return one line for a person."""
    return fill(_WORDS[language()][word], language(), details)


def write_rejects(file: Path, rejects: Sequence[Notice]) -> None:
    """Write the rejected rows as CSV; an older list of that name is replaced."""
    write_wholly(file, rejects_csv(rejects, language()).encode("utf-8"), replaces=True)


def _day(moment: datetime) -> str:
    return day(moment.astimezone(_ZONE).date(), language())


def _counts(kept: Kept) -> dict[str, int]:
    return {"added": kept.added, "unchanged": kept.unchanged, "changed": kept.changed}


@dataclass(frozen=True)
class Answer:
    """What a command found, for a program and for a person."""

    document: Mapping[str, Json]
    lines: Sequence[str]
    rejects: Sequence[Notice]
    rejected: int
    notices: Sequence[Notice]

    def tell(self, rejects_file: Path | None) -> None:
        """Print it; write the rejected rows to a file when one is named."""
        spoken = language()
        if rejects_file is not None:
            write_rejects(rejects_file, self.rejects)
        after = [one.say(spoken) for one in self.notices]
        if self.rejected:
            after.append(say("rejected", count=self.rejected))
            after += [f"  {one.say(spoken)}" for one in self.rejects[:_REJECTS_SHOWN]]
        document: dict[str, Json] = {
            **self.document,
            "rejected": self.rejected,
            "rejects": [{"row": one.row or 0, "reason": one.reason.value} for one in self.rejects],
            "notices": [one.reason.value for one in self.notices],
        }
        answer(document, *self.lines, *after)


def taken(report: ImportReport) -> Answer:
    """Say what taking a file did."""
    counts = _counts(report.kept)
    document: dict[str, Json] = {
        "import": report.id,
        "format": report.format,
        "hash": report.file_hash,
        "rows": report.rows,
        "taken": counts,
    }
    return Answer(document, [say("did", **counts)], report.rejects, report.rejected, report.notices)


def looked_at(seen: ImportPreview) -> Answer:
    """Say what a file of readings holds and what taking it would do."""
    registers: list[Json] = [
        {
            "meter": line.meter,
            "register": line.register.value,
            "kind": line.kind.value,
            "interval_s": line.interval_s,
            "readings": line.readings,
            "total": line.total,
            "unit": line.register.unit.value,
        }
        for line in seen.registers
    ]
    document: dict[str, Json] = {
        "format": seen.format,
        "hash": seen.file_hash,
        "rows": seen.rows,
        "meters": seen.meters,
        "first": instant_to_text(seen.first),
        "last": instant_to_text(seen.last),
        "registers": registers,
        "would": None if seen.would is None else _counts(seen.would),
    }
    return Answer(document, _preview_lines(seen), seen.rejects, seen.rejected, seen.notices)


def _preview_lines(seen: ImportPreview) -> list[str]:
    lines = [
        say("file", title=seen.title, rows=seen.rows, first=_day(seen.first), last=_day(seen.last)),
        *(
            say(
                "register",
                meter=line.meter,
                register=line.register.value,
                kind=line.kind.value,
                readings=line.readings,
                total=f"{line.total // 1000}.{line.total % 1000:03}",
                unit="kWh" if line.register.unit is ReadingUnit.WATT_HOUR else "m³",
            )
            for line in seen.registers
        ),
    ]
    if seen.would is None:
        return [*lines, say("household" if seen.needs_one_household else "ask")]
    return [*lines, say("would", **_counts(seen.would)), say("next")]


def looked_at_members(seen: MembersImportPreview) -> Answer:
    """Say what a file of members holds and what taking it would do."""
    held = {
        "members": seen.counts.members,
        "addresses": seen.counts.addresses,
        "without_address": seen.counts.without_address,
    }
    document: dict[str, Json] = {"hash": seen.file_hash, "rows": seen.rows, **held, "would": _counts(seen.would)}
    lines = [say("members", **held), say("would", **_counts(seen.would)), say("next")]
    return Answer(document, lines, seen.rejects, seen.rejected, seen.notices)
