"""A whole federation: a real hub process, real nodes, real HTTP; and what each side may and may not know."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from marke.codebook.builtin import read_builtin
from marke.questions.model import Reading, Statistic
from marke.reasons import Reason
from marke.statistics.readings import DistributionReading, MeanReading, TableReading
from marke_deploy.cli import main
from marke_deploy.demo.consortium import present
from marke_deploy.demo.federation import Asked, Federation, Plan, federation
from marke_deploy.demo.standard_questions import draft, standard_questions
from marke_deploy.demo.truth import check_against_truth
from marke_ground.store.engine import reading
from marke_node.services.doctor import doctor
from marke_node.services.read_place import list_places, read_place
from marke_node.services.read_register import read_register

pytestmark = pytest.mark.federation

PLAN = Plan(collectives=12, households=80, seed=3)
MOMENTS = (Statistic.COUNT, Statistic.SUM, Statistic.SQUARES)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    with federation(PLAN, tmp_path_factory.mktemp("federation")) as found:
        found.gather()
        for wanted in standard_questions(5):
            found.ask(wanted)
        yield found


def _by_reading(running: Federation, wanted: Reading) -> Asked:
    return next(asked for asked in running.asked if wanted in asked.draft.readings)


def test_every_answer_is_the_pooled_truth_to_the_last_integer(running: Federation) -> None:
    for asked in running.asked:
        check = check_against_truth(running, asked)
        assert check.max_abs_difference == 0
        assert check.is_within_bound


def test_a_board_that_says_no_is_counted_as_policy_and_nothing_else_is_told(running: Federation) -> None:
    asked = _by_reading(running, Reading.MEAN)
    assert asked.outcome is not None
    coverage = asked.outcome.outcome.coverage
    assert (coverage.invited, coverage.answered, coverage.refused_policy, coverage.silent) == (12, 11, 1, 0)
    assert [reason for _, reason in asked.refusals] == [Reason.REFUSED_BY_BOARD]


def test_the_readings_carry_unit_period_coverage_and_interval(running: Federation) -> None:
    outcome = _by_reading(running, Reading.MEAN).outcome
    assert outcome is not None
    assert {type(one) for one in outcome.readings} == {TableReading, MeanReading}


def test_asking_the_same_again_is_refused_because_it_was_answered(running: Federation) -> None:
    again = running.consortium.approve(
        draft("energy.gas_use", (Reading.TABLE, Reading.MEAN), MOMENTS, "dwelling_type", 5)
    )
    with pytest.raises(Exception, match="asked_before"):
        running.consortium.offer(again)


def test_a_collective_learns_its_own_place_at_home(running: Federation) -> None:
    village = running.villages[0]
    with reading(village.engine) as session:
        found = [read_place(session, round_id=one, codebook=read_builtin()) for one in list_places(session)]
    assert len(found) == 1
    assert 0 <= found[0].place.low_percent < found[0].place.high_percent <= 100
    outcome = _by_reading(running, Reading.DISTRIBUTION).outcome
    assert outcome is not None
    assert isinstance(outcome.readings[0], DistributionReading)


def test_every_node_keeps_a_register_of_all_that_was_asked(running: Federation) -> None:
    for village in running.villages:
        with reading(village.engine) as session:
            assert len(read_register(session, now=present())) == len(running.asked)


def test_a_node_says_which_protections_are_not_built(running: Federation) -> None:
    village = running.villages[0]
    with reading(village.engine) as session:
        found = doctor(session, key=village.node.key.public, open_files=(), allow_demo=True, now=present())
    assert {"log_inclusion", "differencing", "budget", "noise", "seal"} == {step.value for step in found.not_built}


def test_the_hub_holds_no_name_of_a_member_and_no_unrounded_sum(running: Federation) -> None:
    bytes_of_hub = b"".join(path.read_bytes() for path in (running.folder / "hub").glob("hub.db*"))
    assert b"Synthetisch lid" not in bytes_of_hub
    for village in running.villages:
        database = sqlite3.connect(village.config.home / "node.db")
        for (cells,) in database.execute("SELECT cells FROM answers_unrounded"):
            sums = [str(value) for cell in json.loads(cells) for value in cell.get("values", ()) if value >= 10_000_000]
            exact = [value for value in sums if not value.endswith("0")]
            assert not [value for value in exact if value.encode() in bytes_of_hub]
        database.close()


def test_the_command_writes_a_report_a_program_can_read(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    arguments = ["demo", "--collectives", "5", "--households", "60", "--exit", "--report", str(report), "--lang", "en"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    document = json.loads(report.read_bytes())
    assert document["check"]["max_abs_difference_to_pooled"] == 0
    assert {"table", "mean", "histogram", "quantile", "trend", "distribution"} == {
        one["kind"] for one in document["questions"]
    }
    assert all(set(one["nodes"]) >= {"asked", "answered", "refused"} for one in document["questions"])
    assert {"memory", "versions", "check", "questions"} <= set(document)


def test_the_command_refuses_a_folder_that_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "something").write_text("here", "utf-8")
    done = CliRunner().invoke(main, ["demo", "--out", str(tmp_path), "--exit", "--lang", "en"])
    assert done.exit_code == 15
    assert "not empty" in done.output
