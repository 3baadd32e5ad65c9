"""The base of every value that crosses a boundary: strict, frozen, no unknown field, one canonical form."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from marke import canonical
from marke.clock import instant_from_text, instant_to_text
from marke.errors import BadInputError
from marke.reasons import Language, Reason

_HIDDEN_CHARACTER: Final = "hidden_character"


def _to_instant(value: object) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(microsecond=0)
    if isinstance(value, str):
        try:
            return instant_from_text(value)
        except BadInputError as error:
            raise ValueError("not an instant") from error
    raise ValueError("not an instant")


_HIDDEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Controls, formats such as the marks that turn the direction of writing, and separators of lines and paragraphs."""


def in_one_line(text: str) -> str:
    """Return a text as a Line can hold it: a question mark for each hidden character."""
    return text if text.isprintable() else "".join("?" if unicodedata.category(c) in _HIDDEN else c for c in text)


def _in_one_line(text: object) -> object:
    """Refuse what breaks a line or cannot be seen: with it a name could pretend to be a row of its own."""
    # quick for nearly every text: what is printable has nothing hidden in it
    if isinstance(text, str) and not text.isprintable():
        for char in text:
            if unicodedata.category(char) in _HIDDEN:
                details = {"character": f"U+{ord(char):04X}"}
                raise PydanticCustomError(_HIDDEN_CHARACTER, "a hidden character {character}", details)
    return text


def _in_lines(text: object) -> object:
    """Refuse what cannot be seen, all but the end of a line."""
    if isinstance(text, str):
        _in_one_line(text.replace("\n", ""))
    return text


Instant = Annotated[
    datetime,
    BeforeValidator(_to_instant),
    PlainSerializer(instant_to_text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}),
]
"""An aware UTC moment, on the wire as `2026-11-24T09:00:00Z`."""

Line = Annotated[str, BeforeValidator(_in_one_line), StringConstraints(min_length=1, max_length=200)]
"""One line a person wrote: no line ends, controls or invisible formats in it."""

Paragraph = Annotated[str, BeforeValidator(_in_lines), StringConstraints(min_length=1, max_length=4000)]
"""Some sentences a person wrote, on one or more lines."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""A content hash, always with the name of its algorithm."""


class Document(BaseModel):
    """A frozen value with one canonical JSON form; unknown fields and lax types are refused."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        ser_json_bytes="base64",
        hide_input_in_errors=True,
        json_schema_serialization_defaults_required=True,
    )

    def to_json(self) -> Mapping[str, canonical.Json]:
        """Return the document as plain JSON values; enums as their text, tuples as lists."""
        found: Mapping[str, canonical.Json] = self.model_dump(mode="json")
        return found

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: what is signed, hashed and stored."""
        return canonical.to_bytes(self.to_json())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a document from its canonical bytes.

        Raises BadInputError naming the field when anything is missing, extra, of another type, or not canonical.
        """
        canonical.from_bytes(data)
        return cls.from_lax_bytes(data)

    @classmethod
    def from_exact_bytes(cls, data: bytes) -> Self:
        """Read a signed document: canonical, and every field written out, so that one document has one hash.

        Raises BadInputError as `from_bytes` does, and NOT_CANONICAL when a field was left to its default.
        """
        found = cls.from_bytes(data)
        if found.to_bytes() != data:
            raise BadInputError(Reason.NOT_CANONICAL, detail="a field left to its default")
        return found

    @classmethod
    def from_lax_bytes(cls, data: bytes) -> Self:
        """Read a document from JSON in any spelling (a request body, a draft); the rules for fields are the same."""
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            raise bad_field(error) from error


def bad_field(error: ValidationError) -> BadInputError:
    """Turn pydantic's report into our error, naming the first field; the value itself is never repeated."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part)[:40] for part in first["loc"][:6]) or "document"
    where = in_one_line(where)
    if first["type"] == "extra_forbidden":
        return BadInputError(Reason.UNKNOWN_FIELD, field=where)
    if first["type"] == _HIDDEN_CHARACTER:
        return BadInputError(Reason.HIDDEN_CHARACTER, field=where, character=str(first["ctx"]["character"]))
    return BadInputError(Reason.BAD_FIELD, field=where, detail=detail_of(first))


_BOUNDS = ("expected", "ge", "gt", "le", "lt", "min_length", "max_length")
"""What pydantic calls the bound that was not kept; never the value."""


def detail_of(found: ErrorDetails) -> str:
    """Return what is wrong as a code of `terms.toml`, with the bound after a bar: `greater_than_equal|5`."""
    bounds = found.get("ctx", {})
    if isinstance(bounds.get("error"), ValueError):
        return str(bounds["error"])
    bound = next((str(bounds[name]).replace(" or ", ", ") for name in _BOUNDS if name in bounds), None)
    return found["type"] if bound is None else f"{found['type']}|{bound}"


class Bilingual(Document):
    """A text in Dutch and in English."""

    nl: Paragraph
    en: Paragraph

    def say(self, language: Language) -> str:
        """Return the text in one language."""
        return self.nl if language == "nl" else self.en


__all__ = ["Bilingual", "Document", "Instant", "Line", "Paragraph", "Sha256", "bad_field", "detail_of", "in_one_line"]
