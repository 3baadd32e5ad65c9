"""The doors every site has: signing in with a one-time link, signing out, the stylesheet and the mark."""

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from marke_ground.store import audit
from marke_ground.web import links, sessions
from marke_ground.web.access import open_to_all
from marke_ground.web.render import mark_bytes, render, stylesheet_bytes
from marke_ground.web.security import drop_session_cookie, set_session_cookie
from marke_ground.web.visit import visit

DOORS = Blueprint("ground", __name__)

KEEP_A_YEAR = "public, max-age=31536000, immutable"
SEE_OTHER = 303


def to_sign_in() -> AnyResponse:
    """Send somebody to the page that explains how to sign in."""
    return redirect(url_for("ground.sign_in"), SEE_OTHER)


@DOORS.get("/signin")
@open_to_all("somebody who is not signed in must be able to read how to sign in")
def sign_in() -> Response:
    """Explain how to get a link."""
    return render("ground/sign_in.html")


@DOORS.get("/signin/<token>")
@open_to_all("the link itself is the proof; looking at it changes nothing")
def look_at_link(token: str) -> Response:
    """Show the button that uses the link."""
    here = visit()
    actor = links.look(here.session, here.ground.tables, token=token, now=here.now)
    return render("ground/sign_in_link.html", role=actor.kind.value)


@DOORS.post("/signin/<token>")
@open_to_all("the link itself is the proof; it works once")
def use_link(token: str) -> AnyResponse:
    """Use the link: a new session, and an older one of this browser ends."""
    here = visit()
    tables, site = here.ground.tables, here.ground.site
    actor = links.consume(here.session, tables, token=token, now=here.now)
    if here.session_token is not None:
        sessions.revoke(here.session, tables, token=here.session_token, now=here.now)
    fresh = sessions.start(here.session, tables, actor=actor, chance=here.ground.chance, now=here.now)
    audit.record(here.session, by=actor, verb="sign_in", subject=str(actor), now=here.now)
    response = redirect(url_for(site.home), SEE_OTHER)
    set_session_cookie(response, site, fresh)
    return response


@DOORS.post("/signout")
@open_to_all("signing out never does harm")
def sign_out() -> AnyResponse:
    """End the session, here and in the database."""
    here = visit()
    if here.session_token is not None:
        sessions.revoke(here.session, here.ground.tables, token=here.session_token, now=here.now)
        audit.record(here.session, by=here.by, verb="sign_out", subject=str(here.by), now=here.now)
    response = to_sign_in()
    drop_session_cookie(response, here.ground.site)
    return response


@DOORS.get("/static/marke.css")
@open_to_all("the stylesheet is the same for everybody")
def stylesheet() -> Response:
    """Give the one stylesheet; its address changes with its content."""
    return Response(stylesheet_bytes(), mimetype="text/css", headers={"Cache-Control": KEEP_A_YEAR})


@DOORS.get("/favicon.svg")
@open_to_all("the mark is the same for everybody")
def mark() -> Response:
    """Give the mark of the site: strips of common land with a boundary stone."""
    return Response(mark_bytes(), mimetype="image/svg+xml", headers={"Cache-Control": KEEP_A_YEAR})
