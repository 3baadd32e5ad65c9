"""The one MetaData on which every table of the hub is defined, with names for all constraints."""

from sqlalchemy import MetaData

from marke_ground.store.access import access_tables
from marke_ground.store.audit import audit_table
from marke_ground.store.columns import NAMING

METADATA = MetaData(naming_convention=NAMING)

AUDIT = audit_table(METADATA)
ACCESS = access_tables(METADATA)
