"""Roots, directories, invitations and approvals: what people sign elsewhere, and what the hub refuses to believe."""

from datetime import timedelta

import pytest

from marke.errors import BadInputError, ConflictError, MarkeError, NotFoundError, RefusedError, UntrustedError
from marke.protocol.messages import PollAnswer
from marke.reasons import Reason
from marke.signing.envelope import Envelope, cosign
from marke_hub.services.admit_collective import admit_collective, revoke_collective
from marke_hub.services.collect_signatures import collect_signatures, export_question, signatures_of
from marke_hub.services.draft_question import draft_question, read_question_draft
from marke_hub.services.examine_hub import examine_hub
from marke_hub.services.found_consortium import draft_root, publish_root, read_root_draft
from marke_hub.services.keep_directory import draft_directory, publish_directory
from marke_hub.services.offer_question import offer_question
from marke_hub.services.read_collectives import list_collectives, list_invitations, list_waiting
from marke_hub.services.read_questions import explain_question, list_approvers, list_questions, read_question
from marke_hub.services.receive_enrolment import receive_enrolment
from marke_hub.services.trust_shelf import TrustShelf
from support.consortium import OPERATOR, SAMPLE_DRAFT, Collective, Consortium, key_of
from support.hub_door import Door, poll_request, problem


def _publish_root(consortium: Consortium, envelope: bytes) -> None:
    with consortium.session() as session:
        publish_root(session, envelope=envelope, hub=consortium.hub, by=OPERATOR, now=consortium.now)


def _next_root(consortium: Consortium, **changes: object) -> bytes:
    with consortium.session() as session:
        draft = consortium.root_draft(**changes)
        return draft_root(session, draft=draft, hub=consortium.hub, by=OPERATOR, now=consortium.now)


def test_a_root_needs_enough_people_and_this_hubs_key(consortium: Consortium) -> None:
    envelope = _next_root(consortium)
    with pytest.raises(UntrustedError, match="too_few_signatures"):
        _publish_root(consortium, consortium.sign(envelope, "root", people=1))
    with pytest.raises(UntrustedError, match="unknown_signer"):
        _publish_root(consortium, consortium.sign(envelope, "charlie"))
    _publish_root(consortium, consortium.sign(envelope, "root"))
    _publish_root(consortium, consortium.sign(envelope, "root"))
    with pytest.raises(UntrustedError):
        _publish_root(consortium, consortium.sign(_next_root(consortium), "directory"))


def test_a_second_root_reaches_nodes_and_the_directory_goes_on(consortium: Consortium) -> None:
    ada = consortium.enrol("ada")[0]
    consortium.clock.forward(minutes=5)
    _publish_root(consortium, consortium.sign(_next_root(consortium), "root"))
    answer = PollAnswer.from_bytes(Door(consortium).poll(ada, poll_request()).data)
    assert [Envelope.from_text(text).payload_type for text in answer.envelopes] == [
        "application/vnd.marke.root.v1+json"
    ]


def test_a_hub_that_starts_again_believes_what_it_believed(consortium: Consortium) -> None:
    consortium.enrol("ada")
    with consortium.session() as session:
        envelope = draft_directory(session, by=OPERATOR, now=consortium.now)
        signed = consortium.sign(envelope, "directory", people=3)
        publish_directory(session, envelope=signed, hub=consortium.hub, by=OPERATOR, now=consortium.now)
    crew = consortium.root_draft().directory
    two = crew.model_copy(update={"holders": crew.holders[:2]})
    _publish_root(consortium, consortium.sign(_next_root(consortium, directory=two), "root"))
    consortium.clock.forward(hours=-3)
    with consortium.session() as session:
        running = consortium.hub.trust.held(session)
        again = TrustShelf(allow_demo=True).held(session)
    assert again == running
    assert again.trust.directory.version == 2
    assert len(Envelope.from_text(again.directory or "").signatures) == 2


def test_a_root_that_takes_the_directorys_keys_away_asks_for_a_new_directory(consortium: Consortium) -> None:
    consortium.enrol("ada")
    consortium.clock.forward(minutes=5)
    other = consortium.root_draft().approvers
    _publish_root(consortium, consortium.sign(_next_root(consortium, directory=other), "root"))
    with consortium.session() as session:
        errors = [one.error for one in examine_hub(session, hub=consortium.hub, now=consortium.now) if one.error]
        assert errors[0].reason is Reason.NO_DIRECTORY
        envelope = draft_directory(session, by=OPERATOR, now=consortium.now)
    with consortium.session() as session:
        signed = consortium.sign(envelope, "approvers")
        publish_directory(session, envelope=signed, hub=consortium.hub, by=OPERATOR, now=consortium.now)
    with consortium.session() as session:
        found = examine_hub(session, hub=consortium.hub, now=consortium.now)
    assert [one.error for one in found] == [None] * 4


