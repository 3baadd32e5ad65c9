"""Headers, foreign forms, looking that changes nothing, bodies that are too big, names that are not what they seem."""

import logging
from datetime import datetime
from pathlib import Path

import pytest
from flask import Blueprint, Response
from sqlalchemy import select

from marke.errors import ProgrammerError
from marke_ground.store.engine import reading
from marke_ground.web.access import Permission, needs, open_to_all, route_table
from marke_ground.web.ground import build_app
from marke_ground.web.visit import EXTENSION, Ground
from support.small_site import ACCESS, ALICE, NOTES, SAME_ORIGIN, SmallSite, csrf_of, small_site

pytestmark = pytest.mark.whole


@pytest.fixture
def site(tmp_path: Path, noon: datetime) -> SmallSite:
    return small_site(tmp_path, noon)


_MULTIPART = "multipart/form-data; boundary=frontier"


def _upload(token: str, size: int) -> bytes:
    parts = [
        f'--frontier\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n',
        '--frontier\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n',
        "x" * size,
        "\r\n--frontier--\r\n",
    ]
    return "".join(parts).encode()


def _notes(site: SmallSite) -> list[str]:
    with reading(site.engine) as session:
        return list(session.execute(select(NOTES.c.text)).scalars())


def test_every_answer_carries_the_protective_headers(site: SmallSite) -> None:
    browser = site.app.test_client()
    for path in ("/signin", "/notes", "/nowhere", "/static/marke.css", "/favicon.svg"):
        headers = browser.get(path).headers
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers


def test_pages_are_not_kept_by_browsers_or_proxies(site: SmallSite) -> None:
    assert site.signed_in(ALICE).get("/notes").headers["Cache-Control"] == "no-store"


def test_over_https_cookies_are_bound_to_the_host(tmp_path: Path, noon: datetime) -> None:
    site = small_site(tmp_path, noon, secure=True)
    browser = site.app.test_client()
    path = site.link(ALICE)
    token = csrf_of(browser.get(path, base_url="https://localhost").text)
    answer = browser.post(path, data={"csrf": token}, headers=SAME_ORIGIN, base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-marke_session_small=")
    assert all(part in cookie for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"))
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_a_form_from_elsewhere_is_refused(site: SmallSite, headers: dict[str, str]) -> None:
    browser = site.signed_in(ALICE)
    token = csrf_of(browser.get("/signin").text)
    answer = browser.post("/notes", data={"csrf": token, "text": "x"}, headers=headers)
    assert (answer.status_code, _notes(site)) == (403, [])


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}], ids=str)
def test_our_own_form_is_taken(site: SmallSite, headers: dict[str, str]) -> None:
    browser = site.signed_in(ALICE)
    token = csrf_of(browser.get("/signin").text)
    assert browser.post("/notes", data={"csrf": token, "text": "x"}, headers=headers).status_code == 200
    assert _notes(site) == ["x"]


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_the_token_of_this_session_is_refused(site: SmallSite, token: str) -> None:
    answer = site.signed_in(ALICE).post("/notes", data={"csrf": token, "text": "x"}, headers=SAME_ORIGIN)
    assert (answer.status_code, _notes(site)) == (403, [])


def test_a_token_of_another_session_is_refused(site: SmallSite) -> None:
    token = csrf_of(site.signed_in(ALICE).get("/signin").text)
    answer = site.signed_in(ALICE).post("/notes", data={"csrf": token, "text": "x"}, headers=SAME_ORIGIN)
    assert answer.status_code == 403


def test_looking_cannot_write(site: SmallSite) -> None:
    assert site.signed_in(ALICE).get("/notes/sneaky").status_code >= 500
    assert _notes(site) == []


def test_what_fails_halfway_is_not_kept_and_not_told(site: SmallSite, caplog: pytest.LogCaptureFixture) -> None:
    browser = site.signed_in(ALICE)
    token = csrf_of(browser.get("/signin").text)
    with caplog.at_level(logging.DEBUG):
        answer = browser.post("/notes", data={"csrf": token, "text": "halfway"}, headers=SAME_ORIGIN)
    assert (answer.status_code, _notes(site)) == (500, [])
    assert "secret of Bob" not in answer.text + caplog.text
    assert "class=RuntimeError" in caplog.text


