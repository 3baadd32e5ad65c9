"""Column mappings, kept by name."""

import pytest
from sqlalchemy import Engine

from marke.errors import NotFoundError
from marke.reasons import Reason
from marke_ground.store.engine import reading, transaction
from marke_node.services import save_mapping
from marke_node.services.read_import import read_mapping
from support.mappings import MAPPING, read
from support.villages import ALICE, NOON


def test_a_mapping_is_found_again_by_its_name_and_replaced_by_one_of_that_name(engine: Engine) -> None:
    with transaction(engine) as session:
        save_mapping.save(session, mapping=read(MAPPING), by=ALICE, now=NOON)
        save_mapping.save(session, mapping=read({**MAPPING, "header_row": 2}), by=ALICE, now=NOON)
        save_mapping.save(session, mapping=read({**MAPPING, "name": "Another"}), by=ALICE, now=NOON)
    with reading(engine) as session:
        assert [(mapping.name, mapping.header_row) for mapping in save_mapping.saved(session)] == [
            ("Another", 1),
            ("Zonneplan per uur", 2),
        ]
        assert read_mapping(session, name="Another") == read({**MAPPING, "name": "Another"})


def test_a_mapping_that_was_never_saved_is_not_found(engine: Engine) -> None:
    with reading(engine) as session, pytest.raises(NotFoundError) as found:
        read_mapping(session, name="Zonneplan")
    assert found.value.reason is Reason.IMPORT_MAPPING_UNKNOWN
