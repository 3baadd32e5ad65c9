"""Read the data files of a codebook. Whatever is incomplete or contradicts itself is refused, naming file and field.

A data file is TOML with any of the tables of `_ENTRIES`; `codebook.toml` holds the version. A boundary is written once
in `[[boundary]]` and named by the norms that share it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import ValidationError

from marke import canonical
from marke.codebook.check_norms import check_norms
from marke.codebook.check_trees import check_trees
from marke.codebook.check_variables import check_variables
from marke.codebook.model import Breakdown, Category, Codebook, Crossing, Norm, Variable
from marke.codebook.place import Place
from marke.reasons import Reason
from marke.vocabulary.document import Bilingual, Document, detail_of

D = TypeVar("D", bound=Document)

VERSION_FILE = "codebook.toml"

Toml = dict[str, object]


class _Boundary(Document):
    id: str
    text: Bilingual


_ENTRIES: Mapping[str, type[Document]] = {
    "category": Category,
    "breakdown": Breakdown,
    "crossing": Crossing,
    "variable": Variable,
    "boundary": _Boundary,
    "norm": Norm,
}


@dataclass
class _Read:
    """What was read so far: the documents in order, and where each stands."""

    documents: dict[str, list[Document]] = field(default_factory=lambda: {kind: [] for kind in _ENTRIES})
    places: dict[tuple[str, str], Place] = field(default_factory=dict)

    def of(self, kind: str, model: type[D]) -> tuple[D, ...]:
        return tuple(found for found in self.documents[kind] if isinstance(found, model))


def load(files: Mapping[str, bytes]) -> Codebook:
    """Read a codebook from its data files (name -> bytes); the order of the files does not matter.

    Raises BadInputError with the reason, the file, the entry and the field.
    """
    tables = {name: _toml(name, files[name]) for name in sorted(files)}
    version = _version(tables)
    read = _Read()
    for file, content in tables.items():
        for kind, entry in _entries(file, content):
            if kind != "norm":
                _add(read, kind, entry, file)
    boundaries = {found.id: found.text for found in read.of("boundary", _Boundary)}
    for file, content in tables.items():
        for kind, entry in _entries(file, content):
            if kind == "norm":
                _add(read, kind, _with_boundary(entry, boundaries, file), file)
    return _checked(version, read)


def _checked(version: str, read: _Read) -> Codebook:
    book = _document(
        Codebook,
        {"version": version} | {name: [] for name in ("categories", "breakdowns", "crossings", "variables", "norms")},
        Place(VERSION_FILE, "codebook", "version"),
    ).model_copy(
        update={
            "categories": read.of("category", Category),
            "breakdowns": read.of("breakdown", Breakdown),
            "crossings": read.of("crossing", Crossing),
            "variables": read.of("variable", Variable),
            "norms": read.of("norm", Norm),
        }
    )
    if not book.variables:
        raise Place(VERSION_FILE, "codebook", "variable").refusal(Reason.CODEBOOK_EMPTY)
    check_trees(book, read.places)
    check_variables(book, read.places)
    check_norms(book, read.places)
    return book


def _toml(file: str, data: bytes) -> Toml:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Place(file, "file", "file").refusal(Reason.CODEBOOK_NOT_TOML, detail=str(error)[:120]) from error


def _version(tables: Mapping[str, Toml]) -> str:
    found = tables.get(VERSION_FILE, {}).get("version")
    if not isinstance(found, str):
        raise Place(VERSION_FILE, "codebook", "version").refusal(Reason.CODEBOOK_MISSING)
    return found


def _entries(file: str, content: Toml) -> Iterator[tuple[str, Toml]]:
    for kind, entries in content.items():
        if file == VERSION_FILE and kind == "version":
            continue
        if kind not in _ENTRIES or not isinstance(entries, list):
            raise Place(file, kind[:80], kind[:80]).refusal(Reason.CODEBOOK_UNKNOWN_TABLE)
        for entry in entries:
            if not isinstance(entry, dict):
                raise Place(file, kind, kind).refusal(Reason.CODEBOOK_UNKNOWN_TABLE)
            yield kind, entry


def _with_boundary(entry: Toml, boundaries: Mapping[str, Bilingual], file: str) -> Toml:
    place = Place(file, str(entry.get("id", "norm"))[:80], "boundary")
    named = entry.get("boundary")
    if not isinstance(named, str):
        raise place.refusal(Reason.CODEBOOK_MISSING)
    if named not in boundaries:
        raise place.refusal(Reason.CODEBOOK_UNKNOWN_NAME, name=named[:80])
    return {**entry, "boundary": dict(boundaries[named].to_json())}


def _add(read: _Read, kind: str, entry: Toml, file: str) -> None:
    named = entry.get("id")
    place = Place(file, named[:80] if isinstance(named, str) else kind, "id")
    if not isinstance(named, str):
        raise place.refusal(Reason.CODEBOOK_MISSING)
    if (kind, named) in read.places:
        raise place.refusal(Reason.CODEBOOK_DUPLICATE, name=named[:80])
    read.documents[kind].append(_document(_ENTRIES[kind], entry, place))
    read.places[kind, named] = place


def _document(model: type[D], entry: Toml, place: Place) -> D:
    try:
        return model.model_validate_json(canonical.to_bytes(_json(entry, place)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = place.at(".".join(str(part) for part in first["loc"]))
        if first["type"] == "missing":
            raise where.refusal(Reason.CODEBOOK_MISSING) from error
        raise where.refusal(Reason.CODEBOOK_FIELD, detail=detail_of(first)) from error


def _json(value: object, place: Place) -> canonical.Json:
    """Turn what TOML knows into what a document may hold: no floats, no dates."""
    match value:
        case dict():
            return {str(name): _json(item, place.at(str(name))) for name, item in value.items()}
        case list():
            return [_json(item, place) for item in value]
        case str() | bool() | int():
            return value
        case _:
            raise place.refusal(Reason.CODEBOOK_FIELD, detail="a whole number or a text is needed")
