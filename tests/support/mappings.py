"""Column mappings for tests."""

from marke import canonical
from marke_node.importers.mapped import Mapped
from marke_node.importers.mapping import ColumnMapping

Fields = dict[str, canonical.Json]

MAPPING: Fields = {
    "type": "marke/mapping/1",
    "name": "Zonneplan per uur",
    "separator": ";",
    "decimal": ",",
    "kind": "use",
    "date_column": "datum",
    "form": "DD-MM-YYYY HH:mm",
    "columns": [
        {"column": "afname (kWh)", "measures": "electricity_delivered", "unit": "kWh"},
        {"column": "gas", "measures": "gas", "unit": "m3"},
    ],
}


def read(fields: Fields) -> ColumnMapping:
    """Read a mapping as it comes from a file."""
    return ColumnMapping.from_lax_bytes(canonical.to_bytes(fields))


def mapped(fields: Fields) -> Mapped:
    """Return the importer of a mapping."""
    return Mapped(read(fields))
