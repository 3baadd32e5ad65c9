"""Every format the node has an importer of its own for, and how a file finds its importer."""

from collections.abc import Sequence

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_node.importers.base import KnownTable
from marke_node.importers.dsmr_reader import DsmrReader
from marke_node.importers.engie import Engie
from marke_node.importers.fluvius import FluviusElectricity, FluviusGas
from marke_node.importers.greenchoice import Greenchoice
from marke_node.importers.homewizard import HomeWizardElectricity, HomeWizardGas
from marke_node.importers.liander import Liander
from marke_node.importers.source import Examined, FileKind

IMPORTERS: tuple[KnownTable, ...] = (
    DsmrReader(),
    HomeWizardElectricity(),
    HomeWizardGas(),
    Greenchoice(),
    Engie(),
    Liander(),
    FluviusElectricity(),
    FluviusGas(),
)

SEPARATORS = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}


def find_importer(examined: Examined, importers: Sequence[KnownTable] = IMPORTERS) -> KnownTable:
    """Return the importer whose header a file has.

    Raises BadInputError: a known header with another separator, or nothing known (the sentence lists what is).
    """
    for importer in importers:
        if importer.sniff(examined):
            return importer
    if examined.kind is FileKind.TEXT:
        for importer in importers:
            _refuse_other_separator(importer, examined.first_line)
    raise BadInputError(Reason.IMPORT_UNKNOWN_FORMAT, formats=", ".join(importer.title for importer in importers))


def _refuse_other_separator(importer: KnownTable, first_line: str) -> None:
    for separator, name in SEPARATORS.items():
        if separator != importer.separator and importer.has_header(first_line.split(separator)):
            raise BadInputError(
                Reason.IMPORT_WRONG_SEPARATOR,
                format=importer.title,
                found=name,
                expected=SEPARATORS[importer.separator],
            )
