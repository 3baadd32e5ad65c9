"""Whatever the bytes are, a file is read or refused with a reason; nothing else comes out of an importer."""

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marke.errors import BadInputError
from marke_deploy.demo_files import dsmr_reader, econobis_members, greenchoice, homewizard_gas
from marke_node.importers import members
from marke_node.importers.base import Importer
from marke_node.importers.source import examine
from support.mappings import MAPPING, mapped
from support.meter_files import EAN_ELECTRICITY, engie, fluvius, liander, parse, workbook

START = datetime(2025, 10, 25, 20, tzinfo=UTC)
FILES: dict[str, tuple[bytes, Importer | None]] = {
    "dsmr_reader": (dsmr_reader(START, [(1, 2, 3, 4, 5)] * 9), None),
    "homewizard": (homewizard_gas(START, [1_000, None, 1_001] * 9), None),
    "greenchoice": (greenchoice(date(2025, 4, 1), [(1_000, 2_000, 3_000, 4_000)] * 9), None),
    "engie": (engie(START, [(EAN_ELECTRICITY, "0.1", "Elektriciteit", "true")] * 9), None),
    "liander": (liander([f"{EAN_ELECTRICITY},E1,0{day}-06-2023,1.2,,3,,0,,0," for day in range(1, 9)]), None),
    "fluvius": (fluvius([("31-10-2021 02:00", "Afname Nacht", "0,1", "kWh")] * 2), None),
    "mapped": (b"datum;afname (kWh);gas\n01-02-2025 00:00;0,5;1,25\n" * 2, mapped(MAPPING)),
    "workbook": (workbook([["datum", "afname (kWh)", "gas"], ["01-02-2025 00:00", 0.5, 1]]), mapped(MAPPING)),
}


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Cut, splice, overwrite: what happens to files on their way."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(content)))
        match draw(st.sampled_from(["cut", "insert", "overwrite", "repeat"])):
            case "cut":
                del content[place : place + draw(st.integers(1, 40))]
            case "insert":
                content[place:place] = draw(st.binary(min_size=1, max_size=12))
            case "overwrite":
                new = draw(st.sampled_from([b'"', b"\n", b";", b",", b"-", b"9999", b"\xff", b"\x00", b"=", b"e9"]))
                content[place : place + len(new)] = new
            case _:
                content += content[place : place + 200]
    return bytes(content)


def _read_or_refused(read: Callable[[], object]) -> None:
    with suppress(BadInputError):
        read()


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_with_a_reason(name: str, data: st.DataObject) -> None:
    whole, importer = FILES[name]
    content = data.draw(damaged(whole))
    _read_or_refused(lambda: parse(content, importer))


@settings(max_examples=60, deadline=None)
@given(content=damaged(econobis_members([{"achternaam": "Vries", "postcode": "7201 AB"}] * 3)))
def test_a_damaged_list_of_members_is_read_or_refused_with_a_reason(content: bytes) -> None:
    def read() -> object:
        file = io.BytesIO(content)
        return members.parse(file, examine(file))

    _read_or_refused(read)
