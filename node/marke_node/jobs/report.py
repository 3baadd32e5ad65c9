"""What one step of the agent did, in counts and reasons: for the log, the command line and the demo."""

from dataclasses import dataclass, field
from datetime import datetime

from marke.canonical import Json
from marke.clock import instant_to_text
from marke.errors import MarkeError
from marke.reasons import Reason


@dataclass
class AgentReport:
    """Filled in during one step."""

    next_at: datetime
    """When the agent has something to do again."""
    polled: bool = False
    is_waiting_for_admission: bool = False
    received: int = 0
    not_believed: list[Reason] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    refused: list[tuple[str, Reason]] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    took_back: list[tuple[str, Reason]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    delivered: int = 0
    error: MarkeError | None = None
    """The last thing the hub, or the way to it, did wrong."""

    @property
    def failure(self) -> Reason | None:
        """Return why something failed, when it did."""
        return None if self.error is None else self.error.reason

    @property
    def failure_details(self) -> dict[str, str | int]:
        """Return what fills the sentence of the failure."""
        return {} if self.error is None else dict(self.error.details)

    @property
    def did_something(self) -> bool:
        """Say whether anything changed here or was sent."""
        lists = (self.accepted, self.refused, self.held, self.answered, self.took_back, self.ended)
        return bool(self.received or self.delivered or any(lists))

    def to_json(self) -> dict[str, Json]:
        """Return the report for `--json` and the log."""
        return {
            "next_at": instant_to_text(self.next_at),
            "polled": self.polled,
            "is_waiting_for_admission": self.is_waiting_for_admission,
            "received": self.received,
            "not_believed": [reason.value for reason in self.not_believed],
            "accepted": list(self.accepted),
            "refused": [[round_id, reason.value] for round_id, reason in self.refused],
            "held": list(self.held),
            "answered": list(self.answered),
            "took_back": [[round_id, reason.value] for round_id, reason in self.took_back],
            "ended": list(self.ended),
            "delivered": self.delivered,
            "failure": None if self.failure is None else self.failure.value,
        }
