"""Everything Charlie the stranger tries at the doors for nodes; each try has a reason of its own."""

import pytest
from sqlalchemy import func, select

from marke.protocol import wire
from marke.questions.check import CheckedQuestion
from marke.signing.envelope import Envelope, sign
from marke.vocabulary.ids import content_hash
from marke_hub.jobs import tick
from marke_hub.store.tables import METADATA
from support.consortium import Collective, Consortium, key_of
from support.hub_door import ENVELOPE, JSON, Door, garble, poll_request, problem

CELL = (20, 30_000, 5_000)


@pytest.fixture
def door(small_consortium: Consortium) -> Door:
    """Give the doors of a hub that two collectives joined."""
    small_consortium.enrol("ada", "bea")
    return Door(small_consortium)


def _opened(door: Door) -> tuple[str, CheckedQuestion]:
    """Ask the sample question and let both accept, so that the round is open."""
    round_id, checked = door.consortium.ask()
    for who in door.consortium.collectives:
        body = who.decision(round_id, checked.hash, now=door.consortium.now)
        assert door.put(who, "decision", round_id, body).status_code == 201
    tick(door.consortium.engine, door.consortium.hub, door.consortium.now)
    return round_id, checked


def test_a_stolen_or_used_invitation_lets_nobody_in(door: Door) -> None:
    body = door.consortium.enrolment("dik")
    document = wire.open_enrolment(body, now=door.consortium.now).document
    thief = key_of("charlie")
    stolen = document.model_copy(update={"public_key": thief.public.to_text()})
    found = door.client.post("/api/v1/enrolments", data=wire.seal(stolen, [thief]), content_type=ENVELOPE)
    assert problem(found) == (401, "invitation_unknown")
    door.client.post("/api/v1/enrolments", data=body, content_type=ENVELOPE)
    proof = content_hash(f"00|{thief.public.to_text()}".encode())
    again = stolen.model_copy(update={"secret_hash": proof})
    found = door.client.post("/api/v1/enrolments", data=wire.seal(again, [thief]), content_type=ENVELOPE)
    assert problem(found) == (409, "invitation_used")


def test_strangers_without_an_invitation_leave_nothing_behind(door: Door) -> None:
    document = wire.open_enrolment(door.consortium.enrolment("dik"), now=door.consortium.now).document
    before = _rows(door)
    for number in range(20):
        key = key_of(f"charlie {number}")
        invented = {"invitation": f"inv_{'abcdefghijklmnopqrst'[number] * 16}", "public_key": key.public.to_text()}
        body = wire.seal(document.model_copy(update=invented), [key])
        found = door.client.post("/api/v1/enrolments", data=body, content_type=ENVELOPE)
        assert problem(found) == (401, "invitation_unknown")
    assert _rows(door) == before


def _rows(door: Door) -> dict[str, int]:
    with door.consortium.session() as session:
        tables = METADATA.tables.values()
        return {one.name: int(session.execute(select(func.count()).select_from(one)).scalar_one()) for one in tables}


def test_a_name_in_an_error_cannot_break_the_answer(door: Door) -> None:
    ada, path = door.consortium.collectives[0], "/api/v1/node/poll"
    body = poll_request().to_bytes().replace(b'"cursor"', b'"cur\\n\xe2\x80\xaesor"')
    found = door.call("POST", path, body, token=door.token(ada, "POST", path, body), kind=JSON)
    assert problem(found)[0] == 422


def test_an_invitation_expires(door: Door) -> None:
    body = door.consortium.enrolment("dik")
    door.consortium.clock.forward(days=31)
    found = door.client.post("/api/v1/enrolments", data=body, content_type=ENVELOPE)
    assert problem(found) == (401, "invitation_unknown")


def _decision(door: Door, who: Collective) -> tuple[str, bytes]:
    round_id, checked = door.consortium.ask()
    return f"/api/v1/rounds/{round_id}/decision", who.decision(round_id, checked.hash, now=door.consortium.now)


def test_a_token_works_once(door: Door) -> None:
    ada = door.consortium.collectives[0]
    path, body = _decision(door, ada)
    token = door.token(ada, "PUT", path, body)
    assert door.call("PUT", path, body, token=token).status_code == 201
    assert problem(door.call("PUT", path, body, token=token)) == (401, "token_replayed")


def test_a_token_fits_one_request_only(door: Door) -> None:
    ada = door.consortium.collectives[0]
    path, body = _decision(door, ada)
    tries = {
        "wrong_token_method": door.token(ada, "POST", path, body),
        "wrong_token_path": door.token(ada, "PUT", path.replace("decision", "contribution"), body),
        "wrong_token_body": door.token(ada, "PUT", path, body + b" "),
        "wrong_token_audience": door.token(ada, "PUT", path, body, audience=content_hash(b"another root")),
        "wrong_token": "not.a.token",
    }
    for reason, token in tries.items():
        assert problem(door.call("PUT", path, body, token=token)) == (401, reason)
    assert problem(door.call("PUT", path, body, token=None)) == (401, "token_missing")
    assert door.call("PUT", path, body, token=door.token(ada, "PUT", path, body)).status_code == 201


