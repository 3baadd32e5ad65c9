"""Marke: collectives keep their data; the country still learns from it.

This package is the pure core that hub, node and auditors hold in common: values in, values out. It has no web,
database, network, file, clock or dice of its own; time comes as `now`, chance as bytes, files as bytes.
"""

__version__ = "26.11.0"
