"""Alice brings a file in through the pages: what is shown, what is kept, and what is left on the disk."""

import io
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, update
from werkzeug.test import TestResponse

from marke.errors import NotFoundError
from marke.reasons import Reason, sentence
from marke.vocabulary.actor import Actor, ActorKind
from marke_deploy.demo_files import dsmr_reader, econobis_members
from marke_ground.store.engine import reading, transaction
from marke_node.importers.mapped import Mapped
from marke_node.importers.registry import IMPORTERS
from marke_node.importers.source import MOST_BYTES
from marke_node.jobs.agent import Agent
from marke_node.jobs.runner import AgentThread
from marke_node.services import import_members
from marke_node.services.hold_upload import FOLDER, KEPT
from marke_node.store.meters import METERS
from marke_node.store.vault import HOUSEHOLDS, MEMBERS
from support.meter_files import EAN_ELECTRICITY, EAN_GAS, EAN_NEIGHBOUR, engie
from support.node_site import Fields, NodeSite, node_site, send
from support.small_site import SAME_ORIGIN, csrf_of
from support.villages import ALICE, settle

pytestmark = pytest.mark.whole

START = datetime(2025, 1, 31, 23, tzinfo=UTC)
DSMR = dsmr_reader(START, [(1000, 500, 0, 0, 10)] * 48)
NEIGHBOURS = engie(
    START,
    [
        (EAN_ELECTRICITY, "0.5", "Elektriciteit", "true"),
        (EAN_NEIGHBOUR, "0.7", "Elektriciteit", "true"),
        (EAN_GAS, "0.1", "Gas", "0"),
    ],
)
STEWARD = Actor(ActorKind.STEWARD, "mem_stewardaaaaaaaaa")
HOMES = 12


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> NodeSite:
    """Give the site of a village of twelve households, Lid 1 to Lid 12."""
    with transaction(engine) as session:
        homes = settle(session, [{}] * HOMES, adults=1).households
        for number, home in enumerate(homes, start=1):
            household = select(HOUSEHOLDS.c.number).where(HOUSEHOLDS.c.id == home).scalar_subquery()
            values = {"name": f"Lid {number}", "address": f"Esweg {number}", "town": "Zutphen"}
            session.execute(update(MEMBERS).where(MEMBERS.c.household == household).values(values))
    return node_site(engine, tmp_path)


@pytest.fixture
def alice(site: NodeSite) -> FlaskClient:
    """Give Alice's browser."""
    return site.browser(ALICE)


def upload(browser: FlaskClient, content: bytes, kind: str = "readings") -> TestResponse:
    """Send a file; its own name names somebody."""
    return send(browser, "/import", {"kind": kind, "file": (io.BytesIO(content), "Bob.csv")})


def uploaded(browser: FlaskClient, content: bytes, kind: str = "readings") -> str:
    """Send a file that is kept, and return the address of its page."""
    answer = upload(browser, content, kind)
    assert answer.status_code == 303
    return answer.location


def home_of(page: str, name: str) -> str:
    """Return the household of a name in the list on a page."""
    found = re.search(rf'value="(hh_[a-z0-9]+)"[^>]*> <span>{name} <', page)
    assert found is not None
    return found[1]


def owners(site: NodeSite) -> dict[str, int]:
    """Return how many meters each name has."""
    with reading(site.engine) as session:
        rows = session.execute(
            select(MEMBERS.c.name, func.count())
            .join(METERS, METERS.c.household == MEMBERS.c.household)
            .group_by(MEMBERS.c.name)
        ).all()
    return {row[0]: row[1] for row in rows}


def test_a_file_goes_from_upload_to_done_and_no_copy_is_left(site: NodeSite, alice: FlaskClient) -> None:
    page = uploaded(alice, DSMR)
    choice: Fields = {"household": home_of(alice.get(page).text, "Lid 2")}
    assert send(alice, page, {**choice, "step": "choose"}).location == f"{page}#take"
    shown = alice.get(page).text
    assert "Bewaar bij:" in shown
    assert "<li>Lid 2, Esweg 2, Zutphen</li>" in shown
    assert site.imports() == 0
    finished = send(alice, f"{page}/commit", {**choice, "step": "take"})
    assert (finished.status_code, site.imports()) == (303, 1)
    assert "240 nieuw" in alice.get(finished.location).text
    assert set(owners(site)) == {"Lid 2"}
    assert site.left_behind() == [".json"]


def test_a_preview_says_how_much_was_used_and_between_which_days(alice: FlaskClient) -> None:
    shown = alice.get(uploaded(alice, DSMR)).text
    assert "48,0 kWh" in shown or "48 kWh" in shown
    assert "0,48 m³" in shown
    assert "1 februari 2025" in shown
    assert "2 februari 2025" in shown
    assert "DSMR-reader (CSV per uur)" in shown


