"""Readings as JSON: decimal text, no floats, hidden and zero apart."""

from decimal import Decimal

import pytest

from marke import canonical
from marke.errors import ProgrammerError
from marke.statistics.combine import combine
from marke.statistics.finish import finish
from marke.statistics.place import Place
from marke.statistics.publish import to_json
from support.small_codebook import checked


def test_every_reading_has_a_canonical_form_without_floats() -> None:
    question = checked()
    cell = (20, 24000, 200_000, 10, 10, 0, 0, 0, 0)
    table = combine(question, {"a": {"terraced": cell}, "b": {"terraced": cell}})
    for reading in finish(question, table):
        text = canonical.to_bytes(to_json(reading)).decode()
        assert '"kind":"figure"' in text
        assert '"kind":"withheld"' in text
        assert '"why":"hidden"' in text
        assert "{'" not in text


def test_a_place_is_two_percentiles_in_text() -> None:
    found = to_json(Place(Decimal("20.0"), Decimal("40.0"), 24))
    assert found == {"kind": "place", "low_percent": "20.0", "high_percent": "40.0", "collectives": 24}


def test_what_has_no_form_is_our_own_mistake() -> None:
    with pytest.raises(ProgrammerError):
        to_json(Place(Decimal(1), Decimal(2), 1.5))  # type: ignore[arg-type]