def test_a_program_gets_a_problem_document_and_needs_no_cookie(site: SmallSite) -> None:
    program = site.app.test_client()
    assert program.put("/api/v1/notes/one").status_code == 201
    answer = program.put("/api/v1/notes/one")
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert program.get("/api/v1/nothing").get_json()["reason"] == "no_such_page"


@pytest.mark.parametrize("method", ["OPTIONS", "DELETE", "PATCH", "TRACE", "BREW"])
def test_an_unknown_method_is_refused(site: SmallSite, method: str) -> None:
    assert site.signed_in(ALICE).open("/notes", method=method).status_code == 405


def test_another_host_name_is_refused(site: SmallSite) -> None:
    answer = site.app.test_client().get("/signin", headers={"Host": "rebound.example"})
    assert answer.status_code == 400


def test_a_form_takes_64_kib_and_a_file_as_much_as_its_page_says(site: SmallSite) -> None:
    browser = site.signed_in(ALICE)
    token = csrf_of(browser.get("/signin").text)
    big = b"x" * 70_000
    note = browser.post("/notes", data={"csrf": token, "text": big.decode()}, headers=SAME_ORIGIN)
    assert note.status_code == 413
    for size, status in ((600_000, 200), (1_100_000, 413)):
        answer = browser.post("/files", data=_upload(token, size), content_type=_MULTIPART, headers=SAME_ORIGIN)
        assert answer.status_code == status


def test_a_stranger_is_sent_away_before_the_body_is_read(site: SmallSite) -> None:
    answer = site.app.test_client().post("/files", data=b"x" * 2_000_000, headers=SAME_ORIGIN)
    assert answer.status_code == 403


def test_a_name_with_html_is_shown_as_text(site: SmallSite) -> None:
    page = site.app.test_client().get("/signin").text
    assert "<b>De Es</b>" not in page
    assert "&lt;b&gt;De Es&lt;/b&gt;" in page


def test_an_address_with_html_is_not_repeated(site: SmallSite) -> None:
    assert "<script" not in site.app.test_client().get("/<script>alert(1)</script>?lang=<script>").text


def _app_with(site: SmallSite, pages: Blueprint) -> None:
    ground = site.app.extensions[EXTENSION]
    if not isinstance(ground, Ground):
        raise TypeError
    build_app(ground.site, engine=site.engine, tables=ACCESS, clock=site.clock, chance=site.chance, blueprints=[pages])


def test_a_route_that_does_not_say_who_may_open_it_stops_the_app(site: SmallSite) -> None:
    pages = Blueprint("forgot", __name__)
    pages.get("/forgot")(lambda: Response("hello"))
    with pytest.raises(ProgrammerError, match="declares neither"):
        _app_with(site, pages)


def test_a_route_with_an_unknown_method_stops_the_app(site: SmallSite) -> None:
    pages = Blueprint("erase", __name__)
    pages.delete("/erase")(needs(Permission.SEE_HOME)(lambda: Response("gone")))
    with pytest.raises(ProgrammerError, match="method"):
        _app_with(site, pages)


def test_an_open_door_needs_a_reason_and_one_declaration() -> None:
    with pytest.raises(ProgrammerError):
        open_to_all(" ")
    with pytest.raises(ProgrammerError):
        needs(Permission.SEE_HOME)(needs(Permission.SEE_HOME)(lambda: ""))


def test_the_route_table_lists_every_route_with_its_access(site: SmallSite) -> None:
    table = {route.rule: route for route in route_table(site.app)}
    assert {"/signin", "/signin/<token>", "/signout", "/notes", "/files", "/static/marke.css"} <= set(table)
    assert all(route.access is not None for route in table.values())
    assert table["/files"].body_limit == 1_000_000
