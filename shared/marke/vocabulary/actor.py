"""Who did something: kept with every change, shown in every audit."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """In what capacity somebody acts."""

    MEMBER = "member"
    BOARD = "board"
    STEWARD = "steward"
    OPERATOR = "operator"
    COLLECTIVE = "collective"
    HUB = "hub"
    SYSTEM = "system"
    STRANGER = "stranger"


@dataclass(frozen=True)
class Actor:
    """A person in a role, a collective, or the program itself; the id is a pseudonym, never a name."""

    kind: ActorKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.id}"


SYSTEM = Actor(ActorKind.SYSTEM, "agent")
"""The node's or hub's own scheduled work."""
