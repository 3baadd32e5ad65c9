"""The migrations make exactly the tables that the program believes in, and the database keeps the books straight."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, delete, insert, text, update
from sqlalchemy.exc import DatabaseError

from marke.errors import ConflictError
from marke_ground.store.engine import transaction
from marke_hub.store.rounds import FEED, MESSAGES, OUTCOMES, ROUNDS
from marke_hub.store.tables import METADATA
from marke_hub.store.trust import TRUST_DOCUMENTS
from support.consortium import BEGIN, Consortium


def test_the_migrations_make_the_tables_that_the_program_knows(hub_engine: Engine) -> None:
    with transaction(hub_engine) as session:
        context = MigrationContext.configure(session, opts={"compare_type": False})
        assert compare_metadata(context, METADATA) == []


def test_messages_outcomes_feed_and_trust_are_never_changed(consortium: Consortium) -> None:
    consortium.enrol("ada", "bea")
    consortium.ask()
    for table in (FEED, TRUST_DOCUMENTS):
        for statement in (update(table).values(envelope="{}"), delete(table)):
            with pytest.raises((ConflictError, DatabaseError)), transaction(consortium.engine) as session:
                session.execute(statement)
    names = {"messages", "outcomes", "feed", "trust_documents", "audit"}
    query = {
        "sqlite": "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal "
        "AND tgname LIKE 'only_grows%'",
    }[consortium.engine.dialect.name]
    with transaction(consortium.engine) as session:
        assert set(session.execute(text(query)).scalars()) == names
    assert {MESSAGES.name, OUTCOMES.name} < names


def test_the_database_itself_refuses_a_second_contribution_and_a_second_round_of_one_key(
    consortium: Consortium,
) -> None:
    consortium.enrol("ada", "bea")
    round_id, checked = consortium.ask()
    row = {
        "kind": "contribution",
        "round_id": round_id,
        "collective_id": consortium.collectives[0].id,
        "envelope": "{}",
        "receipt": "{}",
        "received": BEGIN,
    }
    with transaction(consortium.engine) as session:
        session.execute(insert(MESSAGES).values(content_hash="a", **row))
    with pytest.raises(ConflictError, match="database_rule"), transaction(consortium.engine) as session:
        session.execute(insert(MESSAGES).values(content_hash="b", **row))
    again = {
        "round_id": "rnd_" + "a" * 16,
        "question_hash": checked.hash,
        "release_key": _key(consortium, round_id),
        "phase": "deciding",
        "offered": BEGIN,
        "decide_until": BEGIN,
        "waiting_for": 0,
        "due": BEGIN,
    }
    with pytest.raises(ConflictError, match="database_rule"), transaction(consortium.engine) as session:
        session.execute(insert(ROUNDS).values(**again))


def _key(consortium: Consortium, round_id: str) -> str:
    with transaction(consortium.engine) as session:
        query = text("SELECT release_key FROM rounds WHERE round_id = :round")
        return str(session.execute(query, {"round": round_id}).scalar_one())
