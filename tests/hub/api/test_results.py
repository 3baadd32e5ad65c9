"""What the public reads: results with coverage, figures and the signed document; and what the doors say they take."""

from collections.abc import Iterator

from jsonschema import Draft202012Validator

from marke import canonical
from marke.protocol import wire
from marke.protocol.messages import Result
from marke_ground.web.access import OpenToAll, route_table
from marke_hub.app import create_app_of
from marke_hub.jobs import tick
from support.consortium import Consortium
from support.hub_door import Door, problem


def _ended(door: Door, publication: str, period: str) -> str:
    """Ask a question, let two collectives answer and one refuse to, and end the round."""
    text = door.consortium.sample(period=period, publication=publication)
    checked = door.consortium.draft_of(text)
    door.consortium.approve(checked.hash)
    round_id, now = door.consortium.offer(checked.hash), door.consortium.now
    for who in door.consortium.collectives:
        door.put(who, "decision", round_id, who.decision(round_id, checked.hash, now=now))
    tick(door.consortium.engine, door.consortium.hub, now)
    for number, who in enumerate(door.consortium.collectives):
        shown: dict[str, tuple[int, ...]] = {"apartment": (20 + 10 * number, 30_000 * (number + 1), 5_000)}
        door.put(who, "contribution", round_id, who.contribution(round_id, checked, shown, now=now))
    tick(door.consortium.engine, door.consortium.hub, now)
    return round_id


def test_a_public_result_carries_figures_coverage_and_the_signed_document(consortium: Consortium) -> None:
    consortium.enrol("ada", "bea", "cor")
    door = Door(consortium)
    round_id = _ended(door, "public", "2025")
    found = door.client.get(f"/api/v1/results/{round_id}").get_json()
    assert found["outcome"]["coverage"]["answered"] == 3
    assert [reading["kind"] for reading in found["readings"]] == ["table_reading", "mean_reading"]
    mean = found["readings"][1]["rows"][0]["mean"]
    assert mean["kind"] == "figure"
    assert "float" not in {type(value).__name__ for value in _walk(found)}
    with consortium.session() as session:
        trust = consortium.hub.trust.trust(session)
    result = wire.open_message(trust, found["envelope"].encode(), Result, now=consortium.now).document
    assert result.cells[0].values == (90, 180_000, 15_000)


def test_the_list_says_how_many_results_there_are_and_leaves_out_none_but_the_private(consortium: Consortium) -> None:
    consortium.enrol("ada", "bea")
    door = Door(consortium)
    public = [_ended(door, "public", period) for period in ("2025", "2024")]
    private = _ended(door, "participants", "2023")
    found = door.client.get("/api/v1/results").get_json()
    assert found["count"] == len(found["results"]) == 2
    assert {one["round_id"] for one in found["results"]} == set(public)
    assert problem(door.client.get(f"/api/v1/results/{private}")) == (404, "result_unknown")
    assert problem(door.client.get("/api/v1/results/rnd_nothing")) == (404, "result_unknown")


def _walk(value: object) -> Iterator[object]:
    yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _walk(child)


def test_every_door_for_programs_is_described_and_every_reference_leads_somewhere(consortium: Consortium) -> None:
    app = create_app_of(consortium.hub, consortium.clock, consortium.engine)
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    doors = {
        route.rule.replace("<int:version>", "{version}").replace("<round_id>", "{round_id}")
        for route in route_table(app)
        if isinstance(route.access, OpenToAll) and route.access.machine_door
    }
    assert doors == set(document["paths"])
    known = document["components"]["schemas"]
    for name, schema in known.items():
        Draft202012Validator.check_schema(schema)
        assert schema.get("description") or name == "JsonValue", name
    for value in _walk(document):
        if isinstance(value, dict) and "$ref" in value:
            assert value["$ref"].removeprefix("#/components/schemas/") in known
    operations = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(operations) == len(set(operations))


def test_an_answer_fits_its_own_description(consortium: Consortium) -> None:
    consortium.enrol("ada", "bea")
    door = Door(consortium)
    round_id = _ended(door, "public", "2025")
    document = door.client.get("/api/v1/openapi.json").get_json()
    for path, name in (("/api/v1/results", "ResultList"), (f"/api/v1/results/{round_id}", "PublicResult")):
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        answer = canonical.from_bytes(door.client.get(path).data)
        Draft202012Validator(schema).validate(answer)
