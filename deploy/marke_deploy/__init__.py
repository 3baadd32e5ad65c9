"""The `marke` command, the demo, and the way from nothing to a running node."""
