"""Makes the Flask app of a node or of the hub. The servers' own `create_app` only reads its settings and calls this.

    app = build_app(site, engine=engine, tables=ACCESS, clock=clock, chance=secrets.token_bytes, blueprints=[...])

* `site` is a `marke_ground.web.site.Site`; `tables` come from `marke_ground.store.access.access_tables(METADATA)`.
* Every view of every blueprint carries `@needs(Permission.X)` or `@open_to_all("why")` below its route decorator, or
  this raises ProgrammerError. A door for programs is `@open_to_all("why", machine_door=True)`: no cookie, no CSRF
  token, errors as problem documents; it checks the proof that the program brings (a token, an envelope) itself.
* A view calls `here = visit()` and hands `here.session`, `here.by` and `here.now` to one service, then `render(...)`s.
  The transaction begins at the first use and is kept when a POST or PUT succeeded; a GET gets one that cannot write.
* A route that takes more than 64 KiB says so with `@takes_body(bytes)`.
* Values of the server itself go in `app.extensions`, set by its `create_app` after this returns.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request
from sqlalchemy import Engine
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from marke.clock import Clock
from marke.errors import ProgrammerError, RefusedError
from marke.reasons import Reason
from marke_ground.store.access import AccessTables
from marke_ground.store.engine import reading, transaction
from marke_ground.web import sessions
from marke_ground.web.access import (
    KNOWN_METHODS,
    SAFE_METHODS,
    Needs,
    OpenToAll,
    access_of,
    body_limit_of,
    may,
    refuse_undeclared,
)
from marke_ground.web.doors import DOORS, to_sign_in
from marke_ground.web.errors import is_for_machine, register_errors
from marke_ground.web.i18n import read_words
from marke_ground.web.render import GROUND_PACKAGE, negotiate_language, prepare_templates
from marke_ground.web.security import protect, refuse_foreign_form, set_language_cookie
from marke_ground.web.site import Chance, Site
from marke_ground.web.uploads import request_class
from marke_ground.web.visit import EXTENSION, Ground, Visit, ground, visit

FIRST_ERROR_STATUS = 400


class _NotKeptError(Exception):
    """Leaves the transaction of a request without keeping what it wrote."""


class GroundApp(Flask):
    """A Flask app whose requests end their transaction once, after the page is made."""

    def dispatch_request(self) -> Any:  # noqa: ANN401 - Flask's own signature
        """Answer, then keep what was written when the answer is not an error."""
        response = None
        with suppress(_NotKeptError), visit().work:
            response = self.make_response(super().dispatch_request())
            if response.status_code >= FIRST_ERROR_STATUS:
                raise _NotKeptError
        return response


def build_app(
    site: Site,
    *,
    engine: Engine,
    tables: AccessTables,
    clock: Clock,
    chance: Chance,
    blueprints: Sequence[Blueprint],
) -> Flask:
    """Make the app of one site; raises ProgrammerError when a route does not say who may open it."""
    app = GroundApp(site.package, static_folder=None, template_folder=None)
    app.config.update(
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TRUSTED_HOSTS=list(site.hosts),
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=200,
    )
    app.request_class = request_class(site.upload_folder)
    words = read_words([GROUND_PACKAGE, site.package])
    app.extensions[EXTENSION] = Ground(site, engine, tables, clock, chance, words)
    prepare_templates(app, site)
    register_errors(app)
    app.before_request(_guard)
    app.after_request(_finish)
    for blueprint in (DOORS, *blueprints):
        app.register_blueprint(blueprint)
    refuse_undeclared(app)
    return app


def _guard() -> AnyResponse | None:
    """Decide whether this request may come in; runs before the body is read. Returns an answer only to send away."""
    _begin()
    endpoint = request.endpoint
    if endpoint is None:
        # no such page, or not for this method: the error page still knows who is signed in
        if not is_for_machine():
            _recognise(visit())
        return None
    access = access_of(current_app, endpoint)
    if access is None:
        raise ProgrammerError(f"{endpoint} does not say who may open it")
    if request.method not in KNOWN_METHODS:
        raise MethodNotAllowed
    request.max_content_length = body_limit_of(current_app, endpoint)
    if isinstance(access, OpenToAll) and access.machine_door:
        return None
    here = visit()
    _recognise(here)
    if isinstance(access, Needs) and not may(here.ground.site.grants, here.actor, access.permission):
        return _send_away(here)
    if request.method not in SAFE_METHODS:
        refuse_foreign_form(request, here)
    return None


def _begin() -> None:
    standing = ground()
    g.visit = Visit(
        ground=standing,
        now=standing.clock.now(),
        language=negotiate_language(standing.site),
        looks_only=request.method in SAFE_METHODS,
    )


def _recognise(here: Visit) -> None:
    """Find out who it is by the session cookie; without a session, remember the secret of the form cookie."""
    site = here.ground.site
    token = request.cookies.get(site.session_cookie)
    if token is not None:
        with reading(here.ground.engine) as session:
            found = sessions.find(session, here.ground.tables, token=token, now=here.now)
        if found is not None:
            _keep_alive(here, found)
            here.actor, here.session_token, here.form_secret = found.actor, token, token
            return
    here.form_secret = request.cookies.get(site.form_cookie, "")


def _keep_alive(here: Visit, found: sessions.WebSession) -> None:
    if here.now - found.seen >= sessions.SEEN_STEP:
        with transaction(here.ground.engine) as session:
            sessions.touch(session, here.ground.tables, found=found, now=here.now)


def _send_away(here: Visit) -> AnyResponse:
    """Show who is not signed in where to sign in; tell who is, that this is not for this role."""
    if here.actor is None and request.method in SAFE_METHODS:
        return to_sign_in()
    raise RefusedError(Reason.NOT_PERMITTED if here.actor is not None else Reason.SIGN_IN_FIRST)


def _finish(response: Response) -> Response:
    here = visit()
    if request.args.get("lang") == here.language and response.status_code < FIRST_ERROR_STATUS:
        set_language_cookie(response, here.ground.site, here.language)
    protect(response, here.ground.site)
    return response
