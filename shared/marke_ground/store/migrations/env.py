"""The one Alembic environment: `marke_ground.store.migrate` hands in a connection that is already in a transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