def test_names_stand_in_the_order_that_people_expect_with_their_address(alice: FlaskClient) -> None:
    shown = alice.get(uploaded(alice, DSMR)).text
    assert re.findall(r"<span>(Lid \d+) <", shown) == [f"Lid {number}" for number in range(1, HOMES + 1)]
    assert "Esweg 3, Zutphen" in shown


def test_a_double_click_takes_the_file_once_and_shows_the_same_page(site: NodeSite, alice: FlaskClient) -> None:
    page = uploaded(alice, DSMR)
    choice: Fields = {"household": home_of(alice.get(page).text, "Lid 1")}
    send(alice, page, {**choice, "step": "choose"})
    first, second = (send(alice, f"{page}/commit", {**choice, "step": "take"}) for _ in range(2))
    assert first.location == second.location == alice.get(page).location
    assert (site.imports(), alice.get(first.location).status_code) == (1, 200)


def test_a_household_that_the_page_did_not_show_gets_nothing(site: NodeSite, alice: FlaskClient) -> None:
    page = uploaded(alice, DSMR)
    shown = alice.get(page).text
    send(alice, page, {"household": home_of(shown, "Lid 1"), "step": "choose"})
    other = send(alice, f"{page}/commit", {"household": home_of(shown, "Lid 2"), "step": "take"})
    assert site.imports() == 0
    asked_again = alice.get(other.location).text
    assert "U koos een ander huishouden" in asked_again
    assert "<li>Lid 2, Esweg 2, Zutphen</li>" in asked_again


def test_a_new_search_keeps_what_was_chosen(alice: FlaskClient) -> None:
    page = uploaded(alice, DSMR)
    home = home_of(alice.get(page).text, "Lid 5")
    send(alice, page, {"household": home, "step": "choose"})
    send(alice, page, {"household": home, "name": "lid 1", "step": "search"})
    shown = alice.get(page).text
    assert re.findall(r"<span>(Lid \d+) <", shown) == ["Lid 5", "Lid 1", "Lid 10", "Lid 11", "Lid 12"]
    assert f'value="{home}" checked' in shown


def test_meters_of_neighbours_are_asked_one_by_one_and_the_missing_one_is_named(
    site: NodeSite, alice: FlaskClient
) -> None:
    page = uploaded(alice, NEIGHBOURS)
    shown = alice.get(page).text
    homes = dict(re.findall(r'<option value="(hh_[a-z0-9]+)">(Lid \d+) ·', shown))
    by_name = {name: home for home, name in homes.items()}
    chosen: Fields = {"meter_1": by_name["Lid 1"], "meter_2": by_name["Lid 2"], "step": "choose"}
    missing = send(alice, page, chosen)
    assert missing.status_code == 422
    assert "Kies ook een huishouden voor Meter 3: gas." in missing.text
    assert '<a href="#meter-3">' in missing.text
    whole: Fields = {**chosen, "meter_3": by_name["Lid 1"]}
    assert send(alice, page, whole).status_code == 303
    assert "<li>Meter 2: stroom: Lid 2, Esweg 2, Zutphen</li>" in alice.get(page).text
    assert send(alice, f"{page}/commit", {**whole, "step": "take"}).status_code == 303
    assert owners(site) == {"Lid 1": 2, "Lid 2": 1}


def test_going_on_without_a_household_is_said_on_the_page(alice: FlaskClient) -> None:
    answer = send(alice, uploaded(alice, DSMR), {"step": "choose"})
    assert (answer.status_code, "Kies een huishouden." in answer.text) == (422, True)


def test_a_household_that_is_not_there_is_said_on_the_page(site: NodeSite, alice: FlaskClient) -> None:
    answer = send(alice, uploaded(alice, DSMR), {"household": "hh_zzzzzzzzzzzzzzzz", "step": "choose"})
    assert answer.status_code == 422
    assert "Bewaar bij:" not in answer.text
    assert site.imports() == 0


@pytest.mark.parametrize(
    "content", [DSMR[:-10], b"PK\x03\x04 not a workbook", b"a;b;c\n1;2;3\n", b"", b"\x1f\x8b\x08"], ids=repr
)
def test_a_file_that_is_refused_is_not_left_on_the_disk(site: NodeSite, alice: FlaskClient, content: bytes) -> None:
    answer = upload(alice, content)
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text
    assert site.left_behind() == []


@pytest.mark.parametrize("kind", ["readings", "members"])
def test_without_a_file_the_form_comes_back_as_it_was(alice: FlaskClient, kind: str) -> None:
    answer = send(alice, "/import", {"kind": kind})
    assert answer.status_code == 422
    assert "Kies een bestand." in answer.text
    assert f'value="{kind}" checked' in answer.text


