"""From enrolment to a result, through the services."""

import pytest
from sqlalchemy import insert, update

from marke.errors import BadInputError
from marke.protocol import wire
from marke.protocol.messages import PollRequest, RefusalClass, Result, Round, Void
from marke.questions.check import CheckedQuestion
from marke.signing.trust import TrustState
from marke.vocabulary.ids import content_hash
from marke_hub.jobs import TickReport, tick
from marke_hub.services.poll_feed import News, poll_feed
from marke_hub.services.read_rounds import read_round
from marke_hub.services.record_contribution import record_contribution
from marke_hub.services.record_decision import record_decision
from marke_hub.services.take_message import Arrival, Recorded
from marke_hub.store.rounds import MESSAGES, STANDINGS
from support.consortium import Collective, Consortium

CELL = (20, 30_000, 5_000)
HUGE = (2**53 - 1, 0, 0)


def decide(
    consortium: Consortium,
    who: Collective,
    round_id: str,
    checked: CheckedQuestion,
    refusal: RefusalClass | None = None,
) -> Recorded:
    body = who.decision(round_id, checked.hash, now=consortium.now, refusal=refusal)
    with consortium.session() as session:
        arrival = Arrival("decision", round_id, who.id, body)
        return record_decision(session, arrival=arrival, hub=consortium.hub, now=consortium.now)


def contribute(
    consortium: Consortium, who: Collective, round_id: str, checked: CheckedQuestion, **shown: tuple[int, ...]
) -> Recorded:
    body = who.contribution(round_id, checked, shown, now=consortium.now)
    with consortium.session() as session:
        arrival = Arrival("contribution", round_id, who.id, body)
        return record_contribution(session, arrival=arrival, hub=consortium.hub, now=consortium.now)


def feed_of(consortium: Consortium, who: Collective) -> tuple[str, ...]:
    request = PollRequest(
        protocols=(1,),
        software="marke test",
        capabilities=(),
        codebooks=(),
        root_version=1,
        directory_version=1,
        cursor=0,
    )
    with consortium.session() as session:
        found = poll_feed(
            session, collective=who.id, request=request, etag=None, hub=consortium.hub, now=consortium.now
        )
    assert isinstance(found, News)
    return found.answer.envelopes


def test_from_enrolment_to_a_result(consortium: Consortium) -> None:
    ada, bea, cor, dik = consortium.enrol("ada", "bea", "cor", "dik")
    round_id, checked = consortium.ask()
    trust = _trust(consortium)
    offer, question = wire.open_offer(trust, feed_of(consortium, ada)[0].encode(), now=consortium.now)
    assert (offer.document.round_id, question.content_hash) == (round_id, checked.hash)

    for who in (ada, bea):
        assert decide(consortium, who, round_id, checked).is_new
    decide(consortium, cor, round_id, checked, RefusalClass.NOT_ENOUGH)
    consortium.clock.forward(hours=2)
    assert tick(consortium.engine, consortium.hub, consortium.now).moved == ((round_id, "open"),)
    opened = wire.open_message(trust, feed_of(consortium, bea)[1].encode(), Round, now=consortium.now)
    assert opened.document.eligible == 2

    contribute(consortium, ada, round_id, checked, apartment=CELL, terraced=CELL)
    assert contribute(consortium, bea, round_id, checked, apartment=CELL).is_last
    assert tick(consortium.engine, consortium.hub, consortium.now).moved == ((round_id, "resulted"),)
    result = wire.open_message(trust, feed_of(consortium, dik)[2].encode(), Result, now=consortium.now).document
    found = {cell.leaf: (cell.collectives, cell.values) for cell in result.cells}
    assert found == {"apartment": (2, (40, 60_000, 10_000)), "terraced": (1, CELL)}
    coverage = result.coverage
    assert (coverage.invited, coverage.accepted, coverage.answered, coverage.silent) == (4, 2, 2, 1)
    assert coverage.refused_not_enough == 1
    assert tick(consortium.engine, consortium.hub, consortium.now).moved == ()


def test_a_round_with_too_few_answers_is_void_and_shows_nothing(consortium: Consortium) -> None:
    ada, bea = consortium.enrol("ada", "bea")
    round_id, checked = consortium.ask()
    for who in (ada, bea):
        decide(consortium, who, round_id, checked)
    tick(consortium.engine, consortium.hub, consortium.now)
    contribute(consortium, ada, round_id, checked, apartment=CELL)
    consortium.clock.forward(hours=2)
    assert tick(consortium.engine, consortium.hub, consortium.now).moved == ((round_id, "voided"),)
    void = wire.open_message(_trust(consortium), feed_of(consortium, ada)[2].encode(), Void, now=consortium.now)
    assert void.document.coverage.answered == 1
    with consortium.session() as session:
        assert read_round(session, round_id=round_id, hub=consortium.hub).phase == "voided"
    again, _ = consortium.ask()
    assert again != round_id


def test_a_count_that_no_collective_has_is_refused_at_the_door(consortium: Consortium) -> None:
    round_id, checked = _open_for_three(consortium)
    with pytest.raises(BadInputError, match="too_many_households"):
        contribute(consortium, consortium.collectives[2], round_id, checked, apartment=HUGE)


def test_a_round_whose_answers_cannot_be_added_up_ends_without_a_figure(consortium: Consortium) -> None:
    round_id, checked = _open_for_three(consortium)
    ada, bea, cor = consortium.collectives
    for who in (ada, bea):
        contribute(consortium, who, round_id, checked, apartment=CELL)
    _keep_unchecked(consortium, round_id, cor.contribution(round_id, checked, {"apartment": HUGE}, now=consortium.now))
    consortium.clock.forward(hours=2)
    assert tick(consortium.engine, consortium.hub, consortium.now) == TickReport(moved=((round_id, "voided"),))
    void = wire.open_message(_trust(consortium), feed_of(consortium, ada)[2].encode(), Void, now=consortium.now)
    assert void.document.reason == "unusable"


def _open_for_three(consortium: Consortium) -> tuple[str, CheckedQuestion]:
    collectives = consortium.enrol("ada", "bea", "cor")
    round_id, checked = consortium.ask()
    for who in collectives:
        decide(consortium, who, round_id, checked)
    tick(consortium.engine, consortium.hub, consortium.now)
    return round_id, checked


def _keep_unchecked(consortium: Consortium, round_id: str, body: bytes) -> None:
    """Put an answer in the books as a hub did that did not look whether it fits."""
    cor = consortium.collectives[2]
    row = {"round_id": round_id, "collective_id": cor.id, "envelope": body.decode(), "receipt": "{}"}
    with consortium.session() as session:
        kept = insert(MESSAGES).values(content_hash=content_hash(body), kind="contribution", **row)
        session.execute(kept.values(received=consortium.now))
        of_cor = update(STANDINGS).where(STANDINGS.c.round_id == round_id, STANDINGS.c.collective_id == cor.id)
        session.execute(of_cor.values(standing="answered", contribution=content_hash(body)))


def _trust(consortium: Consortium) -> TrustState:
    with consortium.session() as session:
        return consortium.hub.trust.trust(session)
