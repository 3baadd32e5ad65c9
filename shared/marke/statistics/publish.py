"""Finished readings as plain JSON values: numbers leave as decimal text; no float anywhere."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from marke import canonical
from marke.errors import ProgrammerError
from marke.statistics.place import Place
from marke.statistics.readings import FinishedReading


def to_json(value: FinishedReading | Place) -> Mapping[str, canonical.Json]:
    """Return a reading or a place as JSON: every object names its `kind`, every Decimal is text."""
    return _object(value)


def _object(value: Any) -> Mapping[str, canonical.Json]:  # noqa: ANN401 - any of our dataclasses
    return {
        "kind": _snake(type(value).__name__),
        **{field.name: _json(getattr(value, field.name)) for field in fields(value)},
    }


def _json(value: object) -> canonical.Json:
    if is_dataclass(value):
        return _object(value)
    match value:
        case None | int():
            return value
        case Decimal():
            return format(value, "f")
        case Enum():
            return str(value.value)
        case str():
            return value
        case tuple():
            return [_json(item) for item in value]
        case _:
            raise ProgrammerError(f"{type(value).__name__} has no JSON form here")


def _snake(name: str) -> str:
    return "".join("_" + char.lower() if char.isupper() else char for char in name).lstrip("_")
