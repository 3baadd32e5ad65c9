"""What the hub's pages say: names instead of codes, how many households, who has not decided yet, commands that run."""

from flask.testing import FlaskClient

from marke_ground.web import links
from marke_hub.jobs import tick
from marke_hub.store.metadata import ACCESS
from support.consortium import OPERATOR, Consortium, counting_chance
from support.hub_door import Door
from support.small_site import sign_in


def _console(door: Door) -> FlaskClient:
    consortium = door.consortium
    with consortium.session() as session:
        token = links.issue(session, ACCESS, actor=OPERATOR, chance=counting_chance(), now=consortium.now)
    return sign_in(door.client, links.PATH + token)


def _result(door: Door) -> str:
    """Let three collectives answer about two groups, of which one is shown by all."""
    consortium = door.consortium
    checked = consortium.draft_of(consortium.sample())
    consortium.approve(checked.hash)
    round_id, now = consortium.offer(checked.hash), consortium.now
    for who in consortium.collectives:
        door.put(who, "decision", round_id, who.decision(round_id, checked.hash, now=now))
    tick(consortium.engine, consortium.hub, now)
    for number, who in enumerate(consortium.collectives):
        shown: dict[str, tuple[int, ...]] = {"apartment": (20 + 10 * number, 30_000 * (number + 1), 5_000)}
        door.put(who, "contribution", round_id, who.contribution(round_id, checked, shown, now=now))
    tick(consortium.engine, consortium.hub, now)
    return round_id


def test_a_result_says_how_many_households_it_counts_and_how_sure_it_is(small_consortium: Consortium) -> None:
    small_consortium.enrol("ada", "bea", "cor")
    door = Door(small_consortium)
    page = door.client.get(f"/results/{_result(door)}").text
    assert "Er tellen ongeveer 90 huishoudens mee." in page
    assert "dus dit kan hoogstens 6 afwijken" in page
    assert "alleen voor wie meedeed" in page
    assert "landelijk" not in page.split("<main")[1].split("Hoe weten we dit?</h2>")[0]


def test_the_front_page_shows_the_households_of_the_newest_result(small_consortium: Consortium) -> None:
    small_consortium.enrol("ada", "bea", "cor")
    door = Door(small_consortium)
    assert ">–</span>" in door.client.get("/").text  # noqa: RUF001 - a dash stands where there is no number
    _result(door)
    assert '<span class="big">90</span>' in door.client.get("/").text


def test_lists_begin_one_level_below_the_title_and_say_what_was_made(small_consortium: Consortium) -> None:
    small_consortium.enrol("ada", "bea", "cor")
    door = Door(small_consortium)
    _result(door)
    page = door.client.get("/results").text
    assert "<h3" not in page
    assert "Aantallen, gemiddelden · per woningtype · 2025." in page


def test_a_result_that_is_not_public_is_refused_without_its_id(small_consortium: Consortium) -> None:
    page = Door(small_consortium).client.get("/results/rnd_nothing")
    assert page.status_code == 404
    assert "rnd_nothing" not in page.text.split("<main")[1]


def test_the_console_names_variables_and_who_has_not_decided(small_consortium: Consortium) -> None:
    small_consortium.enrol("ada", "bea", "cor")
    door = Door(small_consortium)
    checked = small_consortium.draft_of(small_consortium.sample())
    small_consortium.approve(checked.hash)
    browser = _console(door)
    question = browser.get(f"/console/questions/{checked.hash[7:23]}").text
    assert f"marke hub round offer {checked.hash[7:23]}" in question
    round_id = small_consortium.offer(checked.hash)
    running = browser.get(f"/console/rounds/{round_id}").text
    assert "3 hebben nog niet besloten" in running
    assert "zwegen" not in running
    for page in (question, running, browser.get("/console/questions").text):
        assert "energy.gas_use" not in page
        assert "Aardgas" in page


def test_used_invitations_are_folded(small_consortium: Consortium) -> None:
    small_consortium.enrol("ada", "bea")
    page = _console(Door(small_consortium)).get("/console/collectives").text
    assert "2 gebruikte of verlopen uitnodigingen" in page
    assert "marke hub enrol invite &#34;" in page
