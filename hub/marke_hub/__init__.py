"""The consortium's server: it asks, adds and publishes, and holds no row about a person."""
