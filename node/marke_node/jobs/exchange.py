"""Asking the hub what is new, and believing it message by message."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from marke.canonical import MAX_SAFE_INTEGER
from marke.errors import BadInputError, MarkeError, StorageError, UnreachableError, UntrustedError
from marke.protocol.messages import PROTOCOL_VERSIONS, PollAnswer, PollRequest
from marke.reasons import Reason
from marke.signing.trust import TrustState
from marke.vocabulary.actor import SYSTEM
from marke_ground.store.engine import Session, transaction
from marke_node.hub_link.backoff import CHANCE_BYTES, LONGEST_WAIT_S, next_wait
from marke_node.hub_link.link import Caller, Chance, HubLink, NothingNew
from marke_node.jobs.join_hub import SOFTWARE
from marke_node.jobs.report import AgentReport
from marke_node.services.keep_trust import keep_directory, keep_root
from marke_node.services.pipeline import Standpoint
from marke_node.services.pipeline_steps import CAPABILITIES
from marke_node.services.receive_envelopes import Ended, TrustMoved, receive
from marke_node.services.record_incident import Unbelieved, record_incidents
from marke_node.store import outbox

MOST_PAGES: Final = 50
"""More pages than this wait for the next step, so that a hub that never ends cannot keep the agent busy."""

_CONTACT_NOTED: Final = timedelta(seconds=60)
"""How exact the moment of the last contact is kept; a poll without news need not write."""


class Exchange:
    """The conversation of one agent with its hub."""

    def __init__(self, engine: Engine, link: HubLink, chance: Chance) -> None:
        self._engine = engine
        self._link = link
        self._chance = chance
        self._tag: tuple[bytes, str] | None = None
        """The last request and the tag of its answer; only the same request again may say `If-None-Match`."""
        self._contact: datetime | None = None
        self._cursor = 0
        self._interval = 60
        self._failing = True
        """Whether a failure may be on file that a success must clear."""
        self.next_poll: datetime | None = None

    def look(self, session: Session, now: datetime) -> None:
        """Read where the conversation stands; another process may have moved it since the last step."""
        state = outbox.agent_state(session)
        if state is not None:
            self._cursor = state.cursor if state.cursor <= MAX_SAFE_INTEGER else 0
            # a clock that was set back must not silence the node for longer than the hub asked for
            patience = timedelta(seconds=max(self._interval, LONGEST_WAIT_S))
            self.next_poll = min(self.next_poll or state.next_poll, now + patience)

    def poll(self, standpoint: Standpoint, caller: Caller, report: AgentReport, now: datetime) -> Standpoint:
        """Poll when it is due, file what came, and return the standpoint, moved when trust moved."""
        if self.next_poll is not None and now < self.next_poll:
            return standpoint
        try:
            return self._pages(standpoint, caller, report, now)
        except StorageError:
            raise
        except MarkeError as error:
            self._failed(error, report, now)
            return standpoint

    def _pages(self, standpoint: Standpoint, caller: Caller, report: AgentReport, now: datetime) -> Standpoint:
        for _ in range(MOST_PAGES):
            answer = self._ask(standpoint, caller, now)
            report.polled = True
            if answer is None:
                self._reached(now, None, self._interval)
                break
            _check(answer, standpoint)
            if answer.cursor < self._cursor:
                self._begin_again(answer, report, now)
                continue
            standpoint = self._file(answer, standpoint, report, now)
            self._interval = answer.next_poll_s
            self._reached(now, answer, answer.next_poll_s)
            if not answer.more:
                break
        return standpoint

    def _ask(self, standpoint: Standpoint, caller: Caller, now: datetime) -> PollAnswer | None:
        request = PollRequest(
            protocols=PROTOCOL_VERSIONS,
            software=SOFTWARE,
            capabilities=CAPABILITIES,
            codebooks=(standpoint.codebook.hash,),
            root_version=standpoint.trust.root.version,
            directory_version=standpoint.trust.directory_version,
            cursor=self._cursor,
        )
        body = request.to_bytes()
        etag = self._tag[1] if self._tag is not None and self._tag[0] == body else None
        found = self._link.poll(request, caller, etag=etag, now=now)
        if isinstance(found, NothingNew):
            return None
        self._tag = None if found.etag is None else (body, found.etag)
        return found.answer

    def _begin_again(self, answer: PollAnswer, report: AgentReport, now: datetime) -> None:
        """Ask for everything once more from a hub that counts lower than it did, and write down that it did.

        It was put back from a backup, or somebody told us a number that it never had: no answer to a poll is signed.
        Either way messages may have been missed, and hearing one again changes nothing.
        """
        error = UntrustedError(Reason.HUB_WENT_BACK)
        report.not_believed.append(error.reason)
        with transaction(self._engine) as session:
            record_incidents(session, refused=[Unbelieved(answer.to_bytes(), error)], now=now)
            outbox.write_agent_state(session, {"cursor": 0})
        self._cursor, self._tag = 0, None

    def _file(self, answer: PollAnswer, standpoint: Standpoint, report: AgentReport, now: datetime) -> Standpoint:
        refused: list[Unbelieved] = []
        for text in answer.envelopes:
            envelope = text.encode("utf-8")
            try:
                with transaction(self._engine) as session:
                    received = receive(session, envelope=envelope, trust=standpoint.trust, now=now)
            except (StorageError, UnreachableError):
                raise
            except MarkeError as error:
                refused.append(Unbelieved(envelope, error))
                continue
            report.received += 1
            match received:
                case TrustMoved(trust=trust):
                    standpoint = Standpoint(trust, standpoint.codebook, standpoint.signer)
                case Ended(round_id=round_id):
                    report.ended.append(round_id)
                case _:
                    pass
        if refused:
            with transaction(self._engine) as session:
                new = record_incidents(session, refused=refused, now=now)
            report.not_believed.extend(one.error.reason for one in new)
        return standpoint

    def _reached(self, now: datetime, answer: PollAnswer | None, interval_s: int) -> None:
        self.next_poll = now + timedelta(seconds=interval_s)
        moved = answer is not None and answer.cursor != self._cursor
        noted = self._contact is not None and now - self._contact < _CONTACT_NOTED
        if noted and not moved and not self._failing:
            return
        values: dict[str, object] = {"next_poll": self.next_poll, "last_contact": now, "wait_s": 0}
        values |= {"failure": None, "failed": None}
        if answer is not None:
            values["cursor"] = self._cursor = answer.cursor
        with transaction(self._engine) as session:
            outbox.write_agent_state(session, values)
        self._contact, self._failing = now, False

    def _failed(self, error: MarkeError, report: AgentReport, now: datetime) -> None:
        report.error = error
        with transaction(self._engine) as session:
            state = outbox.agent_state(session)
            wait = next_wait(0 if state is None else state.wait_s, self._chance(CHANCE_BYTES))
            self.next_poll = now + timedelta(seconds=wait)
            values = {"next_poll": self.next_poll, "wait_s": wait, "failure": error.reason.value, "failed": now}
            outbox.write_agent_state(session, values)
        self._failing, self._tag = True, None

    def ask_admission(self, trust: TrustState, enrolment: bytes, report: AgentReport, now: datetime) -> None:
        """Send the request for admission once more and fetch the newest roots and directory."""
        try:
            self._link.enrol(enrolment)
        except StorageError:
            raise
        except MarkeError as error:
            report.error = error
        try:
            sync_trust(self._engine, self._link, trust, now)
        except StorageError:
            raise
        except MarkeError as error:
            report.error = error


def sync_trust(engine: Engine, link: HubLink, trust: TrustState, now: datetime) -> TrustState:
    """Fetch root n+1, n+2, ... one at a time, then the directory; each is kept before it is used (TUF 5.3)."""
    while (root := link.root(trust.root.version + 1)) is not None:
        with transaction(engine) as session:
            trust = keep_root(session, trust=trust, envelope=root, by=SYSTEM, now=now)
    directory = link.directory()
    if directory is not None:
        with transaction(engine) as session:
            trust = keep_directory(session, trust=trust, envelope=directory, by=SYSTEM, now=now)
    return trust


def _check(answer: PollAnswer, standpoint: Standpoint) -> None:
    if answer.collective != standpoint.signer.collective:
        raise UntrustedError(Reason.HUB_OTHER_COLLECTIVE)
    if answer.protocol not in PROTOCOL_VERSIONS:
        raise BadInputError(Reason.NO_COMMON_PROTOCOL)
