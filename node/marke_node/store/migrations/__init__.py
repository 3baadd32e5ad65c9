"""The node's migrations: each a frozen description of a change, which never imports the models."""
