"""A file of readings from upload to store: seen first, taken once, refused whole when it is not right."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from marke.errors import BadInputError, MarkeError, NotFoundError, StorageError
from marke.reasons import Reason
from marke_deploy.demo_files import dsmr_reader, homewizard_gas
from marke_ground.store.engine import reading, transaction
from marke_node.importers.base import Kept
from marke_node.services import commit_import, preview_import, save_mapping
from marke_node.services.preview_import import ImportPreview
from marke_node.services.read_import import ImportRequest
from marke_node.services.record_import import ImportReport
from marke_node.store.imports import IMPORT_RUNS
from marke_node.store.metadata import AUDIT
from marke_node.store.meters import BLOCKS, METERS
from support.mappings import MAPPING, read
from support.meter_files import EAN_ELECTRICITY, EAN_GAS, EAN_NEIGHBOUR, SECRET, engie, said, samples
from support.villages import ALICE, NOON, settle

START = datetime(2025, 1, 31, 23, tzinfo=UTC)
DSMR = dsmr_reader(START, [(100 + number, 0, 0, 0, 10) for number in range(48)])
NEIGHBOURS = engie(
    START,
    [
        (EAN_ELECTRICITY, "0.5", "Elektriciteit", "true"),
        (EAN_NEIGHBOUR, "0.7", "Elektriciteit", "true"),
        (EAN_GAS, "0.1", "Gas", "0"),
    ],
)
BOTH = (EAN_ELECTRICITY, EAN_GAS, EAN_NEIGHBOUR)


class Desk:
    """Alice at her desk: two households, and files to take in."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with transaction(engine) as session:
            self.home, self.neighbour = settle(session, [{}, {}]).households

    def request(self, file: bytes | Path, **changes: object) -> ImportRequest:
        opened = file if isinstance(file, Path) else io.BytesIO(file)
        found: Mapping[str, object] = {"household": self.home, **changes}
        return ImportRequest(opened, SECRET, **found)  # type: ignore[arg-type] # fields by name

    def preview(self, file: bytes, **changes: object) -> ImportPreview:
        with transaction(self.engine) as session:
            return preview_import.preview(session, request=self.request(file, **changes), now=NOON)

    def commit(self, file: bytes | Path, **changes: object) -> ImportReport:
        with transaction(self.engine) as session:
            return commit_import.commit(session, request=self.request(file, **changes), by=ALICE, now=NOON)

    def refusal(self, file: bytes, **changes: object) -> MarkeError:
        """Commit what must be refused, and return why; nothing of it may be left."""
        before = self.stored()
        with pytest.raises(MarkeError) as found:
            self.commit(file, **changes)
        assert self.stored() == before
        return said(found.value)

    def stored(self) -> tuple[int, ...]:
        with reading(self.engine) as session:
            return tuple(
                session.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (METERS, BLOCKS, IMPORT_RUNS, AUDIT)
            )


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def test_a_preview_says_what_a_commit_would_add_and_writes_nothing(desk: Desk) -> None:
    before = desk.stored()
    seen = desk.preview(DSMR)
    assert (seen.format, seen.rows, seen.meters, seen.rejected) == ("dsmr_reader", 48, 2, 0)
    assert (seen.first, seen.last) == (START, START + timedelta(hours=47))
    assert {line.register.value: line.total for line in seen.registers}["gas"] == 480
    assert seen.would == Kept(added=240)
    assert desk.stored() == before


def test_the_same_file_again_adds_nothing_and_the_preview_says_so(desk: Desk) -> None:
    seen = desk.preview(DSMR)
    assert desk.commit(DSMR, expected_hash=seen.file_hash).kept == Kept(added=240)
    assert [notice.reason for notice in desk.preview(DSMR).notices] == [Reason.IMPORT_SEEN_BEFORE]
    assert desk.commit(DSMR).kept == Kept(unchanged=240)


def test_a_longer_file_adds_only_what_is_new_and_a_corrected_one_changes(desk: Desk) -> None:
    desk.commit(DSMR)
    longer = dsmr_reader(START, [(100 + number, 0, 0, 0, 10) for number in range(50)])
    assert desk.commit(longer).kept == Kept(added=10, unchanged=240)
    assert desk.commit(longer.replace(b",0.149,", b",0.2,")).kept == Kept(unchanged=249, changed=1)


def test_a_file_that_changed_since_its_preview_is_refused(desk: Desk) -> None:
    seen = desk.preview(DSMR)
    assert desk.refusal(DSMR + b"\n", expected_hash=seen.file_hash).reason is Reason.IMPORT_CHANGED


