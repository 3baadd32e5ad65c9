"""Who may say what next: every order of events that a network can produce, on both ends."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from marke.errors import ConversationError
from marke.protocol import conversation as say
from marke.protocol.messages import RefusalClass
from marke.questions.model import Windows
from marke.reasons import Reason
from marke.vocabulary.ids import content_hash, new_id

T0 = datetime(2026, 11, 24, 9, tzinfo=UTC)
DECIDE = T0 + timedelta(days=21)
CLOSES = DECIDE + timedelta(hours=72)
EXCHANGE = say.Exchange(round_id=new_id("rnd", bytes(10)), question_hash=content_hash(b"q"), decide_until=DECIDE)
YES, NO, ANSWER, OTHER = (content_hash(name) for name in (b"yes", b"no", b"answer", b"other"))


def _walk(*events: say.NodeEvent, now: datetime = T0) -> say.NodeState:
    state = say.offered(EXCHANGE)
    for event in events:
        state, _ = say.node_next(state, event, now=now)
    return state


def _refused(state: say.NodeState, event: say.NodeEvent, now: datetime = T0) -> Reason:
    with pytest.raises(ConversationError) as caught:
        say.node_next(state, event, now=now)
    return caught.value.reason


ACCEPTED = (say.Held(), say.Decided(decision=YES))
OPEN = (*ACCEPTED, say.RoundOpened(closes=CLOSES))
SENT = (*OPEN, say.AnswerSigned(contribution=ANSWER))
REFUSAL = say.Decided(decision=NO, refusal=RefusalClass.POLICY)


def test_the_straight_road_from_offer_to_result() -> None:
    receipted = _walk(*SENT, say.ReceiptCame(content=ANSWER))
    assert isinstance(receipted, say.Receipted)
    done, effects = say.node_next(receipted, say.ResultCame(result=OTHER), now=CLOSES)
    assert isinstance(done, say.Resulted)
    assert done.contribution == ANSWER
    assert effects == (say.ShowOutcome(),)


def test_a_yes_may_become_a_no_until_the_answer_is_signed() -> None:
    assert isinstance(_walk(*ACCEPTED, REFUSAL), say.Refused)
    assert isinstance(_walk(*OPEN, REFUSAL), say.Refused)
    assert _refused(_walk(*SENT), REFUSAL) is Reason.ANSWERED_ALREADY
    assert [say.may_still_refuse(_walk(*steps)) for steps in ((), ACCEPTED, OPEN, SENT)] == [True, True, True, False]


def test_a_no_stays_a_no() -> None:
    assert _refused(_walk(REFUSAL), say.Decided(decision=YES)) is Reason.DECIDED_OTHERWISE
    assert isinstance(_walk(REFUSAL, say.RoundOpened(closes=CLOSES)), say.Refused)
    assert _refused(_walk(REFUSAL), say.AnswerSigned(contribution=ANSWER)) is Reason.CONVERSATION_NOT_NOW


def test_a_second_answer_is_refused_and_the_same_one_is_silently_known() -> None:
    sent = _walk(*SENT)
    assert say.node_next(sent, say.AnswerSigned(contribution=ANSWER), now=T0) == (sent, ())
    assert _refused(sent, say.AnswerSigned(contribution=OTHER)) is Reason.ANSWERED_ALREADY


def test_a_collective_that_did_not_decide_in_time_is_silent_for_this_round() -> None:
    assert isinstance(_walk(say.RoundOpened(closes=CLOSES)), say.Lapsed)
    assert _refused(_walk(), say.Decided(decision=YES), now=DECIDE) is Reason.DECISION_WINDOW_CLOSED


def test_an_answer_after_the_deadline_is_never_signed() -> None:
    assert _refused(_walk(*OPEN), say.AnswerSigned(contribution=ANSWER), now=CLOSES) is Reason.ROUND_CLOSED


def test_a_round_that_is_opened_with_another_deadline_is_refused() -> None:
    assert _refused(_walk(*OPEN), say.RoundOpened(closes=CLOSES + timedelta(days=1))) is Reason.ROUND_CHANGED


def test_every_state_survives_being_stored() -> None:
    for events in ((), (say.Held(),), ACCEPTED, OPEN, SENT, (REFUSAL,), (say.VoidCame(void=NO),)):
        state = _walk(*events)
        assert say.node_state_from_bytes(state.to_bytes()) == state


HASHES = st.sampled_from([YES, NO, ANSWER, OTHER])
EVENTS: st.SearchStrategy[say.NodeEvent] = st.one_of(
    st.just(say.Held()),
    st.builds(say.Decided, decision=HASHES, refusal=st.none() | st.sampled_from(RefusalClass)),
    st.builds(say.RoundOpened, closes=st.sampled_from([CLOSES, CLOSES + timedelta(days=1)])),
    st.builds(say.AnswerSigned, contribution=HASHES),
    st.builds(say.ReceiptCame, content=HASHES),
    st.builds(say.ResultCame, result=HASHES),
    st.builds(say.VoidCame, void=HASHES),
)
MOMENTS = st.sampled_from([T0, DECIDE, CLOSES])


class NodeMachine(RuleBasedStateMachine):
    """Any events in any order: at most one answer leaves, and nothing moves after an end."""

    @initialize()
    def begin(self) -> None:
        """Start from an offer."""
        self.state: say.NodeState = say.offered(EXCHANGE)
        self.sent: set[str] = set()
        self.said_yes = False
        self.ended: say.NodeState | None = None

    @rule(event=EVENTS, now=MOMENTS)
    def hear(self, event: say.NodeEvent, now: datetime) -> None:
        """Apply one event."""
        try:
            self.state, effects = say.node_next(self.state, event, now=now)
        except ConversationError:
            return
        for effect in effects:
            if isinstance(effect, say.SendContribution):
                self.sent.add(effect.contribution)
        self.said_yes = self.said_yes or isinstance(self.state, say.Accepted)
        if self.ended is None and isinstance(self.state, say.Resulted | say.Voided):
            self.ended = self.state

    @invariant()
    def answers_once_and_only_after_a_yes(self) -> None:
        """One contribution, ever."""
        if hasattr(self, "sent"):
            assert len(self.sent) <= 1
            assert self.said_yes or not self.sent

    @invariant()
    def ends_once(self) -> None:
        """An end is the end."""
        if hasattr(self, "ended") and self.ended is not None:
            assert self.state == self.ended


TestNodeMachine = NodeMachine.TestCase


@dataclass
class _Hub:
    phase: say.Phase = field(default_factory=lambda: say.DecisionPhase(until=DECIDE))
    standings: dict[str, say.Standing] = field(default_factory=lambda: {name: say.Invited() for name in "abc"})

    def turnout(self) -> say.Turnout:
        said = list(self.standings.values())
        no = [standing.refusal for standing in said if isinstance(standing, say.SaidNo)]
        return say.Turnout(
            invited=sum(isinstance(standing, say.Invited) for standing in said),
            said_yes=sum(isinstance(standing, say.SaidYes) for standing in said),
            answered=sum(isinstance(standing, say.Answered) for standing in said),
            refused_policy=no.count(RefusalClass.POLICY),
            refused_not_enough=no.count(RefusalClass.NOT_ENOUGH),
            refused_technical=no.count(RefusalClass.TECHNICAL),
        )


HUB_EVENTS: st.SearchStrategy[say.HubEvent] = st.one_of(
    st.builds(say.DecisionArrived, decision=HASHES, refusal=st.none() | st.sampled_from(RefusalClass)),
    st.builds(say.ContributionArrived, contribution=HASHES),
)
WINDOWS = Windows(decide_until=DECIDE, contribute_minutes=60)


class HubMachine(RuleBasedStateMachine):
    """Any messages at any time: every collective counts once, and the books balance."""

    @initialize()
    def begin(self) -> None:
        """Offer to three."""
        self.hub = _Hub()
        self.stored: dict[str, str] = {}
        self.endings = 0

    @rule(who=st.sampled_from("abc"), event=HUB_EVENTS, minutes=st.sampled_from([-1, 0, 30, 61]))
    def receive(self, who: str, event: say.HubEvent, minutes: int) -> None:
        """Hear one collective."""
        before = self.hub.standings[who]
        now = DECIDE + timedelta(minutes=minutes)
        try:
            after, store = say.hub_receives(self.hub.phase, before, event, now=now)
        except ConversationError:
            return
        self.hub.standings[who] = after
        if isinstance(store, say.ReceiptAgain):
            assert after == before
        elif isinstance(event, say.ContributionArrived):
            assert who not in self.stored
            assert isinstance(self.hub.phase, say.AnswerPhase)
            self.stored[who] = event.contribution

    @rule(minutes=st.sampled_from([-1, 0, 30, 200]))
    def advance(self, minutes: int) -> None:
        """Let time pass."""
        phase, effect = say.hub_advances(
            self.hub.phase,
            self.hub.turnout(),
            WINDOWS,
            smallest_round=2,
            now=DECIDE + timedelta(minutes=minutes),
        )
        self.hub.phase = phase
        if isinstance(effect, say.Combine):
            assert len(self.stored) >= 2
        self.endings += isinstance(effect, say.Combine | say.GiveUp)

    @invariant()
    def the_books_balance(self) -> None:
        """invited = accepted + refused + silent; answered collectives are the stored ones."""
        if not hasattr(self, "hub"):
            return
        coverage = self.hub.turnout().coverage()
        refused = coverage.refused_policy + coverage.refused_not_enough + coverage.refused_technical
        assert coverage.invited == 3 == coverage.accepted + refused + coverage.silent
        assert coverage.answered == len(self.stored)
        assert self.endings <= 1


TestHubMachine = HubMachine.TestCase


def test_the_window_closes_as_soon_as_everybody_decided() -> None:
    turnout = say.Turnout(
        invited=0, said_yes=5, answered=0, refused_policy=1, refused_not_enough=0, refused_technical=0
    )
    phase, effect = say.hub_advances(say.DecisionPhase(until=DECIDE), turnout, WINDOWS, smallest_round=5, now=T0)
    assert effect == say.OpenTheRound(eligible=5, closes=T0 + timedelta(minutes=60))
    assert isinstance(phase, say.AnswerPhase)


def test_a_round_with_too_few_yeses_asks_nobody_to_compute_anything() -> None:
    turnout = say.Turnout(
        invited=3, said_yes=4, answered=0, refused_policy=0, refused_not_enough=0, refused_technical=0
    )
    phase, effect = say.hub_advances(say.DecisionPhase(until=DECIDE), turnout, WINDOWS, smallest_round=5, now=DECIDE)
    assert effect == say.GiveUp()
    assert phase == say.phase_from_text("voided", until=DECIDE, closes=None)
