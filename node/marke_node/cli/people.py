"""Households, members and consent, one at a time; whole lists come in with `marke node import`."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from marke.canonical import Json
from marke.codebook.builtin import read_builtin
from marke.codebook.model import Codebook, ConsentCategory, Purpose, Variable
from marke.errors import BadInputError, RefusedError
from marke.reasons import Language, Reason, fill
from marke.vocabulary.ids import content_hash
from marke_ground.commands import MarkeGroup, SlowBar, answer, language
from marke_ground.store.engine import reading, transaction
from marke_node.cli.surroundings import BOARD, opened
from marke_node.services import (
    add_household,
    erase_household,
    give_consent,
    leave_household,
    record_fact,
    register_member,
    withdraw_consent,
)
from marke_node.services.count_people import count_people
from marke_node.services.derive_facts import DERIVED, FactsReport, derive
from marke_node.services.give_consent import ConsentText, Yes
from marke_node.services.record_fact import DirectFact, FactSheet
from marke_node.store import home
from marke_node.store.facts import FactsKept, Origin
from marke_node.store.households import household_number

_FILE = click.Path(path_type=Path, dir_okay=False)
_DAY = click.DateTime(formats=["%Y-%m-%d"])
_ALL = "all"
_HEAPS = click.Choice([_ALL, *(category.value for category in ConsentCategory)])
_PURPOSES = click.Choice([purpose.value for purpose in Purpose])


@click.group(cls=MarkeGroup)
def household() -> None:
    """Add and count households."""


@household.command("add")
@click.option("--code", "codes", multiple=True, metavar="CATEGORY=CODE", help="Such as dwelling_type=terraced.")
@click.option("--joined", type=_DAY, help="Day of joining; today when left out.")
def add_one(*, codes: tuple[str, ...], joined: datetime | None) -> None:
    """Add one household and print its pseudonym."""
    pairs = [code.partition("=") for code in codes]
    if any(not (category and code) for category, _, code in pairs):
        raise BadInputError(Reason.CODE_FORM)
    with opened() as here, transaction(here.engine) as session:
        new = add_household.NewHousehold(
            joined=_day(joined, here.now), codes={category: code for category, _, code in pairs}
        )
        found = add_household.add(session, household=new, codebook=read_builtin(), by=BOARD, now=here.now)
    answer({"household": found}, found)


@household.command("leave")
@click.argument("household_id")
@click.option("--on", "day", type=_DAY, required=True, help="The day they left; not in the future.")
def leave(*, household_id: str, day: datetime) -> None:
    """Write down that a household left. It is in no answer from now on; its data stay until they are erased."""
    with opened() as here, transaction(here.engine) as session:
        leave_household.leave(session, household=household_id, on=day.date(), by=BOARD, now=here.now)
    said = {"nl": "vertrokken op", "en": "left on"}[language()]
    answer({"household": household_id, "left_on": str(day.date())}, f"{household_id} {said} {day.date()}")


@household.command("erase")
@click.argument("household_id")
@click.option("--yes-erase-for-ever", "is_sure", is_flag=True, help="Erase without asking. Nothing brings it back.")
def erase(*, household_id: str, is_sure: bool) -> None:
    """ERASE a household for ever: its people, consents, facts, readings. Nothing brings it back but a backup.

    Figures that were sent before are not called back: nobody can tell the household from them.
    """
    with opened() as here:
        with reading(here.engine) as session:
            household_number(session, household_id)
        if not is_sure and _retyped() != household_id:
            raise RefusedError(Reason.ERASE_NOT_CONFIRMED, household=household_id)
        with transaction(here.engine) as session:
            erase_household.erase(session, household=household_id, by=BOARD, now=here.now)
    said = {"nl": "gewist, voorgoed", "en": "erased for ever"}[language()]
    answer({"household": household_id, "erased": True}, f"{household_id}: {said}")


def _retyped() -> str:
    warning = {
        "nl": "Dit wist alles van dit huishouden, voorgoed. Typ het kenmerk van het huishouden over",
        "en": "This erases everything about this household, for ever. Retype the id of the household",
    }
    return str(click.prompt(warning[language()], err=True)).strip()


@household.command("count")
def count_households() -> None:
    """Count households, adults, and adults who said yes."""
    _count()


@click.group(cls=MarkeGroup)
def member() -> None:
    """Add and count members."""


@member.command("add")
@click.argument("household_id")
@click.option("--name", prompt=True, help="Stays in this node's database.")
@click.option("--email", help="Stays in this node's database.")
@click.option("--child", is_flag=True, help="Not an adult: takes no part in consent.")
@click.option("--joined", type=_DAY, help="Day of joining; today when left out.")
def add_member(*, household_id: str, name: str, email: str | None, child: bool, joined: datetime | None) -> None:
    """Add one member to a household and print the pseudonym."""
    with opened() as here, transaction(here.engine) as session:
        new = register_member.NewMember(
            household=household_id, name=name, joined=_day(joined, here.now), adult=not child, email=email
        )
        found = register_member.register(session, member=new, by=BOARD, now=here.now)
    answer({"member": found}, found)


@member.command("count")
def count_members() -> None:
    """Count households, adults, and adults who said yes."""
    _count()


@click.group(cls=MarkeGroup)
def consent() -> None:
    """Write down who says yes, and who takes it back."""


@consent.command("give")
@click.argument("member_id")
@click.option("--purpose", type=_PURPOSES, required=True, help="What the data may be used for.")
@click.option("--heap", type=_HEAPS, default=_ALL, help="Which data; `all` leaves out health and income.")
@click.option("--text", type=_FILE, required=True, help="The very text the member agreed to.")
@click.option("--lang-of-text", type=click.Choice(["nl", "en"]), default="nl", help="Its language.")
def give_yes(*, member_id: str, purpose: str, heap: str, text: Path, lang_of_text: str) -> None:
    """Write down a yes that a member gave on paper."""
    agreed = ConsentText(
        text_hash=content_hash(home.read(text)), language="en" if lang_of_text == "en" else "nl", channel="paper"
    )
    with opened() as here, transaction(here.engine) as session:
        given = give_consent.give(session, given=[_yes(member_id, purpose, heap)], text=agreed, by=BOARD, now=here.now)
    answer({"given": given}, str(given))


@consent.command("withdraw")
@click.argument("member_id")
@click.option("--purpose", type=_PURPOSES, help="One purpose; else everything.")
@click.option("--heap", type=_HEAPS, default=_ALL, help="With --purpose: which data.")
def take_back(*, member_id: str, purpose: str | None, heap: str) -> None:
    """Take a yes back. It holds at once: the household drops out of every answer that is not signed yet."""
    with opened() as here, transaction(here.engine) as session:
        if purpose is None:
            ended = withdraw_consent.withdraw_all(session, member=member_id, by=BOARD, now=here.now)
        else:
            withdraw_consent.withdraw(session, yes=_yes(member_id, purpose, heap), by=BOARD, now=here.now)
            ended = 1
    answer({"withdrawn": ended}, str(ended))


@click.group(cls=MarkeGroup)
def facts() -> None:
    """Work out facts, one value per household, variable and period: the only thing a question ever reads."""


@facts.command("derive")
@click.argument("period")
def derive_facts(*, period: str) -> None:
    """Work out every fact of a period (such as 2025 or 2025-Q3) from readings and other facts."""
    book = read_builtin()
    label = {"nl": "Rekenen", "en": "Working out"}[language()]
    with opened() as here, transaction(here.engine) as session, SlowBar(len(DERIVED), label) as bar:
        found = derive(session, codebook=book, period=period, by=BOARD, now=here.now, progress=bar.went_on)
    kept: dict[str, Json] = {
        variable: {"added": one.added, "unchanged": one.unchanged, "changed": one.changed}
        for variable, one in found.kept.items()
    }
    answer({"period": period, "facts": kept}, *_fact_lines(book, found, language()))


_KEPT: Mapping[Language, str] = {
    "nl": "{name}: {added} nieuw, {unchanged} al bekend, {changed} veranderd",
    "en": "{name}: {added} new, {unchanged} known already, {changed} changed",
}
_INCOMPLETE: Mapping[Language, str] = {
    "nl": "; van {homes:huishouden|huishoudens} zijn de metingen te onvolledig",
    "en": "; of {homes:household|households} the readings are too incomplete",
}


def _fact_lines(book: Codebook, found: FactsReport, spoken: Language) -> list[str]:
    lines = []
    for variable, one in found.kept.items():
        line = fill(
            _KEPT[spoken],
            spoken,
            {
                "name": book.variable(variable).name.say(spoken),
                "added": one.added,
                "unchanged": one.unchanged,
                "changed": one.changed,
            },
        )
        homes = found.incomplete.get(variable, 0)
        lines.append(line + (fill(_INCOMPLETE[spoken], spoken, {"homes": homes}) if homes else ""))
    return lines


@facts.command("record")
@click.argument("household_id")
@click.option("--variable", required=True, help="Such as energy.gas_use; see `marke codebook list`.")
@click.option("--period", required=True, help="A closed period, such as 2025.")
@click.option("--value", required=True, help="In the unit of the variable, such as 980 or 2.5; from a bill, say.")
def record_one(*, household_id: str, variable: str, period: str, value: str) -> None:
    """Write down one value of one household that no meter file holds, such as the total of a yearly bill."""
    book = read_builtin()
    sheet = FactSheet(
        variable, period, Origin.YEARLY_TOTAL, [DirectFact(household_id, _steps(value, book.variable(variable)))]
    )
    with opened() as here, transaction(here.engine) as session:
        found = record_fact.record(session, sheet=sheet, codebook=book, by=BOARD, now=here.now)
    answer({"added": found.added, "unchanged": found.unchanged, "changed": found.changed}, _kept_line(found))


def _kept_line(found: FactsKept) -> str:
    name = {"nl": "Vastgelegd", "en": "Recorded"}[language()]
    counts: dict[str, str | int] = {
        "name": name,
        "added": found.added,
        "unchanged": found.unchanged,
        "changed": found.changed,
    }
    return fill(_KEPT[language()], language(), counts)


def _steps(value: str, variable: Variable) -> int:
    try:
        steps = Decimal(value).scaleb(variable.decimals)
    except InvalidOperation as error:
        raise BadInputError(Reason.BAD_FIELD, field="--value", detail=variable.unit.value) from error
    if not steps.is_finite() or steps != steps.to_integral_value():
        raise BadInputError(Reason.BAD_FIELD, field="--value", detail=variable.unit.value)
    return int(steps)


def _yes(member_id: str, purpose: str, heap: str) -> Yes:
    return Yes(member_id, Purpose(purpose), None if heap == _ALL else ConsentCategory(heap))


def _day(chosen: datetime | None, now: datetime) -> date:
    return now.date() if chosen is None else chosen.date()


def _count() -> None:
    with opened() as here, reading(here.engine) as session:
        found = count_people(session)
    consenting = {purpose.value: number for purpose, number in found.consenting.items()}
    answer(
        {"households": found.households, "adults": found.adults, "consenting": consenting},
        f"households: {found.households}",
        f"adults: {found.adults}",
        *(f"yes to {purpose}: {number}" for purpose, number in consenting.items()),
    )
