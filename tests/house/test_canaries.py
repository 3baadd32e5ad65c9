"""A canary in every column of people's data: it sings on the pages that are named here, and nowhere else."""

from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from marke.vocabulary.actor import ActorKind
from marke_ground.web.access import Needs, access_of
from marke_hub.store.tables import METADATA as HUB_TABLES
from marke_node.store.tables import METADATA as NODE_TABLES
from marke_node.web.menu import GRANTS
from support.canaries import PROTECTED, PSEUDONYMS, WORDS, dump, is_words, name_of, unwrapped
from support.canary_life import IN_A_FILE, Lived, life
from support.meter_files import EAN_ELECTRICITY
from support.web_sites import WHY

pytestmark = pytest.mark.whole

SHOWN: Final[Mapping[str, set[str]]] = {
    "import.look": {"members.name", "members.address", "members.town", "households.id"},
}
"""Pages that show people, and what of them. One more is a decision, and is added here."""

AUDITED: Final = {"audit.subject"}
"""Where ids of people may stand in the node's other tables."""

WHY_SHOWN: Final = {"register.question"}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Live through everything once."""
    with life(tmp_path_factory.mktemp("lived")) as found:
        yield found


def test_every_column_of_people_has_a_canary_or_a_reason(lived: Lived) -> None:
    columns = {name_of(column) for table in PROTECTED for column in table.columns if is_words(column)}
    assert columns == {*lived.canaries.planted, *WORDS}
    assert not set(lived.canaries.planted) & set(WORDS)


def test_the_canaries_are_alive(lived: Lived) -> None:
    inside = "\n".join(text for _, text in dump(lived.node.engine, NODE_TABLES))
    assert lived.canaries.seen_in(inside) == set(lived.canaries.planted)


def test_what_a_node_sends_holds_nobody(lived: Lived) -> None:
    assert len(lived.sent) > 20
    assert any(b"/contribution" in line for line in lived.sent)
    assert lived.canaries.seen_in(*lived.sent) == set()


def test_a_canary_is_heard_through_two_envelopes(lived: Lived) -> None:
    """Or else the test before this one says nothing: what is sent is base64 in base64."""
    assert any('"outcome":"refused"' in unwrapped(line) for line in lived.sent)


def test_the_hub_holds_nobody(lived: Lived) -> None:
    engine = lived.sites.federation.consortium.engine
    assert lived.canaries.seen_in(*(text for _, text in dump(engine, HUB_TABLES))) == set()


def test_the_nodes_other_tables_hold_nobody_and_its_audit_ids_only(lived: Lived) -> None:
    people = {table.name for table in PROTECTED}
    found = {
        (place, column)
        for place, text in dump(lived.node.engine, NODE_TABLES, without=people)
        for column in lived.canaries.seen_in(text)
    }
    assert {place for place, _ in found} <= AUDITED
    assert {column for _, column in found} <= set(PSEUDONYMS)


def test_a_page_shows_people_only_where_it_says_so(lived: Lived) -> None:
    found: dict[str, set[str]] = {}
    for page in lived.pages:
        if seen := lived.canaries.seen_in(page.text):
            found.setdefault(f"{page.site} {page.endpoint}", set()).update(seen)
    assert found == {f"node {endpoint}": columns for endpoint, columns in SHOWN.items()}


@pytest.mark.parametrize("endpoint", SHOWN)
def test_a_page_that_shows_people_is_for_those_who_import_only(endpoint: str, lived: Lived) -> None:
    access = access_of(lived.sites.node.app, endpoint)
    assert isinstance(access, Needs)
    holders = {kind for kind, permissions in GRANTS.items() if access.permission in permissions}
    assert holders <= {ActorKind.BOARD, ActorKind.STEWARD}


def test_no_address_names_anybody(lived: Lived) -> None:
    assert lived.canaries.seen_in(lived.links) == set()


def test_no_line_of_a_log_names_anybody(lived: Lived) -> None:
    assert lived.logs
    assert lived.canaries.seen_in(*lived.logs) == set()
    assert [line for line in lived.logs if IN_A_FILE in line or EAN_ELECTRICITY in line] == []


def test_no_error_names_anybody(lived: Lived) -> None:
    secret = set(lived.canaries.planted) - set(PSEUDONYMS)
    found = {name: lived.canaries.seen_in(text) & secret for name, text in lived.errors.items()}
    assert {name: columns for name, columns in found.items() if columns} == {}
    assert [name for name, text in lived.errors.items() if IN_A_FILE in text] == []


def test_no_command_that_looks_names_anybody(lived: Lived) -> None:
    assert any('"health"' in text for text in lived.printed.values())
    assert {name: seen for name, text in lived.printed.items() if (seen := lived.canaries.seen_in(text))} == {}


def test_what_a_bad_file_holds_is_never_repeated(lived: Lived) -> None:
    around = [page.text.split(IN_A_FILE)[0][-200:] for page in lived.pages if IN_A_FILE in page.text]
    assert around == []


def test_the_number_of_a_meter_is_kept_nowhere(lived: Lived) -> None:
    everything = [text for _, text in dump(lived.node.engine, NODE_TABLES)]
    everything += [page.text for page in lived.pages]
    assert [text for text in (*everything, *lived.printed.values()) if EAN_ELECTRICITY in text] == []


def test_why_the_board_said_no_stays_inside(lived: Lived) -> None:
    assert {page.endpoint for page in lived.pages if WHY in page.text} == WHY_SHOWN
    outside = [unwrapped(line) for line in lived.sent]
    outside += [text for _, text in dump(lived.sites.federation.consortium.engine, HUB_TABLES)]
    assert [line for line in (*outside, *lived.logs) if WHY in line] == []
