"""The hub's side of one round: each collective's standing, and the round's own phases. See `conversation`."""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias, assert_never

from marke.errors import ConversationError
from marke.protocol.messages import Count, Coverage, Decision, RefusalClass
from marke.questions.model import Windows
from marke.reasons import Reason
from marke.vocabulary.document import Document, Instant, Sha256


class Invited(Document):
    """The question was offered to the collective; nothing came back yet."""

    standing: Literal["invited"] = "invited"


class SaidYes(Document):
    """The collective accepted."""

    standing: Literal["said_yes"] = "said_yes"
    decision: Sha256


class SaidNo(Document):
    """The collective refused, or took its yes back."""

    standing: Literal["said_no"] = "said_no"
    decision: Sha256
    refusal: RefusalClass


class Answered(Document):
    """The collective's one contribution is stored."""

    standing: Literal["answered"] = "answered"
    decision: Sha256
    contribution: Sha256


Standing: TypeAlias = Invited | SaidYes | SaidNo | Answered


class DecisionPhase(Document):
    """Collectives decide, until `until` or until all have."""

    phase: Literal["deciding"] = "deciding"
    until: Instant


class AnswerPhase(Document):
    """The round is open, until `closes` or until every eligible collective answered."""

    phase: Literal["open"] = "open"
    closes: Instant


class Ended(Document):
    """There is a result, or there is none. Nothing moves any more."""

    phase: Literal["resulted", "voided"]


Phase: TypeAlias = DecisionPhase | AnswerPhase | Ended


class DecisionArrived(Document):
    """A verified Decision of this collective for this round."""

    decision: Sha256
    refusal: RefusalClass | None


class ContributionArrived(Document):
    """A verified Contribution of this collective for this round."""

    contribution: Sha256


HubEvent: TypeAlias = DecisionArrived | ContributionArrived


class StoreAndReceipt(Document):
    """First time: store byte for byte and sign a receipt."""


class ReceiptAgain(Document):
    """Heard before: give the stored receipt once more."""


HubStep: TypeAlias = tuple[Standing, StoreAndReceipt | ReceiptAgain]


def hub_receives(phase: Phase, standing: Standing, event: HubEvent, *, now: datetime) -> HubStep:
    """Return the collective's next standing and whether this is new; raises ConversationError when it may not follow.

    A repeat of what is stored is always answered, also after the end, so that a node that lost a receipt can get it.
    """
    match event:
        case DecisionArrived():
            return _decision_arrived(phase, standing, event, now)
        case ContributionArrived():
            return _contribution_arrived(phase, standing, event, now)
        case never:
            assert_never(never)


def _decision_arrived(phase: Phase, standing: Standing, event: DecisionArrived, now: datetime) -> HubStep:
    match standing:
        case Invited():
            _in_decision_window(phase, now)
        case SaidYes(decision=before) | SaidNo(decision=before) | Answered(decision=before) if before == event.decision:
            return standing, ReceiptAgain()
        case Answered():
            raise ConversationError(Reason.ANSWERED_ALREADY)
        case SaidYes() if event.refusal is not None:
            _before_the_end(phase)
        case SaidYes() | SaidNo():
            raise ConversationError(Reason.DECIDED_OTHERWISE)
        case never:
            assert_never(never)
    if event.refusal is None:
        return SaidYes(decision=event.decision), StoreAndReceipt()
    return SaidNo(decision=event.decision, refusal=event.refusal), StoreAndReceipt()


def _in_decision_window(phase: Phase, now: datetime) -> None:
    if not isinstance(phase, DecisionPhase) or now >= phase.until:
        raise ConversationError(Reason.DECISION_WINDOW_CLOSED)


def _before_the_end(phase: Phase) -> None:
    if isinstance(phase, Ended):
        raise ConversationError(Reason.ROUND_CLOSED)


