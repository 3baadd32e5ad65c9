"""What every door for programs does alike: find the hub at work, find out who calls, and answer in one form."""

from typing import Final

from flask import Response, current_app, request

from marke.errors import BadInputError, ProgrammerError
from marke.reasons import Reason
from marke.signing.envelope import MEDIA_TYPE
from marke.vocabulary.document import Document
from marke_ground.web.visit import visit
from marke_hub.services.authenticate import Call, authenticate
from marke_hub.services.hub import Hub

EXTENSION: Final = "marke_hub"
JSON: Final = "application/json"
CREATED: Final = 201


def hub_at_work() -> Hub:
    """Return the hub that this app serves."""
    found = current_app.extensions.get(EXTENSION)
    if not isinstance(found, Hub):
        raise ProgrammerError("this app was not made by create_app")
    return found


def body_of(media_type: str) -> bytes:
    """Return the body of the request; raises BadInputError(WRONG_MEDIA_TYPE) for a body of another kind."""
    if request.mimetype != media_type:
        raise BadInputError(Reason.WRONG_MEDIA_TYPE, expected=media_type)
    return request.get_data(cache=True)


def caller() -> str:
    """Return the collective that calls, proven by its token for exactly this request."""
    here = visit()
    call = Call(request.method, request.path, request.get_data(cache=True), request.headers.get("Authorization"))
    return authenticate(here.session, call=call, hub=hub_at_work(), now=here.now)


def as_envelope(data: bytes, status: int = 200) -> Response:
    """Answer with a signed envelope, byte for byte."""
    return Response(data, status=status, mimetype=MEDIA_TYPE)


def as_json(document: Document, status: int = 200) -> Response:
    """Answer with a document in its canonical form."""
    return Response(document.to_bytes(), status=status, mimetype=JSON)
