"""From bytes to a message that somebody may act on, and back; nothing unverified has a type you can use. Protocol 6.

The table says, once, what every message is called on the wire and whose signature makes it true.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, Generic, TypeAlias, TypeVar, overload

from marke.clock import instant_to_text
from marke.errors import ProgrammerError, UntrustedError
from marke.protocol.floors import check_floors
from marke.protocol.messages import (
    Contribution,
    Decision,
    Enrolment,
    QuestionOffer,
    Receipt,
    Result,
    Round,
    Void,
)
from marke.questions.model import Question
from marke.reasons import Reason
from marke.signing.envelope import Envelope, Opened, sign, verify
from marke.signing.keys import PrivateKey, PublicKey
from marke.signing.root import DIRECTORY_PAYLOAD_TYPE, ROOT_PAYLOAD_TYPE, Directory, RoleName, TrustRoot
from marke.signing.trust import TrustState, check_not_from_future, refuse_after_revocation
from marke.vocabulary.document import Document
from marke.vocabulary.ids import content_hash

D = TypeVar("D", bound=Document)
D_co = TypeVar("D_co", bound=Document, covariant=True)
R = TypeVar("R", Question, QuestionOffer, Round, Result, Void, Receipt, TrustRoot, Directory)
C = TypeVar("C", Decision, Contribution)

FromCollective: TypeAlias = Decision | Contribution
Signer: TypeAlias = RoleName | None
"""The role whose threshold signs a message; None: the one collective (or newcomer) that the message names."""


@dataclass(frozen=True)
class WireType:
    """What a message is called on the wire, whose signature it needs, and when it says it was made."""

    payload_type: str
    signer: Signer
    made: Callable[[Document], datetime] | None = None


@dataclass(frozen=True)
class Verified(Generic[D_co]):
    """A message whose signatures, sender and dates held at the moment it was opened."""

    document: D_co
    signers: tuple[str, ...]
    """Key ids, sorted."""
    envelope: bytes = field(repr=False)
    """The bytes as they came, to be stored and passed on."""
    content_hash: str = ""
    """The hash of the payload: the name of the message, whoever signs it besides."""


def _moment(name: str) -> Callable[[Document], datetime]:
    def read(document: Document) -> datetime:
        found: datetime = getattr(document, name)
        return found

    return read


def _type(name: str, signer: Signer, made: str = "made") -> WireType:
    return WireType(f"application/vnd.marke.{name}.v1+json", signer, _moment(made))


WIRE: Final[Mapping[type[Document], WireType]] = MappingProxyType(
    {
        TrustRoot: WireType(ROOT_PAYLOAD_TYPE, RoleName.ROOT, _moment("issued")),
        Directory: WireType(DIRECTORY_PAYLOAD_TYPE, RoleName.DIRECTORY, _moment("issued")),
        Question: WireType("application/vnd.marke.question.v1+json", RoleName.APPROVERS),
        QuestionOffer: _type("offer", RoleName.HUB, "offered"),
        Round: WireType("application/vnd.marke.round.v1+json", RoleName.HUB),
        Result: _type("result", RoleName.HUB),
        Void: _type("void", RoleName.HUB),
        Receipt: _type("receipt", RoleName.HUB, "received"),
        Decision: _type("decision", None, "decided"),
        Contribution: _type("contribution", None),
        Enrolment: _type("enrolment", None),
    }
)
"""Every message that is signed. What is not in it cannot be sealed and cannot be opened."""


def wire_type(kind: type[Document]) -> WireType:
    """Return the row of the table for a message; raises ProgrammerError for what is never signed."""
    found = WIRE.get(kind)
    if found is None:
        raise ProgrammerError(f"{kind.__name__} is not a signed message")
    return found


def seal(document: Document, keys: Iterable[PrivateKey]) -> bytes:
    """Return the envelope of a message, signed with these keys, as canonical bytes."""
    return sign(document.to_bytes(), wire_type(type(document)).payload_type, keys).to_bytes()


def open_message(trust: TrustState, data: bytes, kind: type[R], *, now: datetime) -> Verified[R]:
    """Open a message that a role of the consortium signs (protocol 6.1).

    Besides signatures and root: a question must have begun and not be over, and keep to the root's floors (6.3);
    any message made in the future is refused. Raises UntrustedError, BadInputError, and RefusedError (BELOW_FLOOR).
    """
    row = wire_type(kind)
    if row.signer is None:
        raise ProgrammerError(f"{kind.__name__} is signed by a collective")
    opened = trust.open(data, payload_type=row.payload_type, role=row.signer, now=now)
    document = kind.from_exact_bytes(opened.payload)
    _check_moments(document, row, now=now)
    if isinstance(document, Question):
        check_floors(document, trust.root.constants)
    return _verified(document, opened, data)


def open_offer(trust: TrustState, data: bytes, *, now: datetime) -> tuple[Verified[QuestionOffer], Verified[Question]]:
    """Open an offer and the question inside it, which must be the one that the offer names (protocol 6.2).

    Raises what `open_message` raises for either, and UntrustedError (WRONG_QUESTION).
    """
    offer = open_message(trust, data, QuestionOffer, now=now)
    question = open_message(trust, offer.document.question.encode("utf-8"), Question, now=now)
    if question.content_hash != offer.document.question_hash:
        raise UntrustedError(Reason.WRONG_QUESTION)
    return offer, question


@overload
def open_from_collective(
    trust: TrustState, data: bytes, kind: type[Decision], *, now: datetime
) -> Verified[Decision]: ...


@overload
def open_from_collective(
    trust: TrustState, data: bytes, kind: type[Contribution], *, now: datetime
) -> Verified[Contribution]: ...


def open_from_collective(trust: TrustState, data: bytes, kind: type[C], *, now: datetime) -> Verified[C]:
    """Open a message of one collective: it must be the signer, admitted and not revoked (protocol 6.4).

    `now` is the moment of receipt; a message that says it was made after the revocation is refused as well.
    Raises WRONG_SENDER when the payload names another collective than the one that signed.
    """
    row = wire_type(kind)
    entry = trust.sender(data)
    opened = trust.open_from(data, payload_type=row.payload_type, collective=entry.id, now=now)
    document = kind.from_exact_bytes(opened.payload)
    if document.collective != entry.id:
        raise UntrustedError(Reason.WRONG_SENDER, collective=document.collective)
    _check_moments(document, row, now=now)
    if row.made is not None:
        refuse_after_revocation(entry, row.made(document))
    return _verified(document, opened, data)


def open_enrolment(data: bytes, *, now: datetime) -> Verified[Enrolment]:
    """Open a newcomer's request, signed by the very key it asks to have admitted (protocol 6.5).

    It proves possession of the key and nothing else; an operator still compares the six words.
    """
    row = wire_type(Enrolment)
    envelope = Envelope.from_bytes(data)
    if envelope.payload_type != row.payload_type:
        raise UntrustedError(Reason.WRONG_PAYLOAD_TYPE, expected=row.payload_type)
    document = Enrolment.from_exact_bytes(envelope.payload)
    key = PublicKey.from_text(document.public_key)
    opened = verify(envelope, payload_type=row.payload_type, keys={key.key_id: key}, threshold=1)
    _check_moments(document, row, now=now)
    return _verified(document, opened, data)


def _check_moments(document: Document, row: WireType, *, now: datetime) -> None:
    if row.made is not None:
        check_not_from_future(row.made(document), now=now)
    if isinstance(document, Question):
        check_not_from_future(document.not_before, now=now)
        if now >= document.expires:
            raise UntrustedError(Reason.EXPIRED, day=instant_to_text(document.expires))


def _verified(document: D, opened: Opened, data: bytes) -> Verified[D]:
    return Verified(document, opened.signers, data, content_hash(opened.payload))
