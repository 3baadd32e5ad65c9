"""Every table of the hub on one MetaData: the modules are named here so that none is forgotten."""

from marke_hub.store import collectives, questions, rounds, trust
from marke_hub.store.metadata import METADATA

__all__ = ["METADATA", "collectives", "questions", "rounds", "trust"]
