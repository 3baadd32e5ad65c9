"""Members from a file: one household an address, nobody twice, nothing half."""

import io

import pytest
from sqlalchemy import Engine, func, select

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_deploy.demo_files import econobis_members
from marke_ground.store.engine import reading, transaction
from marke_node.importers.base import Kept
from marke_node.services import import_members, register_member
from marke_node.services.import_members import MembersRequest
from marke_node.services.register_member import NewMember
from marke_node.store.imports import IMPORT_RUNS
from marke_node.store.metadata import AUDIT
from marke_node.store.vault import HOUSEHOLDS, MEMBERS
from support.meter_files import SECRET
from support.villages import ALICE, NOON

BOB = {
    "voornaam": "Bob",
    "achternaam": "Canary-q7x9",
    "straat": "Marktstraat",
    "huisnummer": "12",
    "postcode": "7201 AB",
    "email": "bob@example.org",
}
CHARLIE = {**BOB, "voornaam": "Charlie"}
ELSEWHERE = {**BOB, "voornaam": "Dora", "huisnummer": "14"}
NO_ADDRESS = {"voornaam": "Eve", "achternaam": "Canary-q7x9"}


def request(*people: dict[str, str], expected: str | None = None) -> MembersRequest:
    return MembersRequest(io.BytesIO(econobis_members(people)), SECRET, expected_hash=expected)


def counts(engine: Engine) -> tuple[int, int]:
    with reading(engine) as session:
        people, homes = (
            session.execute(select(func.count()).select_from(table)).scalar_one() for table in (MEMBERS, HOUSEHOLDS)
        )
    return people, homes


def test_people_of_one_address_form_one_household(engine: Engine) -> None:
    with transaction(engine) as session:
        report = import_members.commit(
            session, request=request(BOB, CHARLIE, ELSEWHERE, NO_ADDRESS), by=ALICE, now=NOON
        )
    assert report.kept == Kept(added=4)
    assert counts(engine) == (4, 3)


def test_the_same_file_again_adds_nobody_and_a_new_housemate_joins_the_household(engine: Engine) -> None:
    with transaction(engine) as session:
        import_members.commit(session, request=request(BOB), by=ALICE, now=NOON)
    with transaction(engine) as session:
        again = import_members.commit(session, request=request(BOB), by=ALICE, now=NOON)
        more = import_members.commit(session, request=request(BOB, CHARLIE), by=ALICE, now=NOON)
    assert again.kept == Kept(unchanged=1)
    assert more.kept == Kept(added=1, unchanged=1)
    assert counts(engine) == (2, 1)


def test_a_preview_counts_and_writes_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        seen = import_members.preview(session, request=request(BOB, CHARLIE, NO_ADDRESS), now=NOON)
    assert (seen.counts.members, seen.counts.addresses, seen.counts.without_address) == (3, 1, 1)
    assert seen.would == Kept(added=3)
    assert counts(engine) == (0, 0)
    assert "Canary" not in repr(seen)
    with reading(engine) as session:
        assert session.execute(select(AUDIT)).all() == []


def test_a_file_that_changed_since_its_preview_is_refused(engine: Engine) -> None:
    with transaction(engine) as session:
        seen = import_members.preview(session, request=request(BOB), now=NOON)
    with pytest.raises(BadInputError) as found, transaction(engine) as session:
        import_members.commit(session, request=request(BOB, CHARLIE, expected=seen.file_hash), by=ALICE, now=NOON)
    assert found.value.reason is Reason.IMPORT_CHANGED
    assert counts(engine) == (0, 0)


def test_the_record_of_an_import_holds_counts_and_no_names(engine: Engine) -> None:
    with transaction(engine) as session:
        import_members.commit(session, request=request(BOB), by=ALICE, now=NOON)
    with reading(engine) as session:
        (run,) = session.execute(select(IMPORT_RUNS)).all()
        audits = session.execute(select(AUDIT)).all()
    assert (run.format, run.rows_read, run.rows_rejected, run.added) == ("econobis_members", 1, 0, 1)
    assert [line.verb for line in audits] == ["add_household", "register_member", "import_members"]
    assert "Canary" not in repr([tuple(run), *map(tuple, audits)])


def test_a_new_e_mail_address_is_taken_over_and_an_empty_cell_changes_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        import_members.commit(session, request=request(BOB, CHARLIE), by=ALICE, now=NOON)
    moved = {**BOB, "email": "new@example.org", "telefoonnummer": "0612345678"}
    with transaction(engine) as session:
        would = import_members.preview(session, request=request(moved, CHARLIE), now=NOON).would
        report = import_members.commit(session, request=request(moved, CHARLIE), by=ALICE, now=NOON)
        again = import_members.commit(session, request=request({**moved, "email": ""}, CHARLIE), by=ALICE, now=NOON)
    assert would == report.kept == Kept(unchanged=1, changed=1)
    assert again.kept == Kept(unchanged=2)
    with reading(engine) as session:
        found = session.execute(select(MEMBERS.c.email, MEMBERS.c.telephone).order_by(MEMBERS.c.number)).all()
        verbs = list(session.execute(select(AUDIT.c.verb)).scalars())
    assert [tuple(row) for row in found] == [("new@example.org", "0612345678"), ("bob@example.org", None)]
    assert verbs.count("change_contact") == 1


def test_somebody_who_was_typed_in_by_hand_is_not_added_again(engine: Engine) -> None:
    with transaction(engine) as session:
        import_members.commit(session, request=request(BOB), by=ALICE, now=NOON)
        home = session.execute(select(HOUSEHOLDS.c.id)).scalar_one()
        typed = NewMember(household=home, name="charlie canary-q7x9", joined=NOON.date())
        register_member.register(session, member=typed, by=ALICE, now=NOON)
        report = import_members.commit(session, request=request(BOB, CHARLIE), by=ALICE, now=NOON)
    assert report.kept == Kept(unchanged=2)
    assert counts(engine) == (2, 1)
