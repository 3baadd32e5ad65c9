"""The messages between hub and node, frozen and versioned. Integers and text only.

A node refuses what it does not know. Every stored message travels as the payload of a DSSE envelope;
`marke.protocol.wire` names the payload type of each. Roots and directories are messages too;
they live in `marke.signing.root` beside the rules that move them.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from marke.canonical import MAX_SAFE_INTEGER
from marke.vocabulary.document import Document, Instant, Line, Sha256
from marke.vocabulary.ids import Code, CollectiveId, InvitationId, KeyId, RoundId

PROTOCOL_VERSIONS: tuple[int, ...] = (1,)

MOST_ENVELOPES: Final = 500
"""In one answer to a poll. What arrives there is not signed as a whole, so nothing in it may be without end."""

Count = Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A version that somebody holds; 0 for none yet."""


class RefusalClass(StrEnum):
    """All that a refusal tells the hub (decisions 6); the detail stays inside the collective."""

    POLICY = "policy"
    NOT_ENOUGH = "not_enough"
    TECHNICAL = "technical"


class Discovery(Document):
    """What `/.well-known/marke-hub` says before anything is trusted."""

    type: Literal["marke/discovery/1"] = "marke/discovery/1"
    hub: Line
    protocols: tuple[int, ...]
    software: Line
    now: Instant
    root_version: Version
    demo: bool


class Invitation(Document):
    """A one-time pass to ask for admission; the operator hands it over outside the network, with the fingerprint."""

    type: Literal["marke/invitation/1"] = "marke/invitation/1"
    id: InvitationId
    secret: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", repr=False)]
    hub_url: str
    fingerprint: Line
    """Six words of the first root; the node compares them with what it fetches."""
    expires: Instant


class Enrolment(Document):
    """A node asks to be admitted; signed by the node's own new key."""

    type: Literal["marke/enrolment/1"] = "marke/enrolment/1"
    invitation: InvitationId
    secret_hash: Sha256
    collective_name: Line
    public_key: Line
    capabilities: tuple[Code, ...]
    software: Line
    made: Instant


class PollRequest(Document):
    """A node asks what is new. Authenticated by the API token; not stored."""

    type: Literal["marke/poll/1"] = "marke/poll/1"
    protocols: tuple[int, ...]
    software: Line
    capabilities: tuple[Code, ...]
    codebooks: tuple[Sha256, ...]
    root_version: Version
    directory_version: Version
    cursor: Count


class PollAnswer(Document):
    """What is new since the cursor, oldest first; delivered at least once, so a node deduplicates by content."""

    type: Literal["marke/poll_answer/1"] = "marke/poll_answer/1"
    protocol: int
    collective: CollectiveId
    now: Instant
    cursor: Count
    more: bool
    envelopes: Annotated[tuple[str, ...], Field(max_length=MOST_ENVELOPES)]
    """DSSE envelopes as text: roots and directories first, then questions, rounds, voids, results."""
    next_poll_s: Annotated[int, Field(ge=0, le=86_400)]


class Decision(Document):
    """A collective accepts or refuses a question; signed by the node, within the decision window."""

    type: Literal["marke/decision/1"] = "marke/decision/1"
    question_hash: Sha256
    round_id: RoundId
    collective: CollectiveId
    outcome: Literal["accepted", "refused"]
    refusal: RefusalClass | None = None
    decided: Instant

    @model_validator(mode="after")
    def _class_goes_with_no(self) -> Self:
        if (self.outcome == "refused") != (self.refusal is not None):
            raise ValueError("a refusal has a class, an acceptance has none")
        return self


class QuestionOffer(Document):
    """The hub offers an approved question and names its round; signed by the hub, which cannot author the question."""

    type: Literal["marke/offer/1"] = "marke/offer/1"
    question_hash: Sha256
    round_id: RoundId
    question: str
    """The DSSE envelope of the question with the approvers' signatures, as text."""
    offered: Instant


class Round(Document):
    """The round opens: who is eligible and until when; signed by the hub."""

    type: Literal["marke/round/1"] = "marke/round/1"
    round_id: RoundId
    question_hash: Sha256
    eligible: Count
    """Number of logged acceptances when the decision window closed."""
    opens: Instant
    closes: Instant


class ShownCell(Document):
    """A group (or the star bucket) with its statistics; a cell's statistics stay or go together."""

    state: Literal["shown"] = "shown"
    leaf: Code
    values: tuple[int, ...]
    """In the order of the layout: count, sum, squares as asked, then the bins."""


class HiddenCell(Document):
    """A group that is too small or too uneven to show, or empty: one state, so that zero and small look alike."""

    state: Literal["hidden"] = "hidden"
    leaf: Code


Cell = Annotated[ShownCell | HiddenCell, Field(discriminator="state")]


class Contribution(Document):
    """A collective's own-lane answer; signed by the node. One per round and collective, forever."""

    type: Literal["marke/contribution/1"] = "marke/contribution/1"
    round_id: RoundId
    question_hash: Sha256
    layout_hash: Sha256
    collective: CollectiveId
    cells: tuple[Cell, ...]
    bins_hidden: Count = 0
    """How many bins went into the star bin of their group."""
    made: Instant


class Receipt(Document):
    """The hub has a contribution or a decision, byte for byte; signed by the hub, kept by the node."""

    type: Literal["marke/receipt/1"] = "marke/receipt/1"
    round_id: RoundId
    collective: CollectiveId
    content_hash: Sha256
    received: Instant


class Coverage(Document):
    """How many of how many: printed beside every figure."""

    invited: Count
    accepted: Count
    answered: Count
    refused_policy: Count
    refused_not_enough: Count
    refused_technical: Count
    silent: Count


class ResultCell(Document):
    """One group of the combined table: the sum over the collectives that showed it."""

    leaf: Code
    collectives: Count
    """How many collectives' figures are in it."""
    values: tuple[int, ...]


class Result(Document):
    """The combined answer; signed by the hub, sent down to the nodes first."""

    type: Literal["marke/result/1"] = "marke/result/1"
    round_id: RoundId
    question_hash: Sha256
    layout_hash: Sha256
    coverage: Coverage
    cells: tuple[ResultCell, ...]
    spread: tuple[tuple[str, ...], ...] = ()
    """Per cell: the variance of the mean between collectives, as decimal text (see marke.statistics.ratio)."""
    contributors: tuple[KeyId, ...] = ()
    made: Instant


class Void(Document):
    """The round gave no figure; nothing is published and nothing is combined. Signed by the hub."""

    type: Literal["marke/void/1"] = "marke/void/1"
    round_id: RoundId
    question_hash: Sha256
    coverage: Coverage
    reason: Literal["too_few", "unusable", "withdrawn"]
    """`unusable`: the answers that came cannot be added up."""
    made: Instant


class Problem(Document):
    """An RFC 9457 problem document with our Reason."""

    type: Line
    title: Line
    status: int
    reason: Code
    detail: Line | None = None
