"""The doors for nodes: what is new, what was decided, what was answered, and its receipt."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from marke.protocol import wire
from marke.protocol.messages import Discovery, PollAnswer, Receipt, RefusalClass
from marke.questions.check import CheckedQuestion
from marke.signing.envelope import Envelope
from marke.vocabulary.ids import content_hash
from marke_hub.jobs import tick
from marke_hub.services import feed
from marke_hub.services.poll_feed import MOST_ROOTS, gather_news
from support.consortium import Consortium
from support.hub_door import ENVELOPE, JSON, Door, poll_request, problem

CELL = (20, 30_000, 5_000)


@pytest.fixture
def door(consortium: Consortium) -> Door:
    """Give the doors of a hub that two collectives joined."""
    consortium.enrol("ada", "bea")
    return Door(consortium)


def _opened(door: Door) -> tuple[str, CheckedQuestion]:
    """Ask the sample question and let both accept, so that the round is open."""
    round_id, checked = door.consortium.ask()
    for who in door.consortium.collectives:
        body = who.decision(round_id, checked.hash, now=door.consortium.now)
        assert door.put(who, "decision", round_id, body).status_code == 201
    tick(door.consortium.engine, door.consortium.hub, door.consortium.now)
    return round_id, checked


def test_anybody_may_learn_who_is_here_and_fetch_roots_and_directory(door: Door) -> None:
    found = Discovery.from_bytes(door.client.get("/.well-known/marke-hub").data)
    assert (found.hub, found.root_version, found.now) == ("Collectieven Samen", 1, door.consortium.now)
    root = door.client.get("/api/v1/trust/roots/1")
    assert root.mimetype == ENVELOPE
    assert Envelope.from_bytes(root.data).payload
    assert problem(door.client.get("/api/v1/trust/roots/2")) == (404, "no_such_page")
    assert door.client.get("/api/v1/trust/directory").status_code == 200


def test_a_request_to_join_waits_for_a_person_and_may_be_sent_again(door: Door) -> None:
    body = door.consortium.enrolment("dik")
    for _ in range(2):
        response = door.client.post("/api/v1/enrolments", data=body, content_type=ENVELOPE)
        assert response.status_code == 202
        assert response.json is not None
        assert len(response.json["fingerprint"].split()) == 6


def test_a_poll_gives_what_is_new_once_and_then_nothing(door: Door) -> None:
    ada = door.consortium.collectives[0]
    door.consortium.ask()
    first = door.poll(ada, poll_request(root_version=0, directory_version=0))
    answer = PollAnswer.from_bytes(first.data)
    kinds = [Envelope.from_text(text).payload_type.split(".")[2] for text in answer.envelopes]
    assert kinds == ["root", "directory", "offer"]
    assert (answer.more, answer.next_poll_s, answer.collective) == (False, 1, ada.id)
    again = door.poll(ada, poll_request(answer.cursor), etag=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Retry-After"] == "1"
    assert PollAnswer.from_bytes(door.poll(ada, poll_request(answer.cursor)).data).envelopes == ()


@pytest.mark.parametrize("field", ["cursor", "root_version", "directory_version"])
@pytest.mark.parametrize("number", [2**70, -1])
def test_a_number_beyond_all_bounds_is_refused_in_words(door: Door, field: str, number: int) -> None:
    ada, path = door.consortium.collectives[0], "/api/v1/node/poll"
    body = re.sub(rb'"%b":\d+' % field.encode(), b'"%b":%d' % (field.encode(), number), poll_request().to_bytes())
    response = door.call("POST", path, body, token=door.token(ada, "POST", path, body), kind=JSON)
    assert problem(response) == (422, "bad_field")


def test_a_node_that_lacks_very_many_roots_gets_them_in_portions(door: Door) -> None:
    ada = door.consortium.collectives[0]
    door.consortium.ask()
    with door.consortium.session() as session:
        one = door.consortium.hub.trust.held(session)
        many = replace(one, roots=one.roots * (2 * MOST_ROOTS))
        held, pages = 0, list[feed.FeedPage]()
        while not pages or pages[-1].more:
            request = poll_request(root_version=held, directory_version=0)
            pages.append(gather_news(session, collective=ada.id, held=many, request=request))
            held += MOST_ROOTS
    assert [len(page.envelopes) for page in pages] == [MOST_ROOTS, MOST_ROOTS + 2]
    assert [page.cursor for page in pages] == [0, 1]


def test_a_collective_outside_the_audience_hears_nothing_of_the_question(door: Door) -> None:
    ada, bea = door.consortium.collectives
    round_id, checked = door.consortium.ask(audience=(ada.id,))
    assert len(door.news(ada).envelopes) == 1
    assert door.news(bea).envelopes == ()
    body = bea.decision(round_id, checked.hash, now=door.consortium.now)
    assert problem(door.put(bea, "decision", round_id, body)) == (404, "round_unknown")


def test_receipts_are_signed_by_the_hub_and_given_again_byte_for_byte(door: Door) -> None:
    ada = door.consortium.collectives[0]
    round_id, checked = _opened(door)
    body = ada.contribution(round_id, checked, {"apartment": CELL}, now=door.consortium.now)
    first = door.put(ada, "contribution", round_id, body)
    with door.consortium.session() as session:
        trust = door.consortium.hub.trust.trust(session)
    receipt = wire.open_message(trust, first.data, Receipt, now=door.consortium.now).document
    assert (first.status_code, receipt.content_hash) == (201, content_hash(body))
    door.consortium.clock.forward(minutes=30)
    again = door.put(ada, "contribution", round_id, body)
    assert (again.status_code, again.data) == (200, first.data)


def test_a_second_answer_is_a_conflict_for_ever(door: Door) -> None:
    ada, bea = door.consortium.collectives
    round_id, checked = _opened(door)
    door.put(ada, "contribution", round_id, ada.contribution(round_id, checked, {}, now=door.consortium.now))
    other = ada.contribution(round_id, checked, {"apartment": CELL}, now=door.consortium.now)
    assert problem(door.put(ada, "contribution", round_id, other)) == (409, "answered_already")
    no = ada.decision(round_id, checked.hash, now=door.consortium.now, refusal=RefusalClass.POLICY)
    assert problem(door.put(ada, "decision", round_id, no)) == (409, "answered_already")
    door.put(bea, "contribution", round_id, bea.contribution(round_id, checked, {}, now=door.consortium.now))
    tick(door.consortium.engine, door.consortium.hub, door.consortium.now)
    assert problem(door.put(ada, "contribution", round_id, other)) == (409, "answered_already")


def test_a_yes_may_be_taken_back_until_the_answer_and_a_no_stays(door: Door) -> None:
    ada = door.consortium.collectives[0]
    round_id, checked = _opened(door)
    no = ada.decision(round_id, checked.hash, now=door.consortium.now, refusal=RefusalClass.POLICY)
    assert door.put(ada, "decision", round_id, no).status_code == 201
    answer = ada.contribution(round_id, checked, {}, now=door.consortium.now)
    assert problem(door.put(ada, "contribution", round_id, answer)) == (409, "not_accepted")
    yes = ada.decision(round_id, checked.hash, now=door.consortium.now + timedelta(seconds=1))
    assert problem(door.put(ada, "decision", round_id, yes)) == (409, "decided_otherwise")


def test_what_comes_too_early_or_too_late_says_so(door: Door) -> None:
    ada = door.consortium.collectives[0]
    round_id, checked = door.consortium.ask()
    door.put(ada, "decision", round_id, ada.decision(round_id, checked.hash, now=door.consortium.now))
    answer = ada.contribution(round_id, checked, {}, now=door.consortium.now)
    assert problem(door.put(ada, "contribution", round_id, answer)) == (409, "round_not_open")
    door.consortium.clock.forward(hours=3)
    bea = door.consortium.collectives[1]
    late = bea.decision(round_id, checked.hash, now=door.consortium.now)
    assert problem(door.put(bea, "decision", round_id, late)) == (409, "decision_window_closed")


def test_a_long_absence_is_caught_up_page_by_page_without_a_gap(door: Door) -> None:
    ada, bea = door.consortium.collectives
    shared, _ = door.consortium.ask()
    private, _ = door.consortium.ask(period="2024", audience=(bea.id,))
    with door.consortium.session() as session:
        for number in range(3 * feed.MOST_ENTRIES):
            where = private if number % 3 == 0 else shared
            feed.append(session, kind="round", round_id=where, envelope=f"{number}", now=door.consortium.now)
    heard: list[str] = []
    cursor, pages = 0, 0
    while True:
        answer = door.news(ada, cursor)
        heard.extend(answer.envelopes)
        cursor, pages = answer.cursor, pages + 1
        assert answer.next_poll_s == (0 if answer.more else 1)
        if not answer.more:
            break
    assert pages == 3
    assert heard[1:] == [str(number) for number in range(3 * feed.MOST_ENTRIES) if number % 3]
