"""The hub's own chain of migrations, oldest first."""
