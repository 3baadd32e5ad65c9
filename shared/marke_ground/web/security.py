"""Headers, cookies, body limits and the check that a form comes from our own page.

No page has a script, an inline style or a request to another site, so the policy allows none. A changing request must
be sent by our own page: the browser's word for it (Sec-Fetch-Site, else Origin) and the session's token both count.
"""

import hmac

from flask import Request
from werkzeug.wrappers import Response

from marke.errors import RefusedError
from marke.reasons import Reason
from marke_ground.web.sessions import form_token
from marke_ground.web.site import Site
from marke_ground.web.visit import Visit

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not no-referrer: with that, browsers send `Origin: null` with our own forms
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"
FORM_FIELD = "csrf"
YEAR_S = 365 * 24 * 3600


def protect(response: Response, site: Site) -> None:
    """Put the protective headers on an answer; what a view did not say about caching is: do not keep it."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    if site.secure:
        response.headers["Strict-Transport-Security"] = HSTS
    response.headers.setdefault("Cache-Control", "no-store")


def refuse_foreign_form(request: Request, here: Visit) -> None:
    """Raise RefusedError when a changing request was not sent from our own page by this very browser."""
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        if said != "same-origin":
            raise RefusedError(Reason.FOREIGN_FORM)
    elif request.headers.get("Origin") != f"{request.scheme}://{request.host}":
        raise RefusedError(Reason.FOREIGN_FORM)
    given = request.form.get(FORM_FIELD, "")
    if not here.form_secret or not hmac.compare_digest(given.encode(), form_token(here.form_secret).encode()):
        raise RefusedError(Reason.FOREIGN_FORM)


def set_session_cookie(response: Response, site: Site, token: str) -> None:
    """Hand the session's token to the browser; it goes when the browser closes, and scripts cannot see it."""
    _set(response, site, site.session_cookie, token)


def set_form_cookie(response: Response, site: Site, secret: str) -> None:
    """Tie the form on a page to this browser, for who is not signed in."""
    _set(response, site, site.form_cookie, secret)


def set_language_cookie(response: Response, site: Site, language: str) -> None:
    """Remember the language for a year."""
    _set(response, site, site.language_cookie, language, max_age=YEAR_S)


def drop_session_cookie(response: Response, site: Site) -> None:
    """Take the session's token from the browser."""
    response.delete_cookie(site.session_cookie, path="/", secure=site.secure, httponly=True, samesite="Lax")


def _set(response: Response, site: Site, name: str, value: str, max_age: int | None = None) -> None:
    response.set_cookie(name, value, max_age=max_age, path="/", secure=site.secure, httponly=True, samesite="Lax")