def test_two_meters_of_a_kind_are_asked_about_by_their_place_never_by_their_number(desk: Desk) -> None:
    seen = desk.preview(NEIGHBOURS)
    assert seen.needs_households
    assert {(line.meter, line.register.value) for line in seen.registers} == {
        (1, "electricity_delivered_t1"),
        (1, "electricity_delivered_t2"),
        (2, "electricity_delivered_t1"),
        (2, "electricity_delivered_t2"),
        (3, "gas"),
    }
    error = desk.refusal(NEIGHBOURS)
    assert (error.reason, error.details) == (Reason.IMPORT_WHICH_HOUSEHOLD, {"meters": 3})
    assert not any(number in repr(seen) + str(error) for number in BOTH)


def test_each_household_gets_its_own_meter(desk: Desk) -> None:
    given = {1: desk.home, 2: desk.neighbour, 3: desk.home}
    assert desk.commit(NEIGHBOURS, meters=given).kept == Kept(added=5)
    assert desk.commit(NEIGHBOURS, meters=given).kept == Kept(unchanged=5)
    assert desk.refusal(NEIGHBOURS, meters={1: desk.home}).reason is Reason.IMPORT_WHICH_HOUSEHOLD
    assert desk.refusal(NEIGHBOURS, meters={4: desk.home}).reason is Reason.IMPORT_NO_SUCH_METER


def test_no_meter_number_stands_anywhere_in_the_database(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / f"data_2023_{EAN_GAS}.csv"
    path.write_bytes(NEIGHBOURS)
    report = desk.commit(path, meters={1: desk.home, 2: desk.neighbour, 3: desk.home})
    with reading(desk.engine) as session:
        tables = session.execute(select(METERS)).all(), session.execute(select(AUDIT)).all()
        runs = session.execute(select(IMPORT_RUNS)).all()
    assert len(tables[0]) == 3
    assert not any(number in repr((tables, runs, report, desk.request(path))) for number in BOTH)


def test_a_household_that_is_not_there_gets_nothing(desk: Desk) -> None:
    error = desk.refusal(DSMR, household="hh_zzzzzzzzzzzzzzzz")
    assert isinstance(error, NotFoundError)


def test_a_bad_file_leaves_nothing_behind(desk: Desk) -> None:
    assert desk.refusal(DSMR[:-9]).reason is Reason.IMPORT_HALF_FILE
    assert desk.refusal(b"").reason is Reason.IMPORT_EMPTY
    assert desk.refusal(DSMR.replace(b"T0", b"X0")).reason is Reason.IMPORT_TOO_MANY_REJECTED
    assert isinstance(desk.refusal(DSMR, mapping="Never saved"), NotFoundError)


def test_a_path_that_cannot_be_read_is_a_sentence(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(StorageError) as found:
        desk.commit(tmp_path / "absent.csv")
    assert "absent" not in str(found.value)


def test_a_row_that_was_rejected_is_reported_and_the_rest_taken(desk: Desk) -> None:
    report = desk.commit(DSMR.replace(b",0.11,", b",-0.11,"))
    assert (report.rejected, report.kept) == (1, Kept(added=235))
    assert [(notice.row, notice.reason) for notice in report.rejects] == [(12, Reason.IMPORT_NEGATIVE)]


def test_a_saved_mapping_reads_a_table_by_its_name(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        save_mapping.save(session, mapping=read(MAPPING), by=ALICE, now=NOON)
    content = b"datum;afname (kWh);gas\n01-02-2025 00:00;0,5;1,25\n01-02-2025 01:00;0,5;0,75\n"
    assert desk.commit(content, mapping="Zonneplan per uur").kept == Kept(added=4)
    assert desk.preview(content, mapping=read(MAPPING)).would == Kept(unchanged=4)


def test_counters_that_stood_still_are_kept_as_they_were(desk: Desk) -> None:
    content = homewizard_gas(START, [1_000, None, None, 1_100])
    assert desk.commit(content).kept == Kept(added=4)
    assert desk.commit(content).kept == Kept(unchanged=4)


def test_a_request_never_shows_its_file_or_its_secret(desk: Desk) -> None:
    shown = repr(desk.request(Path(f"export_{EAN_GAS}.csv")))
    assert EAN_GAS not in shown
    assert "32 bytes" not in shown


@pytest.mark.samples
@pytest.mark.parametrize(
    "name",
    [
        "dsmr_reader_hour.csv",
        "homewizard_15min_elec.csv",
        "homewizard_15min_gas.csv",
        "greenchoice_daily.csv",
        "engie_hourly.csv",
        "liander.csv",
        "fluvius_15min_elec.csv",
        "fluvius_hourly_gas.csv",
    ],
)
def test_a_real_file_comes_in_once(desk: Desk, name: str) -> None:
    content = samples(name).read_bytes()
    first = desk.commit(content)
    assert first.kept.added > 0
    assert first.kept.changed == 0
    assert desk.commit(content).kept == Kept(unchanged=first.kept.added)


def test_an_error_of_the_file_is_of_the_class_that_says_bad_input(desk: Desk) -> None:
    assert isinstance(desk.refusal(b"a,b\n1,2\n"), BadInputError)
