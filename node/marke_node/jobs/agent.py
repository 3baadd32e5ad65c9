"""The agent of one collective: it asks the hub what is new, decides, answers, and carries the outbox out.

One step is one round of all that is due now. Nothing is kept in memory that is not in the database too, except what is
costly to make again (trust, the codebook, connections); so it may be killed at any moment and started again. Several
agents may share a process: they share nothing but the connection pool they are given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from marke.errors import MarkeError, NotFoundError, StorageError
from marke.reasons import Reason
from marke.signing.keys import PrivateKey
from marke.vocabulary.actor import SYSTEM
from marke_ground.store.engine import reading, transaction
from marke_node.hub_link.link import Caller, Chance, HubLink
from marke_node.jobs.courier import carry
from marke_node.jobs.exchange import Exchange
from marke_node.jobs.report import AgentReport
from marke_node.services import answer_question as answering
from marke_node.services import decide_question as deciding
from marke_node.services.join_federation import notice_admission, read_membership
from marke_node.services.keep_trust import kept_versions, load_trust
from marke_node.services.pipeline import Standpoint, Step
from marke_node.services.pipeline_steps import ANSWER_STEPS, DECIDE_STEPS
from marke_node.services.standpoint import load_standpoint
from marke_node.store import outbox, rounds_log

WAITING_FOR_ADMISSION: Final = timedelta(seconds=60)


@dataclass(frozen=True)
class AgentSettings:
    """What an agent is given besides its database, its hub and its key."""

    chance: Chance
    allow_demo: bool = False
    """Whether a demo's root may be trusted; never in production."""
    admission_wait: timedelta = WAITING_FOR_ADMISSION
    decide_steps: Sequence[Step] = DECIDE_STEPS
    answer_steps: Sequence[Step] = ANSWER_STEPS


class Agent:
    """One collective's agent."""

    def __init__(self, engine: Engine, link: HubLink, key: PrivateKey, settings: AgentSettings) -> None:
        self._engine = engine
        self._link = link
        self._key = key
        self._settings = settings
        self._standpoint: Standpoint | None = None
        self._kept = (0, 0)
        self._exchange = Exchange(engine, link, settings.chance)

    def close(self) -> None:
        """Close the connections to the hub; the agent is not stepped again."""
        self._link.close()

    def step(self, now: datetime) -> AgentReport:
        """Do everything that is due at `now`.

        What the hub does wrong is in the report; StorageError and our own mistakes are raised.
        """
        report = AgentReport(next_at=now + self._settings.admission_wait)
        standpoint = self._look(now, report)
        if standpoint is None:
            return report
        caller = Caller(standpoint.signer.collective, self._key, self._settings.chance, standpoint.trust.network)
        standpoint = self._exchange.poll(standpoint, caller, report, now)
        self._remember(standpoint)
        with reading(self._engine) as session:
            to_do, due = rounds_log.rounds_to_do(session), outbox.next_due(session)
        if to_do or (due is not None and due <= now):
            due = self._work(to_do, standpoint, caller, report, now)
        poll = self._exchange.next_poll or now
        report.next_at = max(now, poll if due is None else min(poll, due))
        return report

    def _work(
        self,
        to_do: Sequence[tuple[str, str]],
        standpoint: Standpoint,
        caller: Caller,
        report: AgentReport,
        now: datetime,
    ) -> datetime | None:
        """Decide, answer and send; return when the outbox has something to send again."""
        self._decide([round_id for stage, round_id in to_do if stage == "offered"], standpoint, report, now)
        self._answer([round_id for stage, round_id in to_do if stage == "round_open"], standpoint, report, now)
        carry(self._engine, self._link, standpoint, caller, report, now)
        with reading(self._engine) as session:
            return outbox.next_due(session)

    def _look(self, now: datetime, report: AgentReport) -> Standpoint | None:
        """Return the standpoint, from memory while nothing moved; None while the node is no member yet."""
        with reading(self._engine) as session:
            membership = read_membership(session)
            kept = kept_versions(session)
            self._exchange.look(session, now)
            if membership.collective is not None:
                if self._standpoint is None or kept != self._kept:
                    self._kept = kept
                    self._standpoint = load_standpoint(session, key=self._key, allow_demo=self._settings.allow_demo)
                return self._standpoint
            trust = load_trust(session, allow_demo=self._settings.allow_demo)
        self._exchange.ask_admission(trust, membership.enrolment, report, now)
        with transaction(self._engine) as session:
            trust = load_trust(session, allow_demo=self._settings.allow_demo)
            if notice_admission(session, trust=trust, key=self._key, now=now) is None:
                report.is_waiting_for_admission = True
                return None
        return self._look(now, report)

    def _remember(self, standpoint: Standpoint) -> None:
        if standpoint is not self._standpoint:
            self._standpoint = standpoint
            with reading(self._engine) as session:
                self._kept = kept_versions(session)

    def _decide(self, rounds: Sequence[str], standpoint: Standpoint, report: AgentReport, now: datetime) -> None:
        for round_id in rounds:
            with transaction(self._engine) as session:
                try:
                    decided = deciding.decide(
                        session,
                        round_id=round_id,
                        standpoint=standpoint,
                        by=SYSTEM,
                        now=now,
                        steps=self._settings.decide_steps,
                    )
                except MarkeError as error:
                    _only_if_spoken(error)
                    continue
            match decided:
                case deciding.SaidYes():
                    report.accepted.append(round_id)
                case deciding.SaidNo(reason=reason):
                    report.refused.append((round_id, reason))
                case deciding.NotYet():
                    report.held.append(round_id)

    def _answer(self, rounds: Sequence[str], standpoint: Standpoint, report: AgentReport, now: datetime) -> None:
        for round_id in rounds:
            with transaction(self._engine) as session:
                outcome = answering.answer_question(
                    session,
                    round_id=round_id,
                    standpoint=standpoint,
                    by=SYSTEM,
                    now=now,
                    steps=self._settings.answer_steps,
                )
            match outcome:
                case answering.Answered():
                    report.answered.append(round_id)
                case answering.TookBack(reason=reason):
                    report.took_back.append((round_id, reason))
                case answering.NotNow():
                    pass


def _only_if_spoken(error: MarkeError) -> None:
    """Pass over a round whose window closed or that somebody decided meanwhile; everything else is raised."""
    if isinstance(error, StorageError | NotFoundError) or error.reason not in {
        Reason.DECISION_WINDOW_CLOSED,
        Reason.CONVERSATION_NOT_NOW,
        Reason.DECIDED_OTHERWISE,
    }:
        raise error
