"""Column types that mean the same on SQLite and PostgreSQL, and comparisons that hold on both.

SQLite's STRICT tables know five type names only, so on SQLite every text is TEXT and every whole number is INTEGER.
Instants and days are kept as text in the form that travels (RFC 3339, UTC): they sort as they read, on both databases.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Dialect, Integer, SmallInteger, String, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator

from marke.clock import instant_from_text, instant_to_text


@compiles(String, "sqlite")
@compiles(Text, "sqlite")
def _text_on_sqlite(_type: String, _compiler: object, **_options: object) -> str:
    return "TEXT"


@compiles(BigInteger, "sqlite")
@compiles(SmallInteger, "sqlite")
def _integer_on_sqlite(_type: Integer, _compiler: object, **_options: object) -> str:
    return "INTEGER"


class InstantText(TypeDecorator[datetime]):
    """An aware UTC instant in whole seconds, kept as `2026-11-24T09:00:00Z`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Print the instant; a naive one is refused."""
        del dialect
        return None if value is None else instant_to_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read the instant back."""
        del dialect
        return None if value is None else instant_from_text(value)


class DayText(TypeDecorator[date]):
    """A calendar day, kept as `2026-11-24`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """Print the day."""
        del dialect
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """Read the day back."""
        del dialect
        return None if value is None else date.fromisoformat(value)


NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""The names of constraints, so that an error can say which rule was broken and a migration can find it."""
