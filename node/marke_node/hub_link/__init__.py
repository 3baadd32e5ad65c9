"""The node's only way out: it calls the hub, and nothing ever calls the node."""