def test_a_file_that_is_too_large_is_refused_before_it_is_read(site: NodeSite, alice: FlaskClient) -> None:
    told = MOST_BYTES + 10**6
    headers = {**SAME_ORIGIN, "Content-Type": "multipart/form-data; boundary=x"}
    told_length = {"CONTENT_LENGTH": str(told)}
    answer = alice.post("/import", input_stream=io.BytesIO(b"--x"), headers=headers, environ_overrides=told_length)
    assert answer.status_code == 413
    assert sentence(Reason.IMPORT_TOO_LARGE, "nl", {"most_mb": MOST_BYTES // 2**20}) in answer.text
    assert site.left_behind() == []


def test_a_stream_that_goes_on_too_long_is_cut_off_and_removed(
    site: NodeSite, alice: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marke_node.services.hold_upload.MOST_BYTES", 1000)
    answer = upload(alice, DSMR)
    assert (answer.status_code, site.left_behind()) == (422, [])


def test_leaving_removes_the_file_at_once(site: NodeSite, alice: FlaskClient) -> None:
    page = uploaded(alice, DSMR)
    assert site.left_behind() == ["", ".json"]
    assert send(alice, f"{page}/leave").location == "/import"
    assert site.left_behind() == []
    assert alice.get(page).status_code == 404
    assert send(alice, f"{page}/leave").status_code == 303


def test_what_waited_too_long_is_gone_when_the_node_starts(site: NodeSite, alice: FlaskClient, tmp_path: Path) -> None:
    uploaded(alice, DSMR)
    old = (site.clock.now() - KEPT - timedelta(minutes=1)).timestamp()
    for file in (tmp_path / FOLDER).iterdir():
        os.utime(file, (old, old))
    node_site(site.engine, tmp_path)
    assert site.left_behind() == []


def test_a_serving_node_tidies_up_also_before_it_has_joined(site: NodeSite) -> None:
    tidied = Event()

    def not_joined() -> Agent:
        raise NotFoundError(Reason.NOT_JOINED)

    thread = AgentThread(not_joined, site.clock, tidy=lambda _: tidied.set())
    thread.start()
    assert tidied.wait(timeout=10)
    thread.stop()


def test_looking_stores_nothing(site: NodeSite, alice: FlaskClient) -> None:
    page = uploaded(alice, DSMR)
    send(alice, page, {"household": home_of(alice.get(page).text, "Lid 1"), "step": "choose"})
    for _ in range(3):
        assert alice.get(page).status_code == 200
    assert (site.imports(), owners(site)) == (0, {})


def test_a_form_without_its_token_does_nothing(site: NodeSite, alice: FlaskClient) -> None:
    page = uploaded(alice, DSMR)
    for path in (page, f"{page}/commit", f"{page}/leave"):
        assert alice.post(path, data={"step": "take"}, headers=SAME_ORIGIN).status_code == 403
    token = csrf_of(alice.get("/import").text)
    assert alice.post(f"{page}/leave", data={"csrf": token}).status_code == 403
    assert site.left_behind() == ["", ".json"]


def test_a_steward_may_bring_files_in_and_bob_may_not(site: NodeSite) -> None:
    assert site.browser(STEWARD).get("/import").status_code == 200
    bob = site.browser(Actor(ActorKind.MEMBER, "mem_bobaaaaaaaaaaaaaa"))
    assert bob.get("/import").status_code == 403


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_kind_of_file_has_a_name_in_the_language_of_the_page(site: NodeSite, language: str) -> None:
    words = site.app.extensions["marke_ground"].words.messages[language]
    names = [*(importer.name for importer in IMPORTERS), Mapped.name, import_members.FORMAT]
    assert [name for name in names if f"importer.{name}" not in words] == []


def test_a_list_of_members_goes_from_upload_to_done(site: NodeSite, alice: FlaskClient) -> None:
    person = {"voornaam": "Bob", "achternaam": "Vries", "straat": "Marktstraat", "huisnummer": "12"}
    page = uploaded(alice, econobis_members([{**person, "postcode": "7201 AB", "woonplaats": "Zutphen"}]), "members")
    assert "Ledenlijst van Econobis" in alice.get(page).text
    finished = send(alice, f"{page}/commit", {"step": "take"})
    assert "1 nieuw" in alice.get(finished.location).text
    assert site.left_behind() == [".json"]


def test_an_import_that_never_was_has_no_page(alice: FlaskClient) -> None:
    assert alice.get("/import/done/imp_aaaaaaaaaaaaaaaa").status_code == 404


def test_gas_that_looks_like_kilowatt_hours_is_kept_only_when_somebody_says_that_it_is_gas(
    site: NodeSite, alice: FlaskClient
) -> None:
    winter = engie(START, [(EAN_GAS, "0.625", "Gas", "0")] * (24 * 100))
    page = uploaded(alice, winter)
    choice: Fields = {"household": home_of(alice.get(page).text, "Lid 1"), "step": "choose"}
    send(alice, page, choice)
    assert "Ja, de eenheid klopt" in alice.get(page).text
    unsure = send(alice, f"{page}/commit", {**choice, "step": "take"})
    assert (unsure.status_code, site.imports()) == (422, 0)
    assert "Zeg eerst of de eenheid klopt" in unsure.text
    sure = send(alice, f"{page}/commit", {**choice, "step": "take", "unit_confirmed": "yes"})
    assert (sure.status_code, site.imports()) == (303, 1)
