"""Members from Econobis' form: names are names whatever they look like, and nothing of a bad row is repeated."""

import io

import pytest

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_deploy.demo_files import econobis_members
from marke_node.importers import members
from marke_node.importers.source import examine

PERSON = {
    "voornaam": "Bob",
    "tussenvoegsel": "de",
    "achternaam": "Vries",
    "straat": "Marktstraat",
    "huisnummer": "12",
    "postcode": "7201 AB",
    "woonplaats": "Zutphen",
    "email": "bob@example.org",
}


def read_members(content: bytes) -> members.ParsedMembers:
    file = io.BytesIO(content)
    return members.parse(file, examine(file))


def people(count: int, **changes: str) -> list[dict[str, str]]:
    return [*({**PERSON, "huisnummer": str(number + 100)} for number in range(count)), {**PERSON, **changes}]


def test_members_are_read_with_their_names_whole_and_no_bank_account() -> None:
    parsed = read_members(econobis_members([{**PERSON, "iban": "NL00BANK0123456789", "iban_tnv": "B. de Vries"}]))
    (member,) = parsed.members
    assert (member.name, member.address, member.postcode) == ("Bob de Vries", "Marktstraat 12", "7201AB")
    assert "Bob" not in repr(parsed)
    assert not any("NL00" in str(value) for value in vars(member).values())


def test_an_old_character_set_is_recognised_and_mentioned() -> None:
    parsed = read_members(econobis_members([{**PERSON, "achternaam": "Müller"}], encoding="cp1252"))
    assert parsed.members[0].name == "Bob de Müller"
    assert [notice.reason for notice in parsed.notices] == [Reason.IMPORT_OLD_ENCODING]


def test_a_member_who_stands_there_twice_is_taken_once() -> None:
    parsed = read_members(econobis_members([*people(30), {**PERSON, "voornaam": "BOB", "postcode": "7201ab"}]))
    assert [(notice.row, notice.reason, notice.details) for notice in parsed.rejects] == [
        (33, Reason.IMPORT_MEMBER_TWICE, {"other": 32})
    ]


@pytest.mark.parametrize(
    "name", ["Robert'); DROP TABLE members;--", "<script>alert(1)</script>", "=HYPERLINK(1)", "+31", "O'Brien & Zn."]
)
def test_a_name_that_looks_like_code_is_kept_as_a_name(name: str) -> None:
    assert read_members(econobis_members([{**PERSON, "achternaam": name}])).members[0].name == f"Bob de {name}"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"achternaam": "Vries\x1b[2J"}, Reason.IMPORT_CONTROL_CHARACTER),
        ({"achternaam": "Vries\u202egnp"}, Reason.IMPORT_CONTROL_CHARACTER),
        ({"achternaam": "V" * 201}, Reason.IMPORT_TEXT_TOO_LONG),
        ({"achternaam": ""}, Reason.IMPORT_FIELD_EMPTY),
        ({"postcode": "0123 AB"}, Reason.IMPORT_FIELD_FORM),
        ({"email": "not an address"}, Reason.IMPORT_FIELD_FORM),
        ({"aanspreektitel_id": "Mevrouw"}, Reason.IMPORT_FIELD_FORM),
    ],
)
def test_a_member_who_cannot_be_taken_is_rejected_without_repeating_the_cell(
    changes: dict[str, str], reason: Reason
) -> None:
    parsed = read_members(econobis_members(people(30, **changes)))
    (reject,) = members.reject_list(parsed)
    assert (reject.row, reject.reason) == (32, reason)
    assert all(value not in reject.say("nl") for value in changes.values() if value)


def test_other_headers_than_the_sixteen_are_refused() -> None:
    with pytest.raises(BadInputError) as found:
        read_members(econobis_members([PERSON]).replace(b"iban_tnv", b"bic"))
    assert found.value.reason is Reason.IMPORT_OTHER_FORMAT
