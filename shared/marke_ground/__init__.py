"""The ground both servers stand on: one database door, one web door, each written once."""
