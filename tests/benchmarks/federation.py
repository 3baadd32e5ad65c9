"""Whole questions through a real hub process and many nodes: `python tests/benchmarks/federation.py [--nodes 10]`.

Every node holds a thousand households with twelve monthly readings a year (every node's the same thousand: they are
imported once and copied into the other databases); a question asks, per dwelling type, for the count, mean and standard
deviation of yearly kWh and for a histogram of twenty bins. CPU time is that of the hub's process plus this one, in
which all agents live (and which also drafts, signs and looks for the result, so it is an upper bound). Bytes are those
that crossed the loopback device meanwhile.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from array import array
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

import click
import numpy as np

from marke.codebook.builtin import read_builtin
from marke.codebook.model import Purpose
from marke.questions.model import Reading, Statistic
from marke_deploy.demo.consortium import present
from marke_deploy.demo.federation import Asked, Federation, Plan, federation, free_ports
from marke_deploy.demo.measure import cost_of
from marke_deploy.demo.population import POWER, SyntheticCollective, SyntheticHousehold, levels_of, village_name
from marke_deploy.demo.standard_questions import draft
from marke_deploy.demo.truth import check_against_truth
from marke_deploy.demo.village import BOARD, Village
from marke_ground.store.engine import transaction
from marke_node.readings.calendar import MONTH_S, month_start
from marke_node.readings.model import MeterRef, ParsedSeries, ReadingKind, Register
from marke_node.services import add_household, derive_facts, give_consent, register_member, store_readings
from marke_node.services.give_consent import ConsentText, Yes
from marke_node.services.register_member import NewMember

YEARS = (2023, 2024, 2025)
DWELLINGS = ("apartment", "terraced", "corner", "semi_detached", "detached")
IDLE_SECONDS = 5.0
_COPIED = ("households", "household_codes", "members", "consents", "facts", "meters", "series", "blocks")
_TEXT = ConsentText(text_hash="sha256:" + "0" * 64, channel="import")


@dataclass(frozen=True)
class Measured:
    """One question at one size."""

    nodes: int
    seconds: float
    cpu_nodes: float
    cpu_hub: float
    kilobytes: float
    is_exact: bool


class MonthlyVillage(Village):
    """A node whose members' meters are read every month; the first is filled as imports do, the others are copies."""

    first: ClassVar[Path | None] = None

    def settle(self, *, with_meter_file: bool) -> None:  # noqa: ARG002 - there are no files in this measurement
        """Fill this node, or copy the rows of the first one."""
        if MonthlyVillage.first is None:
            self._fill()
            MonthlyVillage.first = self.config.home / "node.db"
            return
        with closing(sqlite3.connect(self.config.home / "node.db", isolation_level=None)) as database:
            database.execute("ATTACH ? AS first", (str(MonthlyVillage.first),))
            database.execute("BEGIN IMMEDIATE")
            for table in _COPIED:
                database.execute(f"INSERT INTO main.{table} SELECT * FROM first.{table}")  # noqa: S608 - names above
            database.execute("COMMIT")

    def _fill(self) -> None:
        codebook, now = read_builtin(), present()
        starts = [month_start(year * 100 + month) for year in YEARS for month in range(1, 13)]
        with transaction(self.engine) as session:
            new = [add_household.NewHousehold(date(2020, 1, 1), one.codes) for one in self.homes.households]
            ids = add_household.add_many(session, households=new, codebook=codebook, by=BOARD, now=now)
            people = [NewMember(household=id_, name="Synthetisch", joined=date(2020, 1, 1)) for id_ in ids]
            members = register_member.register_many(session, members=people, by=BOARD, now=now)
            yes = [Yes(member, Purpose.BENCHMARK, None) for member in members]
            give_consent.give(session, given=yes, text=_TEXT, by=BOARD, now=now)
            for id_, one in zip(ids, self.homes.households, strict=True):
                months = [one.values[POWER, year] * 1000 // 12 for year in YEARS for _ in range(12)]
                for place, year in enumerate(YEARS):
                    months[12 * place] += one.values[POWER, year] * 1000 % 12
                series = ParsedSeries(
                    meter=MeterRef(f"mtr_{one.number:026d}".replace("0", "a")[:30]),
                    register=Register.ELECTRICITY_DELIVERED,
                    kind=ReadingKind.USE,
                    interval_s=MONTH_S,
                    times=array("q", starts),
                    values=array("q", months),
                )
                store_readings.store(session, household=id_, series=[series], source="monthly", by=BOARD, now=now)
            for year in YEARS:
                derive_facts.derive(session, codebook=codebook, period=str(year), by=BOARD, now=now)


def homes(count: int, households: int) -> list[SyntheticCollective]:
    """Draw homes of five dwelling types with a lognormal yearly use, the same for every collective."""
    generator, level = np.random.default_rng(7), levels_of(read_builtin()).power["p2"]
    drawn = tuple(_home(generator, level, number) for number in range(households))
    return [SyntheticCollective(number, village_name(number), drawn) for number in range(1, count + 1)]


def _home(generator: np.random.Generator, level: float, number: int) -> SyntheticHousehold:
    use = level * float(generator.lognormal(0, 0.4))
    values = {(POWER, year): round(use * (1 + 0.01 * (2025 - year))) for year in YEARS}
    return SyntheticHousehold(number + 1, DWELLINGS[number % 5], "p2", "gas_boiler", consents=True, values=values)


def measure(running: Federation, year: int) -> Measured:
    """Ask for one year and measure it."""
    statistics = (Statistic.COUNT, Statistic.SUM, Statistic.SQUARES, Statistic.BINS)
    readings = (Reading.TABLE, Reading.MEAN, Reading.HISTOGRAM)
    wanted = draft(POWER, readings, statistics, "dwelling_type", 5)
    wanted = wanted.model_copy(update={"bundle": wanted.bundle.model_copy(update={"period": str(year)})})
    hub = running.consortium.process.pid if running.consortium.process else None
    before, bytes_before = (cost_of(None).cpu_seconds or 0, cost_of(hub).cpu_seconds or 0), loopback_bytes()
    asked: Asked = running.ask(wanted)
    after, bytes_after = (cost_of(None).cpu_seconds or 0, cost_of(hub).cpu_seconds or 0), loopback_bytes()
    check = check_against_truth(running, asked)
    return Measured(
        len(running.villages),
        asked.seconds,
        after[0] - before[0],
        after[1] - before[1],
        (bytes_after - bytes_before) / 1000,
        is_exact=check.max_abs_difference == 0 and check.is_within_bound,
    )


def loopback_bytes() -> int:
    """Return how many bytes the loopback device has carried."""
    for line in Path("/proc/net/dev").read_text("utf-8").splitlines():
        name, _, numbers = line.partition(":")
        if name.strip() == "lo":
            return int(numbers.split()[0])
    return 0


def idle_memory(running: Federation) -> tuple[float | None, float | None]:
    """Return the resident memory, in MB, of an idle node and of the idle hub, as processes of their own."""
    config = running.villages[0].config
    listen = f"127.0.0.1:{free_ports(1)[0]}"
    environ = {**os.environ, "MARKE_HOME": str(config.home), "MARKE_ENV": "demo", "MARKE_LISTEN": listen}
    command = [sys.executable, "-m", "marke_deploy.cli", "node", "serve"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as node:
        time.sleep(IDLE_SECONDS)
        mine = cost_of(node.pid).resident_mb
        node.terminate()
    hub = running.consortium.process.pid if running.consortium.process else None
    return mine, cost_of(hub).resident_mb


@click.command()
@click.option("--nodes", type=int, multiple=True, default=(10, 50, 100), show_default=True)
@click.option("--households", type=int, default=1000, show_default=True)
def main(nodes: tuple[int, ...], households: int) -> None:
    """Measure whole questions at several sizes and print a table."""
    print("| nodes | question | s to result | CPU s nodes | CPU s hub | CPU s together | kB on the wire | exact |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for count in nodes:
        with tempfile.TemporaryDirectory(prefix="marke-bench-") as folder:
            MonthlyVillage.first = None
            plan = Plan(collectives=count, households=households, characters=False)
            with federation(plan, Path(folder), village=MonthlyVillage) as running:
                running.gather(homes(count, households))
                for turn, year in enumerate(YEARS):
                    found = measure(running, year)
                    print(
                        f"| {count} | {'first' if not turn else 'warm'} | {found.seconds:.2f} | {found.cpu_nodes:.2f} "
                        f"| {found.cpu_hub:.2f} | {found.cpu_nodes + found.cpu_hub:.2f} | {found.kilobytes:.0f} "
                        f"| {'yes' if found.is_exact else 'NO'} |",
                        flush=True,
                    )
                hub = running.consortium.process.pid if running.consortium.process else None
                peak = cost_of(hub).peak_mb or 0
                agents = (cost_of(None).resident_mb or 0) / count
                print(f"\npeak of the hub: {peak:.0f} MB; this process per node: {agents:.1f} MB")
                if count == nodes[0]:
                    node, idle_hub = idle_memory(running)
                    print(f"idle node {node or 0:.0f} MB, idle hub {idle_hub or 0:.0f} MB resident\n")


if __name__ == "__main__":
    main()
