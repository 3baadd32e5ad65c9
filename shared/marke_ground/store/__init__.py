"""The ground of both databases: one engine, one transaction, one migration runner, one audit."""
