"""What the pages of an import show: what is in a file, whose it can be, and what is still to be chosen."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from marke.formats import number
from marke.vocabulary.units import ReadingUnit
from marke_ground.web.figure_views import decimals_of
from marke_ground.web.i18n import Voice
from marke_node.importers.base import RegisterPreview
from marke_node.importers.moments import AMSTERDAM
from marke_node.services.hold_upload import Held
from marke_node.services.import_members import MembersImportPreview
from marke_node.services.list_homes import HomeLine, HomesFound
from marke_node.services.preview_import import ImportPreview

_THOUSAND: Final = 1000
"""Totals are in Wh and dm3, and are read in kWh and m3."""


@dataclass(frozen=True)
class FoundRegister:
    """One register of one meter in the file."""

    meter: str
    register: str
    kind: str
    readings: int
    first: date
    last: date
    total: str


@dataclass(frozen=True)
class AskedMeter:
    """A meter in the file that needs a household."""

    number: int
    label: str
    household: str
    """As chosen; empty when it is not."""
    is_missing: bool
    """Whether somebody went on without choosing one."""


@dataclass(frozen=True)
class Previewed:
    """What a page shows before anything is taken."""

    upload: str
    held: Held
    readings: ImportPreview | None
    members: MembersImportPreview | None
    homes: HomesFound
    registers: tuple[FoundRegister, ...]
    meters: tuple[AskedMeter, ...]
    """Meters that need a household each; empty when one household is enough."""
    errors: tuple[tuple[str, str], ...] = ()
    """Id of a field and what is wrong there."""
    is_other_choice: bool = False
    """Whether somebody asked to store the file for another household than the page had shown."""

    @property
    def asks_household(self) -> bool:
        """Say whether the file has an owner that must be chosen."""
        return self.readings is not None

    @property
    def can_commit(self) -> bool:
        """Say whether all is known that taking the file needs."""
        return self.members is not None or (self.readings is not None and not self.readings.needs_households)

    @property
    def owners(self) -> tuple[tuple[str, HomeLine], ...]:
        """Return where the file would be stored: the label of each meter (or nothing) and its household."""
        wanted = [(meter.label, meter.household) for meter in self.meters] or [("", self.held.household)]
        found = [(label, self.homes.find(household)) for label, household in wanted]
        return tuple((label, home) for label, home in found if home is not None)


def chosen_households(held: Held) -> Collection[str]:
    """Return every household that was chosen for a file."""
    return frozenset(one for one in (held.household, *(home for _, home in held.meters)) if one)


def previewed(
    upload: str,
    held: Held,
    seen: ImportPreview | MembersImportPreview,
    homes: HomesFound,
    *,
    voice: Voice,
    goes_on: bool = False,
) -> Previewed:
    """Return the page of one upload; `goes_on` says that somebody wanted to go on, so what is missing is an error."""
    readings = seen if isinstance(seen, ImportPreview) else None
    members = None if isinstance(seen, ImportPreview) else seen
    registers = () if readings is None else readings.registers
    labels = _labels(registers, voice)
    chosen = dict(held.meters)
    meters = tuple(
        AskedMeter(place, label, chosen.get(place, ""), goes_on and place not in chosen)
        for place, label in labels.items()
        if _several_of_a_kind(registers)
    )
    return Previewed(
        upload=upload,
        held=held,
        readings=readings,
        members=members,
        homes=homes,
        registers=tuple(_register(line, labels[line.meter], voice) for line in registers),
        meters=meters,
        errors=_missing(meters, held, voice) if goes_on and readings is not None else (),
    )


def _missing(meters: tuple[AskedMeter, ...], held: Held, voice: Voice) -> tuple[tuple[str, str], ...]:
    if meters:
        return tuple(
            (f"meter-{meter.number}", voice.say("import.meter_missing", meter=meter.label))
            for meter in meters
            if meter.is_missing
        )
    return () if held.household else (("whose", voice.say("import.home_missing")),)


def _register(line: RegisterPreview, meter: str, voice: Voice) -> FoundRegister:
    total = Decimal(line.total) / _THOUSAND
    unit = "m³" if line.register.unit is ReadingUnit.CUBIC_DECIMETRE else "kWh"
    return FoundRegister(
        meter=meter,
        register=line.register.value,
        kind=line.kind.value,
        readings=line.readings,
        first=_day(line.first),
        last=_day(line.last),
        total=f"{number(total, voice.language, decimals_of(total))} {unit}",
    )


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(AMSTERDAM)).date()


def _labels(registers: tuple[RegisterPreview, ...], voice: Voice) -> dict[int, str]:
    """Name every meter by what it counts: `Meter 1: stroom`."""
    kinds: dict[int, list[str]] = {}
    for line in registers:
        named = kinds.setdefault(line.meter, [])
        kind = _kind(line)
        if kind not in named:
            named.append(kind)
    return {
        place: voice.say(
            "import.meter_of", number=place, what=", ".join(voice.say(f"meter_kind.{one}") for one in named)
        )
        for place, named in sorted(kinds.items())
    }


def _several_of_a_kind(registers: tuple[RegisterPreview, ...]) -> bool:
    meters = {(line.meter, _kind(line)) for line in registers}
    return any(times > 1 for times in Counter(kind for _, kind in meters).values())


def _kind(line: RegisterPreview) -> str:
    if line.register.value == "solar":
        return "solar"
    return "gas" if line.register.unit is ReadingUnit.CUBIC_DECIMETRE else "electricity"
