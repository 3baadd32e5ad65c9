"""Signing in and out, and who comes in where."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from marke_ground.store.engine import reading, transaction
from marke_ground.web import sessions
from support.small_site import ACCESS, ALICE, AUDIT, BOB, SAME_ORIGIN, SmallSite, csrf_of, sign_in, small_site

pytestmark = pytest.mark.whole


@pytest.fixture
def site(tmp_path: Path, noon: datetime) -> SmallSite:
    return small_site(tmp_path, noon)


def _cookie(browser: FlaskClient) -> str:
    found = browser.get_cookie("marke_session_small")
    return "" if found is None else found.value


def test_alice_signs_in_with_a_link_and_reads(site: SmallSite) -> None:
    assert site.signed_in(ALICE).get("/notes").status_code == 200


def test_a_link_is_not_used_up_by_looking_at_it(site: SmallSite) -> None:
    path = site.link(ALICE)
    scanner = site.app.test_client()
    for _ in range(3):
        assert scanner.get(path).status_code == 200
        assert scanner.head(path).status_code == 200
    assert sign_in(site.app.test_client(), path).get("/notes").status_code == 200


def test_a_link_works_once(site: SmallSite) -> None:
    path = site.link(ALICE)
    sign_in(site.app.test_client(), path)
    charlie = site.app.test_client()
    assert charlie.get(path).status_code == 401
    token = csrf_of(charlie.get("/signin/" + site.link(BOB).rsplit("/", 1)[1]).text)
    assert charlie.post(path, data={"csrf": token}, headers=SAME_ORIGIN).status_code == 401


def test_a_link_works_for_fifteen_minutes(site: SmallSite) -> None:
    path = site.link(ALICE)
    site.clock.pass_time(timedelta(minutes=15))
    assert site.app.test_client().get(path).status_code == 401


def test_a_made_up_link_says_no_more_than_a_used_one(site: SmallSite) -> None:
    used = site.link(ALICE)
    sign_in(site.app.test_client(), used)
    charlie = site.app.test_client()
    assert charlie.get(used).text == charlie.get("/signin/" + "0" * 64).text.replace("0" * 64, used.rsplit("/", 1)[1])


def test_the_address_of_a_link_holds_nothing_of_the_person(site: SmallSite) -> None:
    assert "alice" not in site.link(ALICE)


def test_the_database_holds_no_token_that_works(site: SmallSite) -> None:
    path = site.link(ALICE)
    browser = sign_in(site.app.test_client(), path)
    with reading(site.engine) as session:
        rows = str(session.execute(select(ACCESS.sessions)).all()) + str(session.execute(select(ACCESS.links)).all())
    assert _cookie(browser) not in rows
    assert path.rsplit("/", 1)[1] not in rows


def test_signing_in_makes_a_new_session_whatever_cookie_was_planted(site: SmallSite) -> None:
    victim = site.app.test_client()
    victim.set_cookie("marke_session_small", "planted by Charlie")
    sign_in(victim, site.link(ALICE))
    assert _cookie(victim) != "planted by Charlie"
    charlie = site.app.test_client()
    charlie.set_cookie("marke_session_small", "planted by Charlie")
    assert charlie.get("/notes").status_code == 303


def test_signing_in_again_ends_the_session_before(site: SmallSite) -> None:
    browser = site.signed_in(ALICE)
    before = _cookie(browser)
    sign_in(browser, site.link(BOB))
    other = site.app.test_client()
    other.set_cookie("marke_session_small", before)
    assert other.get("/notes").status_code == 303


def test_signing_out_ends_the_session_in_the_database_too(site: SmallSite) -> None:
    browser = site.signed_in(ALICE)
    kept = _cookie(browser)
    page = browser.get("/signin").text
    assert browser.post("/signout", data={"csrf": csrf_of(page)}, headers=SAME_ORIGIN).status_code == 303
    thief = site.app.test_client()
    thief.set_cookie("marke_session_small", kept)
    assert thief.get("/notes").status_code == 303


def test_a_session_ends_after_half_an_hour_without_use(site: SmallSite) -> None:
    browser = site.signed_in(ALICE)
    for _ in range(3):
        site.clock.pass_time(timedelta(minutes=20))
        assert browser.get("/notes").status_code == 200
    site.clock.pass_time(timedelta(minutes=31))
    assert browser.get("/notes").status_code == 303


def test_a_session_ends_after_twelve_hours_of_use(site: SmallSite) -> None:
    browser = site.signed_in(ALICE)
    for _ in range(12 * 3 - 1):
        site.clock.pass_time(timedelta(minutes=20))
        assert browser.get("/notes").status_code == 200
    site.clock.pass_time(timedelta(minutes=20))
    assert browser.get("/notes").status_code == 303


def test_all_sessions_of_a_person_can_be_ended_at_once(site: SmallSite) -> None:
    browsers = [site.signed_in(ALICE), site.signed_in(ALICE), site.signed_in(BOB)]
    with transaction(site.engine) as session:
        assert sessions.revoke_all(session, ACCESS, actor=ALICE, now=site.clock.now()) == 2
    assert [browser.get("/notes").status_code for browser in browsers] == [303, 303, 200]


def test_bob_may_look_but_not_decide(site: SmallSite) -> None:
    browser = site.signed_in(BOB)
    token = csrf_of(browser.get("/signin").text)
    assert browser.post("/notes", data={"csrf": token, "text": "x"}, headers=SAME_ORIGIN).status_code == 403


def test_charlie_is_shown_the_way_to_the_door(site: SmallSite) -> None:
    answer = site.app.test_client().get("/notes?next=//elsewhere.example")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/signin")


def test_signing_in_leads_home_and_nowhere_else(site: SmallSite) -> None:
    path = site.link(ALICE)
    browser = site.app.test_client()
    token = csrf_of(browser.get(path).text)
    answer = browser.post(path + "?next=https://elsewhere.example", data={"csrf": token}, headers=SAME_ORIGIN)
    assert answer.headers["Location"] == "/notes"


def test_signing_in_and_out_is_in_the_audit(site: SmallSite) -> None:
    browser = site.signed_in(ALICE)
    browser.post("/signout", data={"csrf": csrf_of(browser.get("/signin").text)}, headers=SAME_ORIGIN)
    with reading(site.engine) as session:
        assert session.execute(select(AUDIT.c.verb)).scalars().all() == ["sign_in", "sign_out"]
        assert session.execute(select(func.count()).where(AUDIT.c.actor_id == "mem_alice")).scalar() == 2


def test_somebody_signed_in_stays_so_on_a_page_that_does_not_exist(site: SmallSite) -> None:
    browser = site.signed_in(ALICE)
    for answer, status in ((browser.get("/nowhere"), 404), (browser.get("/files"), 405)):
        assert answer.status_code == status
        assert "Afmelden" in answer.text
    assert "Afmelden" not in site.app.test_client().get("/nowhere").text


def test_the_other_language_after_a_post_is_the_page_at_the_same_address(site: SmallSite) -> None:
    browser = site.signed_in(BOB)
    refused = browser.post("/notes", data={"csrf": "wrong"}, headers=SAME_ORIGIN)
    assert 'href="/notes?lang=en"' in refused.text


def test_what_stands_behind_an_address_does_not_steer_where_the_other_language_leads(site: SmallSite) -> None:
    page = site.app.test_client().get("/signin?_external=1&_scheme=javascript&endpoint=x&lang=nl").text
    assert 'href="/signin?_external=1&amp;_scheme=javascript&amp;endpoint=x&amp;lang=en"' in page
