"""The hub's database has no row about a person, but for its own operators; and every table is described."""

import pytest
from sqlalchemy import Column, Table

from marke_hub.store.tables import METADATA

ABOUT_PEOPLE = {
    *("person", "member", "household", "resident", "contact", "first", "surname", "name", "birth", "birthdate"),
    *("mail", "email", "phone", "telephone", "mobile", "address", "street", "postcode", "town", "ip", "iban", "bsn"),
}
NOT_ABOUT_PEOPLE = {
    "collectives.name": "a collective is an association, and its name stands in the public directory",
    "enrolments.name": "the same, as the collective says it itself before it is admitted",
}
OWN_PEOPLE = {"operators", "web_sessions", "sign_in_links", "audit"}


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_no_table_of_the_hub_is_about_persons(table: Table) -> None:
    assert not ABOUT_PEOPLE & set(table.name.split("_"))
    columns = {f"{table.name}.{column.name}": set(column.name.split("_")) for column in table.columns}
    assert {name for name, words in columns.items() if words & ABOUT_PEOPLE} - set(NOT_ABOUT_PEOPLE) == set()


def test_every_exception_is_still_needed() -> None:
    columns = {f"{table.name}.{column.name}" for table in METADATA.sorted_tables for column in table.columns}
    assert set(NOT_ABOUT_PEOPLE) <= columns


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_every_table_and_column_of_the_hub_says_what_it_holds(table: Table) -> None:
    assert table.comment
    assert [column.name for column in table.columns if not _says(column)] == []


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_actors_stand_only_in_tables_of_the_hubs_own_people(table: Table) -> None:
    if table.name not in OWN_PEOPLE:
        assert not {"actor_id", "actor_kind", "operator_id"} & {column.name for column in table.columns}


def _says(column: Column[object]) -> bool:
    return bool(column.comment)
