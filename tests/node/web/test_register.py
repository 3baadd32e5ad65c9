"""The board decides through the page: yes, no, nothing filled in, twice; and what the page says of it afterwards."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from marke.governance.mode import Standing
from marke.questions.model import Reading, Statistic
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.store.engine import reading, transaction
from marke_node.services.standing_rules import set_standing
from marke_node.store.rounds import DECISIONS
from marke_node.store.vault import ROSTERS
from support.live_federation import BOARD, LiveFederation, LiveNode, live_federation
from support.node_site import NodeSite, node_site, send
from support.small_site import SAME_ORIGIN, csrf_of

pytestmark = pytest.mark.whole

ASK_FIRST = Standing(purposes=frozenset())
ENOUGH = {"terraced": [1000 + 7 * number for number in range(20)], "apartment": [700 + 5 * n for n in range(15)]}
TOO_FEW = {"terraced": [1000, 1010, 1020, 1030]}
BOB = Actor(ActorKind.MEMBER, "mem_bobaaaaaaaaaaaaaa")


@pytest.fixture
def federation(tmp_path: Path) -> Iterator[LiveFederation]:
    """Give a founded hub without members."""
    with live_federation(tmp_path) as found:
        yield found


class Desk:
    """The board of one collective at its node, with one question that is held for it."""

    def __init__(self, federation: LiveFederation, homes: dict[str, list[int]], folder: Path) -> None:
        self.federation = federation
        self.node: LiveNode = federation.join("De Es")
        self.node.settle(homes)
        # a round opens when two collectives said yes
        self.neighbour = federation.join("De Brink")
        self.neighbour.settle(ENOUGH)
        with transaction(self.node.engine) as session:
            set_standing(session, standing=ASK_FIRST, by=BOARD, now=federation.consortium.now)
        self.round_id = federation.ask()
        self.node.step()
        home = folder / "home"
        home.mkdir()
        self.site: NodeSite = node_site(self.node.engine, home, self.node.key, federation.consortium.clock)
        self.page = f"/questions/{self.round_id}"

    def alice(self) -> FlaskClient:
        """Return the browser of a member of the board."""
        return self.site.browser(BOARD)

    def run_round(self) -> None:
        """Let both collectives and the hub do what is due, until the figures are back."""
        for _ in range(3):
            for node in (self.node, self.neighbour):
                node.step()
            self.federation.tick()
        self.node.step()

    def decisions(self) -> list[tuple[str, str, str | None]]:
        """Return every decision: what, by whom, why."""
        with reading(self.node.engine) as session:
            rows = session.execute(select(DECISIONS.c.outcome, DECISIONS.c.decided_by, DECISIONS.c.reason)).all()
        return [(row[0], row[1], row[2]) for row in rows]


@pytest.fixture
def desk(federation: LiveFederation, tmp_path: Path) -> Desk:
    """Give the board of a collective that is large enough."""
    return Desk(federation, ENOUGH, tmp_path)


@pytest.fixture
def small_desk(federation: LiveFederation, tmp_path: Path) -> Desk:
    """Give the board of a collective of four households."""
    return Desk(federation, TOO_FEW, tmp_path)


def test_the_page_says_what_a_yes_would_come_to_and_writes_nothing(desk: Desk) -> None:
    shown = desk.alice().get(desk.page).text
    assert "Nu zouden 35 van onze 35 huishoudens meetellen; nodig: 10." in shown
    assert 'href="#decide"' in shown
    assert shown.index("Wat naar buiten zou gaan") < shown.index("Uw besluit")
    with reading(desk.node.engine) as session:
        assert session.execute(select(func.count()).select_from(ROSTERS)).scalar_one() == 0


def test_the_board_says_yes(desk: Desk) -> None:
    alice = desk.alice()
    answer = send(alice, f"{desk.page}/decision", {"decision": "yes", "why": ""}, page=desk.page)
    assert (answer.status_code, answer.location) == (303, desk.page)
    assert desk.decisions() == [("accepted", str(BOARD), None)]
    assert "Het bestuur zei ja." in alice.get(desk.page).text


def test_the_board_says_no_with_a_reason_that_members_read(desk: Desk) -> None:
    send(desk.alice(), f"{desk.page}/decision", {"decision": "no", "why": "Te <vroeg>."}, page=desk.page)
    assert desk.decisions() == [("refused", str(BOARD), "refused_by_board")]
    shown = desk.site.browser(BOB).get(desk.page).text
    assert "Het bestuur zei nee." in shown
    assert "Te &lt;vroeg&gt;." in shown


def test_a_no_needs_no_reason(desk: Desk) -> None:
    answer = send(desk.alice(), f"{desk.page}/decision", {"decision": "no"}, page=desk.page)
    assert (answer.status_code, len(desk.decisions())) == (303, 1)


def test_a_form_without_a_choice_comes_back_with_what_was_typed(desk: Desk) -> None:
    answer = send(desk.alice(), f"{desk.page}/decision", {"why": "Wij zijn te klein."}, page=desk.page)
    assert answer.status_code == 422
    assert "<title>Fout: " in answer.text
    assert '<a href="#decide">Maak een keuze.</a>' in answer.text
    assert ">Wij zijn te klein.</textarea>" in answer.text
    assert desk.decisions() == []


def test_a_reason_that_is_too_long_keeps_the_choice(desk: Desk) -> None:
    answer = send(desk.alice(), f"{desk.page}/decision", {"decision": "no", "why": "x" * 301}, page=desk.page)
    assert answer.status_code == 422
    assert 'value="no" required checked' in answer.text
    assert '<a href="#why">' in answer.text


def test_deciding_twice_changes_nothing_the_second_time(desk: Desk) -> None:
    alice = desk.alice()
    token = csrf_of(alice.get(desk.page).text)
    fields = {"csrf": token, "decision": "yes", "why": ""}
    answers = [alice.post(f"{desk.page}/decision", data=fields, headers=SAME_ORIGIN) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert len(desk.decisions()) == 1


def test_a_yes_can_be_taken_back(desk: Desk) -> None:
    alice = desk.alice()
    send(alice, f"{desk.page}/decision", {"decision": "yes", "why": ""}, page=desk.page)
    send(alice, f"{desk.page}/decision", {"decision": "no"}, page=desk.page)
    assert [outcome for outcome, _, _ in desk.decisions()] == ["accepted", "refused"]
    assert "Het bestuur zei nee." in alice.get(desk.page).text


def test_a_yes_that_the_node_cannot_keep_is_not_called_a_no_of_the_board(small_desk: Desk) -> None:
    alice = small_desk.alice()
    assert "Zegt u nu ja, dan kan de node toch niet antwoorden." in alice.get(small_desk.page).text
    send(alice, f"{small_desk.page}/decision", {"decision": "yes", "why": ""}, page=small_desk.page)
    assert small_desk.decisions() == [("refused", str(BOARD), "too_few_households")]
    for path in (small_desk.page, "/questions", "/"):
        shown = alice.get(path).text
        assert "Kon niet" in shown
        assert "Wij zeiden nee" not in shown
    assert "Het bestuur zei ja. De node kon niet antwoorden." in alice.get("/questions").text


def test_a_yes_that_falls_through_when_the_round_opens_stays_a_yes_of_the_board(desk: Desk) -> None:
    alice = desk.alice()
    send(alice, f"{desk.page}/decision", {"decision": "yes", "why": ""}, page=desk.page)
    with transaction(desk.node.engine) as session:
        strict = Standing(purposes=frozenset(), smallest_group=200)
        set_standing(session, standing=strict, by=BOARD, now=desk.federation.consortium.now)
    desk.run_round()
    assert [outcome for outcome, _, _ in desk.decisions()] == ["accepted", "refused"]
    shown = alice.get(desk.page).text
    assert "Het bestuur zei ja. De node kon niet antwoorden." in shown


def test_bob_reads_and_does_not_decide(desk: Desk) -> None:
    bob = desk.site.browser(BOB)
    shown = bob.get(desk.page).text
    assert "Het bestuur beslist over deze vraag." in shown
    assert "Trek uw ja in" in shown
    assert "Voor leden:" not in shown
    token = csrf_of(shown)
    answer = bob.post(f"{desk.page}/decision", data={"csrf": token, "decision": "yes"}, headers=SAME_ORIGIN)
    assert (answer.status_code, desk.decisions()) == (403, [])


def test_without_its_token_or_from_another_site_a_decision_is_refused(desk: Desk) -> None:
    alice = desk.alice()
    token = csrf_of(alice.get(desk.page).text)
    path, yes = f"{desk.page}/decision", {"decision": "yes"}
    assert alice.post(path, data=yes, headers=SAME_ORIGIN).status_code == 403
    assert alice.post(path, data={**yes, "csrf": token}).status_code == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert alice.post(path, data={**yes, "csrf": token}, headers=elsewhere).status_code == 403
    assert desk.decisions() == []


def test_a_question_that_does_not_exist_cannot_be_decided(desk: Desk) -> None:
    nowhere = "/questions/rnd_aaaaaaaaaaaaaaaa"
    assert send(desk.alice(), f"{nowhere}/decision", {"decision": "yes"}, page=desk.page).status_code == 404


def test_what_we_gave_shows_every_number_and_says_that_it_was_rounded(desk: Desk) -> None:
    round_id = _answered(desk, statistics=(Statistic.COUNT, Statistic.SUM, Statistic.BINS), readings=_TABLES)
    shown = desk.alice().get(f"/questions/{round_id}").text
    assert "Ze zijn afgerond." in shown
    assert "Alle andere getallen die weggingen" in shown
    assert "Samengevoegde klassen" in shown


def test_a_place_shows_the_bounds_of_the_one_class_and_the_empty_list_is_no_error(desk: Desk) -> None:
    round_id = _answered(desk, statistics=(Statistic.PLACE,), readings=(Reading.DISTRIBUTION,), breakdown="all")
    alice = desk.alice()
    shown = alice.get(f"/questions/{round_id}").text
    assert "de klasse waarin ons gemiddelde valt" in shown
    assert " tot " in shown[shown.index('id="own"') :]
    places = alice.get("/place")
    assert (places.status_code, "Er is nog geen plaats om te tonen." in places.text) == (200, True)
    assert alice.get("/").status_code == 200


def test_two_questions_with_one_title_can_be_told_apart(desk: Desk) -> None:
    bundle = desk.federation.sample_bundle().model_copy(update={"statistics": (Statistic.COUNT, Statistic.BINS)})
    desk.federation.ask(bundle=bundle, readings=(Reading.HISTOGRAM,))
    desk.node.step()
    shown = desk.alice().get("/questions").text
    about = set(re.findall(r'<p class="eyebrow">([^<]+)</p>', shown))
    assert about == {"aantallen, gemiddelden, per woningtype", "spreiding, per woningtype"}


def test_the_source_of_a_figure_is_marked_as_dutch_on_an_english_page(desk: Desk) -> None:
    alice = desk.alice()
    assert '<span lang="nl">' in alice.get(f"{desk.page}?lang=en").text
    assert '<span lang="nl">' not in alice.get(f"{desk.page}?lang=nl").text


_TABLES = (Reading.TABLE, Reading.HISTOGRAM)


def _answered(
    desk: Desk,
    *,
    statistics: tuple[Statistic, ...],
    readings: tuple[Reading, ...],
    breakdown: str = "dwelling_type",
) -> str:
    """Ask something more, let the collective answer, and return the round."""
    with transaction(desk.node.engine) as session:
        set_standing(session, standing=Standing(), by=BOARD, now=desk.federation.consortium.now)
    changed = {"statistics": statistics, "breakdown": breakdown}
    bundle = desk.federation.sample_bundle().model_copy(update=changed)
    round_id = desk.federation.ask(bundle=bundle, readings=readings)
    desk.run_round()
    return round_id
