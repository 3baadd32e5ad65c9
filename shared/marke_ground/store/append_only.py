"""Tables that only grow: the database itself refuses UPDATE, DELETE and TRUNCATE on them."""

from sqlalchemy import Connection, Table, event

_MESSAGE = "this table only grows"

_SQLITE = """CREATE TRIGGER only_grows_{table}_{verb} BEFORE {upper} ON {table}
BEGIN SELECT RAISE(ABORT, '{message}'); END"""

_POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION marke_only_grows() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME; END$$"""

_POSTGRESQL_TRIGGER = """CREATE TRIGGER only_grows_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION marke_only_grows()"""


def append_only_statements(table: str, dialect: str) -> tuple[str, ...]:
    """Return the statements that make a table append-only on `sqlite` or `postgresql`; for migrations."""
    if dialect == "sqlite":
        verbs = ("update", "delete")
        return tuple(_SQLITE.format(table=table, verb=verb, upper=verb.upper(), message=_MESSAGE) for verb in verbs)
    return (_POSTGRESQL_FUNCTION.format(message=_MESSAGE), _POSTGRESQL_TRIGGER.format(table=table))


def append_only(table: Table) -> Table:
    """Make a table of the models append-only when it is created from them; returns the same table."""
    event.listen(table, "after_create", _guard)
    return table


def _guard(table: Table, connection: Connection, **_options: object) -> None:
    for statement in append_only_statements(table.name, connection.dialect.name):
        connection.exec_driver_sql(statement)
