"""The Alembic environment shared by node and hub."""
