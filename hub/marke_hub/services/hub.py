"""What a running hub holds beside its database: its key, its shelves of verified things, and chance."""

from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from marke.signing.keys import PrivateKey
from marke_hub.config import Environment, HubConfig
from marke_hub.services.question_shelf import QuestionShelf
from marke_hub.services.trust_shelf import TrustShelf
from marke_hub.store.hub_key import Chance, read_hub_key


@dataclass(frozen=True)
class Hub:
    """One hub at work in this process."""

    config: HubConfig
    key: PrivateKey
    chance: Chance
    trust: TrustShelf
    questions: QuestionShelf = field(default_factory=QuestionShelf)
    contacts: dict[str, tuple[datetime, str, int, int]] = field(default_factory=dict, repr=False)
    """What each node last said of itself in this process, so that not every poll is written down."""
    wake: Event = field(default_factory=Event, repr=False)
    """Set when a round may be due, for a worker in this process; a worker elsewhere looks by itself."""


def open_hub(config: HubConfig, chance: Chance) -> Hub:
    """Open the hub's key and start with empty shelves; raises as `read_hub_key` does."""
    allow_demo = config.environment is not Environment.PRODUCTION
    return Hub(config=config, key=read_hub_key(config), chance=chance, trust=TrustShelf(allow_demo))
