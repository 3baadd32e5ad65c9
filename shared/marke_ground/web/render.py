"""The one way a page is made: a template, its values, the visitor's language, and the words of the site."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, request, url_for
from jinja2 import ChoiceLoader, PackageLoader, StrictUndefined
from werkzeug.exceptions import HTTPException

from marke import formats
from marke.reasons import LANGUAGES, Language
from marke_ground.web.access import Permission, may
from marke_ground.web.security import FORM_FIELD, set_form_cookie
from marke_ground.web.sessions import TOKEN_BYTES, form_token
from marke_ground.web.site import MenuItem, Site
from marke_ground.web.visit import ground, visit

GROUND_PACKAGE = "marke_ground.web"
STYLESHEET = "marke.css"


def render(template: str, *, status: int = 200, **values: object) -> Response:
    """Make a page from a template in the language of the visitor."""
    here = visit()
    text = current_app.jinja_env.get_template(template).render(
        **values, here=here, site=here.ground.site, page_status=status
    )
    response = Response(text, status=status, mimetype="text/html")
    response.headers["Content-Language"] = here.language
    response.headers["Vary"] = "Accept-Language, Cookie"
    if here.form_secret_is_new:
        set_form_cookie(response, here.ground.site, here.form_secret)
    return response


def prepare_templates(app: Flask, site: Site) -> None:
    """Give an app its templates: the site's own folder first, then the ground's; escaping always, no unknown names."""
    app.jinja_loader = ChoiceLoader([PackageLoader(site.package), PackageLoader(GROUND_PACKAGE)])
    environment = app.jinja_env
    environment.autoescape = True
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.globals.update(
        _=_say,
        _n=_say_many,
        csrf=_csrf,
        csrf_field=FORM_FIELD,
        here_at=_here_at,
        menu=_menu,
        may=_may,
        other_language=_other_language,
        stylesheet=_stylesheet,
        url=url_for,
    )
    environment.filters.update(
        number=_formatted(formats.number),
        day=_formatted(formats.day),
        moment=_formatted(formats.moment),
        short_moment=_formatted(formats.short_moment),
        period=_formatted(formats.period),
        size=_formatted(formats.size),
        say=_bilingual,
    )


def negotiate_language(site: Site) -> Language:
    """Choose the language: the address, else the cookie, else the browser's wish, else Dutch."""
    for wish in (request.args.get("lang"), request.cookies.get(site.language_cookie)):
        for language in LANGUAGES:
            if wish == language:
                return language
    wished = request.accept_languages.best_match(LANGUAGES)
    return "en" if wished == "en" else "nl"


@cache
def stylesheet_bytes() -> bytes:
    """Read the one stylesheet."""
    return resources.files(GROUND_PACKAGE).joinpath("static", STYLESHEET).read_bytes()


@cache
def mark_bytes() -> bytes:
    """Read the mark of the sites, an SVG drawing."""
    return resources.files(GROUND_PACKAGE).joinpath("static", "mark.svg").read_bytes()


@cache
def stylesheet_version() -> str:
    """Return a short hash of the stylesheet, so that browsers may keep it for a year."""
    return hashlib.sha256(stylesheet_bytes()).hexdigest()[:12]


def _formatted(function: Callable[..., str]) -> Callable[..., str]:
    def formatted(value: object, *arguments: object) -> str:
        return function(value, visit().language, *arguments)

    return formatted


def _say(key: str, **values: object) -> str:
    here = visit()
    return here.ground.words.say(here.language, key, **values)


def _say_many(key: str, count: int, **values: object) -> str:
    here = visit()
    return here.ground.words.say_many(here.language, key, count, **values)


def _bilingual(text: Any) -> str:  # noqa: ANN401 - anything with a Dutch and an English text
    return str(text.say(visit().language))


def _csrf() -> str:
    """Return the token for a form; a browser that is not signed in gets its own secret with the page."""
    here = visit()
    if not here.form_secret:
        here.form_secret = here.ground.chance(TOKEN_BYTES).hex()
        here.form_secret_is_new = True
    return form_token(here.form_secret)


def _may(permission: str) -> bool:
    here = visit()
    return may(here.ground.site.grants, here.actor, Permission(permission))


def _menu() -> list[MenuItem]:
    here = visit()
    site = ground().site
    return [item for item in site.menu if item.permission is None or may(site.grants, here.actor, item.permission)]


def _here_at(endpoint: str) -> bool:
    """Whether the page shown is the one a menu entry leads to, or one below it."""
    return request.endpoint == endpoint


def _other_language() -> str:
    """Return the address of this page in the other language; after a POST, of the page at the same address."""
    other = "en" if visit().language == "nl" else "nl"
    page = _page_here()
    if page is None:
        return f"/?lang={other}"
    endpoint, path_arguments = page
    arguments = {name: value for name, value in request.args.items() if name != "lang"}
    # what a visitor put behind the address never becomes an argument of url_for: `_scheme` would be one
    return f"{url_for(endpoint, **path_arguments)}?{urlencode({**arguments, 'lang': other})}"


def _page_here() -> tuple[str, Mapping[str, Any]] | None:
    """Return the page that a GET of this address shows, with the arguments in its path; None when there is none."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return None
    try:
        return adapter.match(request.path, method="GET")
    except HTTPException:
        return None


def _stylesheet() -> str:
    return url_for("ground.stylesheet", v=stylesheet_version())