def test_drafts_that_people_wrote_wrongly_name_the_place() -> None:
    with pytest.raises(BadInputError, match="draft_not_toml"):
        read_root_draft(b"consortium = ")
    with pytest.raises(MarkeError) as missing:
        read_root_draft(b'consortium = "C"')
    assert missing.value.details["field"] == "organisation"
    with pytest.raises(MarkeError) as unknown:
        read_question_draft(SAMPLE_DRAFT.replace(b"purpose =", b"filter = 'x'\npurpose ="))
    assert unknown.value.details["field"] == "filter"
    with pytest.raises(BadInputError, match="draft_not_toml"):
        read_question_draft(b"smallest_group = 10.5")


def test_admitting_asks_for_the_six_words_and_counts_only_once_it_is_signed(consortium: Consortium) -> None:
    body = consortium.enrolment("ada")
    with consortium.session() as session:
        words = receive_enrolment(session, body=body, now=consortium.now).fingerprint
        assert [one.fingerprint for one in list_waiting(session)] == [words]
        with pytest.raises(NotFoundError, match="enrolment_unknown"):
            admit_collective(session, fingerprint="a b c d e f", hub=consortium.hub, by=OPERATOR, now=consortium.now)
        again = {
            admit_collective(session, fingerprint=typed, hub=consortium.hub, by=OPERATOR, now=consortium.now)
            for typed in (words, words.upper().replace(" ", "-"))
        }
        assert len(again) == 1
        assert list_waiting(session) == ()
        assert list_invitations(session)[0].used == consortium.now
        assert not list_collectives(session, hub=consortium.hub)[0].is_listed
    consortium.publish_directory()
    with consortium.session() as session:
        assert list_collectives(session, hub=consortium.hub)[0].is_listed


def test_a_collective_is_revoked_once(consortium: Consortium) -> None:
    ada = consortium.enrol("ada")[0]
    consortium.revoke(ada.id)
    with consortium.session() as session:
        with pytest.raises(ConflictError, match="revoked_already"):
            revoke_collective(session, collective=ada.id, by=OPERATOR, now=consortium.now)
        with pytest.raises(NotFoundError, match="collective_unknown"):
            revoke_collective(session, collective="col_x", by=OPERATOR, now=consortium.now)


def test_a_question_is_asked_only_by_the_threshold_of_approvers(consortium: Consortium) -> None:
    consortium.enrol("ada", "bea")
    checked = consortium.draft()
    with pytest.raises(UntrustedError, match="too_few_signatures"):
        consortium.offer(checked.hash)
    consortium.approve(checked.hash, people=1)
    with pytest.raises(UntrustedError, match="too_few_signatures"):
        consortium.offer(checked.hash)
    with consortium.session() as session:
        view = read_question(session, question=checked.hash[:24], hub=consortium.hub, now=consortium.now)
        assert (view.state, len(view.signatures.signers)) == ("waiting_for_signatures", 1)
        people = list_approvers(view, session=session, hub=consortium.hub)
        assert [person.signed for person in people].count(True) == 1
        assert "gas" in explain_question(view, "en").lower()
    consortium.approve(checked.hash)
    round_id = consortium.offer(checked.hash)
    with consortium.session() as session:
        assert list_questions(session, hub=consortium.hub, now=consortium.now)[0].round_id == round_id


def test_the_hubs_own_key_a_stranger_and_other_bytes_approve_nothing(consortium: Consortium) -> None:
    consortium.enrol("ada", "bea")
    checked, other = consortium.draft(), consortium.draft(smallest_group=12)
    with consortium.session() as session:
        envelope = Envelope.from_bytes(export_question(session, question=checked.hash))
        elsewhere = Envelope.from_bytes(export_question(session, question=other.hash))
    approver = key_of("approvers 0")
    unknown = cosign(Envelope(envelope.payload_type, b"{}", ()), approver)
    forged = Envelope(envelope.payload_type, envelope.payload, cosign(elsewhere, approver).signatures)
    tries = {
        "unknown_signer": (cosign(envelope, consortium.hub.key), cosign(envelope, key_of("charlie"))),
        "too_few_signatures": (envelope,),
        "bad_signature": (forged,),
        "bad_field": (unknown,),
    }
    for reason, files in tries.items():
        for file in files:
            with consortium.session() as session, pytest.raises(MarkeError, match=reason):
                collect_signatures(
                    session, envelope=file.to_bytes(), hub=consortium.hub, by=OPERATOR, now=consortium.now
                )
    with consortium.session() as session:
        found = signatures_of(session, question=checked.hash, hub=consortium.hub)
    assert found.signers == ()


