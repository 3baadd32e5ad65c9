"""The node's database: one file on SQLite, or one database on PostgreSQL."""