def test_a_clock_that_is_hours_off_is_told_so(door: Door) -> None:
    ada = door.consortium.collectives[0]
    path, body = _decision(door, ada)
    token = door.token(ada, "PUT", path, body)
    door.consortium.clock.forward(hours=3)
    response = door.call("PUT", path, body, token=token)
    assert problem(response) == (401, "clock_skew")
    assert "180" in response.get_data(as_text=True)


def test_charlie_cannot_speak_for_ada(door: Door) -> None:
    ada, bea = door.consortium.collectives
    path, body = _decision(door, ada)
    round_id = path.split("/")[4]
    as_ada = Collective(ada.id, key_of("charlie"))
    assert problem(door.put(as_ada, "decision", round_id, body)) == (401, "wrong_token_signature")
    unknown = Collective("col_" + "a" * 16, key_of("charlie"))
    assert problem(door.put(unknown, "decision", round_id, body)) == (401, "wrong_token_issuer")
    # Bea has a key of her own, but may not deliver Ada's letters
    assert problem(door.put(bea, "decision", round_id, body)) == (422, "other_address")


def test_a_forged_signature_is_refused_though_the_token_is_good(door: Door) -> None:
    ada, bea = door.consortium.collectives
    path, body = _decision(door, ada)
    envelope = Envelope.from_bytes(body)
    forged = sign(envelope.payload, envelope.payload_type, [bea.key]).to_bytes()
    assert problem(door.put(ada, "decision", path.split("/")[4], forged)) == (401, "wrong_sender")
    stranger = sign(envelope.payload, envelope.payload_type, [key_of("charlie")]).to_bytes()
    assert problem(door.put(ada, "decision", path.split("/")[4], stranger)) == (401, "unknown_signer")


def test_a_message_at_the_door_of_another_round_or_kind_is_refused(door: Door) -> None:
    ada = door.consortium.collectives[0]
    round_id, checked = _opened(door)
    other, _ = door.consortium.ask(bundle=checked.question.bundle.model_copy(update={"period": "2024"}))
    answer = ada.contribution(round_id, checked, {}, now=door.consortium.now)
    assert problem(door.put(ada, "contribution", other, answer)) == (422, "other_address")
    assert problem(door.put(ada, "decision", round_id, answer)) == (401, "wrong_payload_type")
    wrong = ada.decision(other, checked.hash, now=door.consortium.now)
    assert problem(door.put(ada, "decision", other, wrong)) == (422, "other_address")


def test_a_contribution_that_does_not_fit_its_question_is_refused(door: Door) -> None:
    ada = door.consortium.collectives[0]
    round_id, checked = _opened(door)
    wrong: tuple[tuple[int, ...], ...] = ((20, 1), (3, 1, 1), (20, 1, -1))
    for cell in wrong:
        shown = {"apartment": cell}
        body = ada.contribution(round_id, checked, shown, now=door.consortium.now)
        assert problem(door.put(ada, "contribution", round_id, body)) == (422, "cells_do_not_fit")


def test_unknown_fields_and_other_spellings_are_refused(door: Door) -> None:
    ada = door.consortium.collectives[0]
    path, body = _decision(door, ada)
    round_id = path.split("/")[4]
    assert problem(door.put(ada, "decision", round_id, garble(body, note="hello"))) == (422, "unknown_field")
    assert problem(door.put(ada, "decision", round_id, body + b" ")) == (422, "not_canonical")
    payload = garble(Envelope.from_bytes(body).payload, note="hello")
    kind = Envelope.from_bytes(body).payload_type
    signed = sign(payload, kind, [ada.key]).to_bytes()
    assert problem(door.put(ada, "decision", round_id, signed)) == (422, "unknown_field")
    poll, where = garble(poll_request().to_bytes(), note="hello"), "/api/v1/node/poll"
    found = door.call("POST", where, poll, token=door.token(ada, "POST", where, poll), kind=JSON)
    assert problem(found) == (422, "unknown_field")


def test_bodies_that_are_too_large_or_of_another_kind_are_refused(door: Door) -> None:
    ada = door.consortium.collectives[0]
    path, body = _decision(door, ada)
    big = body + b" " * 20_000
    assert problem(door.call("PUT", path, big, token=door.token(ada, "PUT", path, big))) == (413, "body_too_big")
    token = door.token(ada, "PUT", path, body)
    assert problem(door.call("PUT", path, body, token=token, kind="text/plain")) == (422, "wrong_media_type")


def test_a_revoked_collective_is_no_longer_heard(door: Door) -> None:
    ada = door.consortium.collectives[0]
    path, body = _decision(door, ada)
    door.consortium.clock.forward(minutes=1)
    door.consortium.revoke(ada.id)
    door.consortium.clock.forward(minutes=1)
    assert problem(door.put(ada, "decision", path.split("/")[4], body)) == (401, "wrong_token_issuer")


def test_a_node_that_speaks_no_protocol_of_ours_is_told_which_we_speak(door: Door) -> None:
    ada = door.consortium.collectives[0]
    request = poll_request().model_copy(update={"protocols": (99,)})
    assert problem(door.poll(ada, request)) == (422, "no_common_protocol")


def test_unknown_addresses_and_methods_are_problem_documents(door: Door) -> None:
    assert problem(door.client.get("/api/v1/nothing")) == (404, "no_such_page")
    assert problem(door.client.delete("/api/v1/trust/directory"))[0] == 405