def test_a_signature_of_a_strangers_key_does_not_spoil_the_file_of_the_approvers(consortium: Consortium) -> None:
    checked = consortium.draft()
    with consortium.session() as session:
        envelope = Envelope.from_bytes(export_question(session, question=checked.hash))
    mixed = cosign(cosign(envelope, key_of("charlie")), key_of("approvers 0"))
    with consortium.session() as session:
        found = collect_signatures(
            session, envelope=mixed.to_bytes(), hub=consortium.hub, by=OPERATOR, now=consortium.now
        )
        kept = Envelope.from_bytes(export_question(session, question=checked.hash))
    assert (len(found.signers), found.left_out) == (1, 1)
    assert [one.key_id for one in kept.signatures] == list(found.signers)


def test_questions_below_the_floors_are_refused_when_they_are_drafted(consortium: Consortium) -> None:
    tries: tuple[dict[str, object], ...] = ({"smallest_group": 5}, {"smallest_round": 1}, {"codebook": "1999.1"})
    for changes in tries:
        with pytest.raises((BadInputError, RefusedError, NotFoundError)):
            consortium.draft(**changes)


def test_a_question_whose_time_ran_out_is_neither_signed_nor_offered(consortium: Consortium) -> None:
    consortium.enrol("ada", "bea")
    checked = consortium.draft()
    consortium.clock.forward(hours=1)
    with pytest.raises(ConflictError, match="question_too_late"):
        consortium.approve(checked.hash)
    with consortium.session() as session, pytest.raises(MarkeError):
        offer_question(session, question=checked.hash, hub=consortium.hub, by=OPERATOR, now=consortium.now)


def test_only_collectives_that_stand_in_the_directory_long_enough_are_asked(consortium: Consortium) -> None:
    old = consortium.root_draft().constants.model_copy(update={"directory_age_days": 30})
    consortium.clock.forward(minutes=1)
    _publish_root(consortium, consortium.sign(_next_root(consortium, constants=old), "root"))
    consortium.enrol("ada", "bea")
    with pytest.raises(ConflictError, match="nobody_to_ask"):
        consortium.ask()
    consortium.clock.forward(days=31)
    consortium.ask(period="2024")


def test_an_invitation_is_for_one_collective(consortium: Consortium) -> None:
    first, second = consortium.enrolment("ada"), consortium.enrolment("ada")
    with consortium.session() as session:
        receive_enrolment(session, body=first, now=consortium.now)
    with consortium.session() as session, pytest.raises(BadInputError, match="key_in_use"):
        receive_enrolment(session, body=second, now=consortium.now)


def test_a_draft_is_kept_with_its_release_key(consortium: Consortium) -> None:
    consortium.enrol("ada", "bea")
    draft = read_question_draft(SAMPLE_DRAFT)
    with consortium.session() as session:
        first, second = (
            draft_question(session, draft=draft, hub=consortium.hub, by=OPERATOR, now=consortium.now) for _ in range(2)
        )
    assert first.question_hash != second.question_hash
    consortium.approve(first.question_hash)
    consortium.approve(second.question_hash)
    consortium.offer(first.question_hash)
    with pytest.raises(ConflictError, match="asked_before"):
        consortium.offer(second.question_hash)


def test_what_a_node_says_of_itself_is_remembered_to_five_minutes(consortium: Consortium) -> None:
    ada: Collective = consortium.enrol("ada")[0]
    door, began = Door(consortium), consortium.now
    for minutes in (0, 2, 4):
        consortium.clock.instant = began + timedelta(minutes=minutes)
        door.poll(ada, poll_request())
    with consortium.session() as session:
        assert list_collectives(session, hub=consortium.hub)[0].seen == began
    consortium.clock.instant = began + timedelta(minutes=6)
    door.poll(ada, poll_request())
    with consortium.session() as session:
        assert list_collectives(session, hub=consortium.hub)[0].seen == consortium.now


def test_a_hub_that_was_not_founded_says_so(consortium: Consortium) -> None:
    hub = consortium.hub
    unfounded = type(hub.trust)(allow_demo=False)
    with consortium.session() as session, pytest.raises(UntrustedError, match="demo_root"):
        unfounded.trust(session)
    assert problem(Door(consortium).client.get("/api/v1/trust/directory")) == (404, "no_such_page")
