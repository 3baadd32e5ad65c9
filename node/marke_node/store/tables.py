"""Every table of the node on one MetaData: the modules are named here so that none is forgotten."""

from marke_node.store import access, federation, imports, meters, rounds, vault
from marke_node.store.metadata import METADATA

__all__ = ["METADATA", "access", "federation", "imports", "meters", "rounds", "vault"]
