"""Excel workbooks (.xlsx): looked at as a zip first, opened only when they cannot blow up."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from marke.errors import BadInputError
from marke.reasons import Reason

MOST_UNPACKED_BYTES = 200 * 2**20
"""A year of quarter-hour readings of six registers unpacks to about 15 MB."""

MOST_RATIO = 150
"""Tables of numbers pack five to thirty times; a bomb a thousand times."""

_RATIO_MATTERS_FROM = 2**20
_MOST_PARTS = 1_000
MOST_COLUMNS = 256
MOST_ROWS = 1_048_576
_START_OF_PART = 4_096
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What the readers of zip, XML and workbooks raise over broken bytes."""
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def refuse_dangerous(file: BinaryIO) -> None:
    """Look at a workbook without opening it; raises BadInputError for a damaged, foreign or exploding one.

    The sizes are the archive's own claims; reading never goes beyond them, so a lie only makes the part unreadable.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            _refuse_size(parts)
            if "xl/workbook.xml" not in packed.namelist() or any(part.flag_bits & 1 for part in parts):
                raise BadInputError(Reason.IMPORT_NOT_A_WORKBOOK)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with packed.open(part) as content:
                        if _ENTITIES.search(content.read(_START_OF_PART)):
                            raise BadInputError(Reason.IMPORT_NOT_A_WORKBOOK)
    except _DAMAGE as error:
        raise BadInputError(Reason.IMPORT_WORKBOOK_DAMAGED) from error
    finally:
        file.seek(0)


def _refuse_size(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    explodes = unpacked > _RATIO_MATTERS_FROM and unpacked > MOST_RATIO * packed
    if unpacked > MOST_UNPACKED_BYTES or explodes or len(parts) > _MOST_PARTS:
        raise BadInputError(Reason.IMPORT_WORKBOOK_TOO_LARGE, most_mb=MOST_UNPACKED_BYTES // 2**20)


@contextmanager
def workbook_rows(file: BinaryIO, *, sheet: str | None, decimal: str) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Read one sheet (the first, without a name) as numbered rows of text cells, as a CSV would hold them.

    Numbers are printed with the given decimal sign, dates as `2026-01-31 07:15:00`. Raises BadInputError when the
    workbook cannot be read, or the part that reads workbooks is not installed.
    """
    refuse_dangerous(file)
    try:
        import openpyxl  # noqa: PLC0415 - heavy, and only needed for workbooks
    except ImportError as error:
        raise BadInputError(Reason.IMPORT_WORKBOOK_SUPPORT) from error
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except _DAMAGE as error:
        raise BadInputError(Reason.IMPORT_WORKBOOK_DAMAGED) from error
    try:
        if not book.worksheets:
            raise BadInputError(Reason.IMPORT_WORKBOOK_DAMAGED)
        if sheet is not None and sheet not in book.sheetnames:
            raise BadInputError(Reason.IMPORT_MISSING_COLUMN, column=sheet)
        table = book[sheet] if sheet is not None else book.worksheets[0]
        yield _numbered(table, decimal)
    finally:
        book.close()
        file.seek(0)


def _numbered(table: Any, decimal: str) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401 - any of openpyxl's sheets
    # the size a sheet claims is not believed: cells beyond our bound are not read
    try:
        rows = table.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS, values_only=True)
        for number, cells in enumerate(rows, start=1):
            yield number, [_text(cell, decimal) for cell in cells]
    except _DAMAGE as error:
        raise BadInputError(Reason.IMPORT_WORKBOOK_DAMAGED) from error


def _text(cell: object, decimal: str) -> str:
    match cell:
        case None:
            return ""
        case int():
            return str(cell)
        case float():
            # the shortest text of the double is what the spreadsheet showed
            return format(Decimal(repr(cell)), "f").removesuffix(".0").replace(".", decimal)
        case datetime():
            # a day is a float in a workbook: quarter hours come out a few microseconds off
            return (cell + timedelta(microseconds=500_000)).replace(microsecond=0, tzinfo=None).isoformat(" ")
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell).strip()
