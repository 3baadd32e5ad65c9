"""Bringing files in: choose, see what would happen, then take it. Nothing is stored before the last step."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Final, Literal, TypeAlias, assert_never

from flask import Blueprint, Response, after_this_request, request
from pydantic import Field
from werkzeug.datastructures import MultiDict

from marke_ground.web.access import Permission, needs, takes_body
from marke_ground.web.forms import Form, FormErrors, parse
from marke_ground.web.render import render
from marke_ground.web.visit import at_work, visit
from marke_node.importers.registry import IMPORTERS
from marke_node.services import import_members
from marke_node.services.commit_import import commit
from marke_node.services.hold_upload import Uploads
from marke_node.services.import_members import MembersImportPreview, MembersRequest
from marke_node.services.list_homes import HomesFound, list_homes
from marke_node.services.node import Node
from marke_node.services.preview_import import ImportPreview, preview
from marke_node.services.read_import import ImportRequest
from marke_node.services.record_import import ImportReport
from marke_node.services.save_mapping import saved

IMPORT: Final = Blueprint("import", __name__, url_prefix="/import")

LARGEST_FILE: Final = 2 * 1024**3
_SLACK: Final = 64 * 1024
_METER: Final = re.compile("meter_[1-9][0-9]?")
OK, NOT_READABLE = 200, 422
TITLES: Final = tuple(importer.title for importer in IMPORTERS)

Kind: TypeAlias = Literal["readings", "members"]


class UploadForm(Form):
    """What the file holds, and by which saved mapping it is read."""

    kind: Kind
    mapping: str = Field(default="", max_length=60)


class HeldForm(Form):
    """A file that was uploaded, and whose it is as far as is known."""

    kind: Kind
    upload: str = Field(pattern=r"^[0-9a-f]{32}$")
    mapping: str = Field(default="", max_length=60)
    expected: str = Field(default="", max_length=80)
    name: str = Field(default="", max_length=80)
    household: str = Field(default="", max_length=19)
    meters: tuple[tuple[int, str], ...] = ()
    """Household of each meter by its place in the file, when there is more than one."""


@dataclass(frozen=True)
class FoundRegister:
    """One register of one meter in the file."""

    meter: int
    register: str
    kind: str
    readings: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Previewed:
    """What a page shows before anything is taken."""

    held: HeldForm
    readings: ImportPreview | None
    members: MembersImportPreview | None
    homes: HomesFound
    meters_asked: tuple[int, ...]
    """Places of the meters that need a household; empty when one household is enough."""

    @property
    def registers(self) -> tuple[FoundRegister, ...]:
        """What the file counts, with moments instead of seconds."""
        found = () if self.readings is None else self.readings.registers
        return tuple(
            FoundRegister(
                meter=line.meter,
                register=line.register.value,
                kind=line.kind.value,
                readings=line.readings,
                first=datetime.fromtimestamp(line.first, UTC),
                last=datetime.fromtimestamp(line.last, UTC),
            )
            for line in found
        )

    @property
    def can_commit(self) -> bool:
        """Say whether all is known that taking the file needs."""
        return self.members is not None or (self.readings is not None and not self.readings.needs_households)


@IMPORT.get("")
@needs(Permission.IMPORT_READINGS)
def choose() -> Response:
    """Ask for a file."""
    return _choose({})


@IMPORT.post("")
@needs(Permission.IMPORT_READINGS)
@takes_body(LARGEST_FILE + _SLACK)
def upload() -> Response:
    """Keep the file in the node's own folder and show what is in it."""
    match parse(UploadForm, request.form):
        case FormErrors(by_field=errors):
            return _choose(errors)
        case UploadForm() as form:
            file = request.files.get("file")
            if file is None or not file.filename:
                return _choose({"file": "form.missing"})
            held = HeldForm(kind=form.kind, mapping=form.mapping, upload=_keep(file.stream))
            return _preview(held)
        case never:
            assert_never(never)


@IMPORT.post("/preview")
@needs(Permission.IMPORT_READINGS)
def look_again() -> Response:
    """Show the preview again, with the households that were found or chosen."""
    match _held():
        case FormErrors(by_field=errors):
            return _choose(errors)
        case HeldForm() as held:
            return _preview(held)
        case never:
            assert_never(never)


@IMPORT.post("/commit")
@needs(Permission.IMPORT_READINGS)
def take() -> Response:
    """Take the file in, exactly the one that was previewed; the kept copy goes afterwards."""
    match _held():
        case FormErrors(by_field=errors):
            return _choose(errors)
        case HeldForm() as held:
            report = _commit(held)
            after_this_request(_forget(held.upload))
            return render("import/done.html", report=report, kind=held.kind)
        case never:
            assert_never(never)


def _choose(errors: Mapping[str, str]) -> Response:
    mappings = tuple(mapping.name for mapping in saved(visit().session))
    return render(
        "import/choose.html", status=NOT_READABLE if errors else OK, errors=errors, mappings=mappings, titles=TITLES
    )


def _uploads() -> Uploads:
    return Uploads.at(at_work(Node).config.home)


def _keep(stream: IO[bytes]) -> str:
    here = visit()
    return _uploads().keep(stream, chance=here.ground.chance, now=here.now)


def _held() -> HeldForm | FormErrors:
    """Read the form of a held file; the households of its meters come as `meter_1`, `meter_2` and so on."""
    others = MultiDict([(name, value) for name, value in request.form.items(multi=True) if not _METER.fullmatch(name)])
    meters = {int(name[6:]): value for name, value in request.form.items() if _METER.fullmatch(name) and value}
    found = parse(HeldForm, others)
    if isinstance(found, FormErrors):
        return found
    return found.model_copy(update={"meters": tuple(sorted(meters.items()))})


def _readings_request(held: HeldForm) -> ImportRequest:
    return ImportRequest(
        file=_uploads().path(held.upload),
        secret=at_work(Node).pseudonym_secret,
        household=held.household or None,
        meters=dict(held.meters),
        mapping=held.mapping or None,
        expected_hash=held.expected or None,
    )


def _members_request(held: HeldForm) -> MembersRequest:
    return MembersRequest(
        file=_uploads().path(held.upload),
        secret=at_work(Node).pseudonym_secret,
        expected_hash=held.expected or None,
    )


def _preview(held: HeldForm) -> Response:
    here = visit()
    readings, members = None, None
    if held.kind == "members":
        members = import_members.preview(here.session, request=_members_request(held), now=here.now)
    else:
        readings = preview(here.session, request=_readings_request(held), now=here.now)
    homes = list_homes(here.session, part_of_name=held.name)
    several = readings is not None and readings.meters > 1 and (readings.needs_households or bool(held.meters))
    asked = tuple(range(1, readings.meters + 1)) if readings is not None and several else ()
    view = Previewed(held, readings, members, homes, asked)
    return render("import/preview.html", view=view)


def _commit(held: HeldForm) -> ImportReport:
    here = visit()
    if held.kind == "members":
        return import_members.commit(here.session, request=_members_request(held), by=here.by, now=here.now)
    return commit(here.session, request=_readings_request(held), by=here.by, now=here.now)


def _forget(upload: str) -> Callable[[Response], Response]:
    def forget(response: Response) -> Response:
        _uploads().drop(upload)
        return response

    return forget
