"""Whatever goes wrong becomes one page, or one problem document, with a sentence and what to do about it.

One of the two modules that may catch every exception (style.md 7.8). The log gets where it happened and of what class
it was, never the message: a message of another library may repeat somebody's data.
"""

import logging
import traceback

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from marke.errors import BadInputError, ConflictError, MarkeError, NotFoundError, RefusedError
from marke.protocol.messages import Problem
from marke.reasons import Reason
from marke.vocabulary.document import in_one_line
from marke_ground.web.access import OpenToAll, access_of
from marke_ground.web.render import negotiate_language, render
from marke_ground.web.visit import ground, visit

LOG = logging.getLogger("marke.web")
MACHINE_PATHS = ("/api/", "/.well-known/")
PROBLEM_TYPE = "application/problem+json"
LONGEST_TITLE = 200

_HTTP_REASONS: dict[int, type[MarkeError]] = {
    400: BadInputError,
    404: NotFoundError,
    405: ConflictError,
    413: BadInputError,
    415: BadInputError,
}
_REASON_OF_STATUS = {
    400: Reason.BAD_REQUEST,
    404: Reason.NO_SUCH_PAGE,
    405: Reason.METHOD_NOT_ALLOWED,
    413: Reason.BODY_TOO_BIG,
    415: Reason.BAD_REQUEST,
}


def register_errors(app: Flask) -> None:
    """Let an app answer every error in our way."""
    app.register_error_handler(Exception, answer_error)


def answer_error(error: Exception) -> Response:
    """Turn an exception into the answer for a person or for a program."""
    known, status = _known(error)
    if status >= InternalServerError.code:
        _log(error)
    # without a host that is ours, no address of a page can be made
    if isinstance(error, SecurityError) or is_for_machine():
        return problem(known, status)
    return _page(known, status)


def problem(error: MarkeError, status: int | None = None) -> Response:
    """Return an RFC 9457 problem document; the reason is stable, the sentence may be improved."""
    document = Problem(
        type="about:blank",
        title=in_one_line(_sentence(error))[:LONGEST_TITLE],
        status=status or error.http_status,
        reason=error.reason.value,
    )
    return Response(document.to_bytes(), status=document.status, mimetype=PROBLEM_TYPE)


def _known(error: Exception) -> tuple[MarkeError, int]:
    original = getattr(error, "original_exception", None)
    if isinstance(original, MarkeError):
        error = original
    if isinstance(error, MarkeError):
        return error, error.http_status
    if isinstance(error, HTTPException) and error.code in _REASON_OF_STATUS:
        return _HTTP_REASONS[error.code](_REASON_OF_STATUS[error.code]), error.code
    if isinstance(error, HTTPException) and error.code is not None and error.code < InternalServerError.code:
        return RefusedError(Reason.BAD_REQUEST), error.code
    return MarkeError(Reason.INTERNAL), InternalServerError.code


def _log(error: Exception) -> None:
    at_fault = getattr(error, "original_exception", None) or error
    where = " < ".join(
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(at_fault.__traceback__)[-6:])
    )
    LOG.error("a page failed: endpoint=%s class=%s at %s", request.endpoint, type(at_fault).__name__, where)


def is_for_machine() -> bool:
    """Whether the request is for a door for programs, by its route or else by its address."""
    if request.endpoint is None:
        return request.path.startswith(MACHINE_PATHS)
    access = access_of(current_app, request.endpoint)
    return isinstance(access, OpenToAll) and access.machine_door


def _sentence(error: MarkeError) -> str:
    return error.say(negotiate_language(ground().site))


def _page(error: MarkeError, status: int) -> Response:
    return render(
        "error.html", status=status, sentence=_sentence(error), reason=error.reason.value, signed_in=visit().actor
    )
