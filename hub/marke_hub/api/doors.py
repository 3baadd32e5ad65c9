"""The doors for nodes. Each is a few lines: who calls, what came in, what happens, what goes back."""

from typing import Final, Literal, TypeAlias

from flask import Blueprint, Response, after_this_request, request

from marke.protocol.messages import (
    Contribution,
    Decision,
    Discovery,
    Enrolment,
    PollAnswer,
    PollRequest,
    Receipt,
)
from marke.signing.envelope import MEDIA_TYPE
from marke.signing.root import Directory, TrustRoot
from marke.vocabulary.document import Document, Line
from marke_ground.web.access import open_to_all, takes_body
from marke_ground.web.visit import visit
from marke_hub.api.desk import CREATED, JSON, as_envelope, as_json, body_of, caller, hub_at_work
from marke_hub.api.speech import sealed, speaks
from marke_hub.services.describe_hub import describe_hub, give_directory, give_root
from marke_hub.services.poll_feed import NothingNew, poll_feed
from marke_hub.services.receive_enrolment import receive_enrolment
from marke_hub.services.record_contribution import record_contribution
from marke_hub.services.record_decision import record_decision
from marke_hub.services.take_message import Arrival, Recorded

DOORS: Final = Blueprint("api", __name__)

_ACCEPTED, _OK, _NOT_MODIFIED = 202, 200, 304
_SMALL: Final = 16 * 1024
_LARGE: Final = 2 * 2**20
"""A contribution of 200 groups with 40 numbers each is well below this."""

Kind: TypeAlias = Literal["decision", "contribution"]


class EnrolmentAnswer(Document):
    """A request to join was received; a person decides. The words are compared by telephone."""

    status: Literal["waiting"] = "waiting"
    fingerprint: Line


@DOORS.get("/.well-known/marke-hub")
@speaks(gives=Discovery)
@open_to_all("a newcomer must learn who is here before anything is trusted", machine_door=True)
def discover() -> Response:
    """Say who is here, what it speaks and what time it has."""
    here = visit()
    return as_json(describe_hub(here.session, hub=hub_at_work(), now=here.now))


@DOORS.get("/api/v1/trust/roots/<int:version>")
@speaks(gives=sealed(TrustRoot))
@open_to_all("roots prove themselves by their signatures", machine_door=True)
def root(version: int) -> Response:
    """Give one version of the trust root."""
    return as_envelope(give_root(visit().session, version=version))


@DOORS.get("/api/v1/trust/directory")
@speaks(gives=sealed(Directory))
@open_to_all("the directory proves itself by its signatures", machine_door=True)
def directory() -> Response:
    """Give the newest directory."""
    here = visit()
    return as_envelope(give_directory(here.session, hub=hub_at_work()))


@DOORS.post("/api/v1/enrolments")
@speaks(takes=sealed(Enrolment), gives=EnrolmentAnswer, status=_ACCEPTED)
@open_to_all("the secret of an invitation is the proof", machine_door=True)
@takes_body(_SMALL)
def enrol() -> Response:
    """Take in a request to join."""
    here, body = visit(), body_of(MEDIA_TYPE)  # the body first: a slow sender must not hold a transaction open
    waiting = receive_enrolment(here.session, body=body, now=here.now)
    return as_json(EnrolmentAnswer(fingerprint=waiting.fingerprint), _ACCEPTED)


@DOORS.post("/api/v1/node/poll")
@speaks(takes=PollRequest, gives=PollAnswer, also=_NOT_MODIFIED, token=True)
@open_to_all("the node's token is the proof", machine_door=True)
@takes_body(_SMALL)
def poll() -> Response:
    """Say what is new for the collective that calls."""
    here, hub, collective = visit(), hub_at_work(), caller()
    wanted = PollRequest.from_lax_bytes(body_of(JSON))
    etag = request.headers.get("If-None-Match")
    found = poll_feed(here.session, collective=collective, request=wanted, etag=etag, hub=hub, now=here.now)
    response = Response(status=_NOT_MODIFIED) if isinstance(found, NothingNew) else as_json(found.answer)
    response.headers["ETag"] = found.etag
    response.headers["Retry-After"] = str(hub.config.poll_seconds)
    return response


@DOORS.put("/api/v1/rounds/<round_id>/decision")
@speaks(takes=sealed(Decision), gives=sealed(Receipt), status=CREATED, also=_OK, token=True)
@open_to_all("the node's token and signature are the proof", machine_door=True)
@takes_body(_SMALL)
def decide(round_id: str) -> Response:
    """Take in a decision; the same bytes again get the same receipt."""
    here, arrival = visit(), _arrival("decision", round_id)
    return _receipt(record_decision(here.session, arrival=arrival, hub=hub_at_work(), now=here.now))


@DOORS.put("/api/v1/rounds/<round_id>/contribution")
@speaks(takes=sealed(Contribution), gives=sealed(Receipt), status=CREATED, also=_OK, token=True)
@open_to_all("the node's token and signature are the proof", machine_door=True)
@takes_body(_LARGE)
def contribute(round_id: str) -> Response:
    """Take in the one contribution; the same bytes again get the same receipt, other bytes are a conflict."""
    here, arrival = visit(), _arrival("contribution", round_id)
    return _receipt(record_contribution(here.session, arrival=arrival, hub=hub_at_work(), now=here.now))


def _arrival(kind: Kind, round_id: str) -> Arrival:
    return Arrival(kind=kind, round_id=round_id, collective=caller(), body=body_of(MEDIA_TYPE))


def _receipt(recorded: Recorded) -> Response:
    if recorded.is_last:
        after_this_request(_wake)
    return as_envelope(recorded.receipt, CREATED if recorded.is_new else _OK)


def _wake(response: Response) -> Response:
    """Tell the worker, once the message is safely stored, that a round may be due."""
    hub_at_work().wake.set()
    return response
