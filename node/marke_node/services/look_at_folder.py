"""Whether the node's folder is closed to others on this computer."""

from pathlib import Path

from marke_node.store import home


def open_files(folder: Path) -> tuple[str, ...]:
    """Return the names of the files in a node's folder that others may read or change; empty is well."""
    return home.open_to_others(folder)
