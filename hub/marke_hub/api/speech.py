"""What each door takes and gives, said at the door itself; the OpenAPI document is generated from this."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from flask import Flask

from marke.vocabulary.document import Document

View = TypeVar("View", bound=Callable[..., Any])

_MARK: Final = "marke_speech"


@dataclass(frozen=True)
class Sealed:
    """A document inside a signed envelope."""

    kind: type[Document]


Spoken: TypeAlias = type[Document] | Sealed


@dataclass(frozen=True)
class Speech:
    """What goes in and what comes out of one door."""

    gives: Spoken | None
    takes: Spoken | None = None
    status: int = 200
    also: int | None = None
    """Another good status: the same without anything new."""
    token: bool = False


def sealed(kind: type[Document]) -> Sealed:
    """Say that a document travels in a signed envelope."""
    return Sealed(kind)


def speaks(
    *,
    gives: Spoken | None,
    takes: Spoken | None = None,
    status: int = 200,
    also: int | None = None,
    token: bool = False,
) -> Callable[[View], View]:
    """Declare what a door for programs takes and gives."""

    def declare(view: View) -> View:
        view.__dict__[_MARK] = Speech(gives, takes, status, also, token)
        return view

    return declare


def speech_of(app: Flask, endpoint: str) -> Speech | None:
    """Return what a door declared; None for a door that is not for programs."""
    found = getattr(app.view_functions.get(endpoint), _MARK, None)
    return found if isinstance(found, Speech) else None
