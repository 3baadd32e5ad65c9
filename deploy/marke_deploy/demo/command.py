"""`marke demo`: found a consortium, start a hub and collectives, ask the standard questions, show what comes of it."""

import signal
import threading
import time
from pathlib import Path

import click

from marke import canonical
from marke.errors import ConflictError, NotFoundError
from marke.reasons import Reason
from marke_deploy.demo.federation import Federation, Plan, federation
from marke_deploy.demo.measure import Cost, cost_of
from marke_deploy.demo.printing import lines_of, trend_lines
from marke_deploy.demo.report import report_of
from marke_deploy.demo.sites import Sites
from marke_deploy.demo.standard_questions import EARLIER, standard_questions
from marke_deploy.demo.truth import Check, check_against_truth
from marke_ground.commands import MarkeCommand, answer, is_json
from marke_ground.store.engine import reading
from marke_node.services.read_place import list_places, read_place


@click.command(cls=MarkeCommand)
@click.option("--collectives", type=click.IntRange(5, 500), default=24, show_default=True, help="How many nodes.")
@click.option("--households", type=click.IntRange(20, 5000), default=300, show_default=True, help="Homes in each.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Which synthetic homes are drawn.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures as JSON here.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Keep keys and databases in this folder.")
@click.option("--exit", "exits", is_flag=True, help="End when done, instead of leaving the pages running.")
def demo(*, collectives: int, households: int, seed: int, report: Path | None, out: Path | None, exits: bool) -> None:
    """Start a whole federation on this computer: a hub, collectives with synthetic members, signed questions.

    Nobody in it exists, and its root says `demo`: a real node refuses it. It uses this computer's loopback addresses
    only.
    """
    if out is not None and out.exists() and any(out.iterdir()):
        raise ConflictError(Reason.DEMO_FOLDER_IN_USE, folder=str(out))
    begin = time.perf_counter()
    plan = Plan(collectives, households, seed)
    with federation(plan, out, say=_say) as running:
        _say(f"A consortium is founded: three of five must sign. {collectives} collectives of {households} homes.")
        running.gather()
        gathered = time.perf_counter()
        checks = _ask_all(running)
        asked = time.perf_counter()
        sites = Sites(running.villages)
        sites.start()
        costs = {"nodes": cost_of(None), "hub": cost_of(_hub_pid(running))}
        seconds = {"gather": gathered - begin, "questions": asked - gathered, "total": asked - begin}
        document = report_of(running, checks, costs, seconds)
        _write(report, document)
        _show_place(running)
        _show_cost(costs, seconds, checks)
        if is_json():
            answer(document)
        if not exits:
            _stay(running)
        sites.close()


def _ask_all(running: Federation) -> list[Check]:
    checks = []
    for draft in standard_questions(min(5, running.plan.collectives)):
        asked = running.ask(draft)
        check = check_against_truth(running, asked)
        checks.append(check)
        for line in lines_of(asked, check):
            _say(line)
    earlier = next(one for one in running.asked if one.draft.bundle.period == EARLIER)
    later = next(
        one
        for one in running.asked
        if one.draft.bundle.variable == earlier.draft.bundle.variable and one is not earlier
    )
    for line in trend_lines(earlier, later):
        _say(line)
    return checks


def _show_place(running: Federation) -> None:
    from marke.codebook.builtin import read_builtin  # noqa: PLC0415

    village = running.villages[0]
    with reading(village.engine) as session:
        for round_id in list_places(session):
            try:
                page = read_place(session, round_id=round_id, codebook=read_builtin())
            except NotFoundError as error:  # fewer than ten collectives: no distribution is published
                _say(error.say("en"))
                continue
            _say("")
            _say(f"The place of {village.homes.name}, worked out in its own node; the hub never learns the mean:")
            _say(f"  own mean of {page.variable} in {page.period}: {page.own_mean:.0f} {page.unit}")
            _say(f"  {page.place.low_percent} to {page.place.high_percent} % of the collectives are lower")


def _show_cost(costs: dict[str, Cost], seconds: dict[str, float], checks: list[Check]) -> None:
    _say("")
    _say(
        f"{seconds['total']:.1f} s in all: {seconds['gather']:.1f} s to found, join and fill, "
        f"{seconds['questions']:.1f} s for {len(checks)} questions"
    )
    for name, cost in costs.items():
        if cost.cpu_seconds is not None and cost.resident_mb is not None:
            _say(f"  {name}: {cost.cpu_seconds:.1f} CPU s, {cost.resident_mb:.0f} MB resident")
    exact = max(check.max_abs_difference for check in checks)
    _say(f"Largest difference to the pooled truth over {sum(c.cells for c in checks)} cells, before rounding: {exact}")


def _stay(running: Federation) -> None:
    """Leave the pages running until the person presses Ctrl-C, stepping the agents now and then."""
    _say("")
    _say(f"Hub, public results:  {running.consortium.url}/")
    _say(f"Hub, console:         {running.consortium.sign_in_link()}")
    for village in running.villages[:3]:
        _say(f"{village.homes.name}: {village.sign_in_link()}")
    _say("Links work once, for fifteen minutes. Press Ctrl-C to end.")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        while not stop.wait(2):
            running.step_all()
    except KeyboardInterrupt:
        _say("The demonstration ends; its folder is removed unless it was given by --out.")


def _hub_pid(running: Federation) -> int | None:
    return running.consortium.process.pid if running.consortium.process else None


def _write(report: Path | None, document: canonical.Json) -> None:
    if report is not None:
        report.write_bytes(canonical.to_bytes(document) + b"\n")


def _say(line: str) -> None:
    if not is_json():
        click.echo(line)