def _contribution_arrived(phase: Phase, standing: Standing, event: ContributionArrived, now: datetime) -> HubStep:
    match standing, phase:
        case Answered(contribution=before), _:
            if before != event.contribution:
                raise ConversationError(Reason.ANSWERED_ALREADY)
            return standing, ReceiptAgain()
        case Invited() | SaidNo(), _:
            raise ConversationError(Reason.NOT_ACCEPTED)
        case SaidYes(decision=decision), AnswerPhase(closes=closes):
            if now >= closes:
                raise ConversationError(Reason.ROUND_CLOSED)
            return Answered(decision=decision, contribution=event.contribution), StoreAndReceipt()
        case SaidYes(), DecisionPhase():
            raise ConversationError(Reason.ROUND_NOT_OPEN)
        case _:
            raise ConversationError(Reason.ROUND_CLOSED)


class Turnout(Document):
    """How many of how many, at one moment. Every invited collective is in exactly one of the five."""

    invited: Count
    """Offered, and nothing heard."""
    said_yes: Count
    """Accepted, and not answered yet."""
    answered: Count
    refused_policy: Count
    refused_not_enough: Count
    refused_technical: Count

    @property
    def refused(self) -> int:
        """Return the number of collectives that refused, of any class."""
        return self.refused_policy + self.refused_not_enough + self.refused_technical

    def coverage(self) -> Coverage:
        """Return the statement that is printed beside every figure: invited = accepted + refused + silent."""
        return Coverage(
            invited=self.invited + self.said_yes + self.answered + self.refused,
            accepted=self.said_yes + self.answered,
            answered=self.answered,
            refused_policy=self.refused_policy,
            refused_not_enough=self.refused_not_enough,
            refused_technical=self.refused_technical,
            silent=self.invited,
        )


class OpenTheRound(Document):
    """Publish the signed Round with this many eligible collectives and this deadline."""

    eligible: Count
    closes: Instant


class Combine(Document):
    """Add the stored contributions up and publish the signed Result."""


class GiveUp(Document):
    """Publish the signed Void: too few to finish any figure from."""


HubEffect: TypeAlias = OpenTheRound | Combine | GiveUp


def hub_advances(
    phase: Phase, turnout: Turnout, windows: Windows, *, smallest_round: int, now: datetime
) -> tuple[Phase, HubEffect | None]:
    """Return the round's next phase when it is time, or the same phase and None. Pure in `now`: call it at any moment.

    The decision window closes at its deadline or when every invited collective decided; a round with fewer yeses than
    `smallest_round` is given up before anybody computes anything.
    """
    match phase:
        case DecisionPhase():
            return _leave_decisions(phase, turnout, windows, smallest_round, now)
        case AnswerPhase():
            return _leave_answers(phase, turnout, smallest_round, now)
        case Ended():
            return phase, None
        case never:
            assert_never(never)


def _leave_decisions(
    phase: DecisionPhase, turnout: Turnout, windows: Windows, smallest_round: int, now: datetime
) -> tuple[Phase, HubEffect | None]:
    if now < phase.until and turnout.invited:
        return phase, None
    if turnout.said_yes < smallest_round:
        return Ended(phase="voided"), GiveUp()
    closes = now + timedelta(minutes=windows.contribute_minutes)
    return AnswerPhase(closes=closes), OpenTheRound(eligible=turnout.said_yes, closes=closes)


def _leave_answers(
    phase: AnswerPhase, turnout: Turnout, smallest_round: int, now: datetime
) -> tuple[Phase, HubEffect | None]:
    if now < phase.closes and turnout.said_yes:
        return phase, None
    if turnout.answered < smallest_round:
        return Ended(phase="voided"), GiveUp()
    return Ended(phase="resulted"), Combine()


def heard_decision(decision: Decision, content: str) -> DecisionArrived:
    """Turn a verified Decision and the hash of its envelope into the hub's event."""
    return DecisionArrived(decision=content, refusal=decision.refusal)


def phase_from_text(phase: str, *, until: datetime, closes: datetime | None) -> Phase:
    """Rebuild a round's phase from what a store keeps of it."""
    match phase:
        case "deciding":
            return DecisionPhase(until=until)
        case "open" if closes is not None:
            return AnswerPhase(closes=closes)
        case "resulted":
            return Ended(phase="resulted")
        case "voided":
            return Ended(phase="voided")
        case _:
            raise ConversationError(Reason.INTERNAL)
