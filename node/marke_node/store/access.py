"""The node's tables of web sessions and sign-in links."""

from marke_ground.store.access import access_tables
from marke_node.store.metadata import METADATA

ACCESS = access_tables(METADATA)
