"""Bringing files in: choose, see what would happen, then take it. Nothing is stored before the last step.

Every step that changes something ends in a page with an address of its own, so that loading a page again never does
anything again. A file is stored for the household that the page showed, and for no other.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal, assert_never

from flask import Blueprint, Response, after_this_request, redirect, request, url_for
from pydantic import Field
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from marke.errors import BadInputError, MarkeError, NotFoundError
from marke.reasons import Reason
from marke_ground.store.engine import Session, reading, transaction
from marke_ground.web.access import Permission, needs, takes_body
from marke_ground.web.forms import Form, FormErrors, parse
from marke_ground.web.render import render
from marke_ground.web.visit import at_work, visit
from marke_node.importers.registry import IMPORTERS
from marke_node.importers.source import MOST_BYTES
from marke_node.services import commit_import, import_members, preview_import
from marke_node.services.hold_upload import Held, Kind, Uploads
from marke_node.services.import_members import MembersImportPreview, MembersRequest
from marke_node.services.list_homes import list_homes
from marke_node.services.node import Node
from marke_node.services.preview_import import ImportPreview
from marke_node.services.read_import import ImportRequest
from marke_node.services.read_import_run import read_import_run
from marke_node.services.record_import import ImportReport
from marke_node.services.save_mapping import saved
from marke_node.web.import_pages import Previewed, chosen_households, previewed

IMPORT: Final = Blueprint("import", __name__, url_prefix="/import")

_SLACK: Final = 64 * 1024
"""What a form needs besides the file."""
_METER: Final = re.compile("meter_[1-9][0-9]?")
OK, SEE_OTHER, TOO_LARGE, NOT_READABLE = 200, 303, 413, 422
FORMATS: Final = tuple(importer.name for importer in IMPORTERS)
MOST_MB: Final = MOST_BYTES // 2**20


class UploadForm(Form):
    """What the file holds, and by which saved mapping it is read."""

    kind: Kind
    mapping: str = Field(default="", max_length=60)


class ChoiceForm(Form):
    """Whose a file is, or part of a name to search for."""

    step: Literal["search", "choose", "take"] = "search"
    name: str = Field(default="", max_length=80)
    household: str = Field(default="", max_length=19)
    meters: tuple[tuple[int, str], ...] = ()
    """Household of each meter by its place in the file, when there is more than one of a kind."""


@IMPORT.get("")
@needs(Permission.IMPORT_READINGS)
def choose() -> Response:
    """Ask for a file."""
    return _choose(visit().session, {})


@IMPORT.post("")
@needs(Permission.IMPORT_READINGS)
@takes_body(MOST_BYTES + _SLACK)
def upload() -> AnyResponse:
    """Keep the file in the node's own folder, unless looking at it shows that it cannot be read."""
    match parse(UploadForm, request.form):
        case FormErrors(by_field=errors):
            return _choose(visit().session, {field: visit().voice.say(key) for field, key in errors.items()})
        case UploadForm() as form:
            return _receive(form, request.files.get("file"))
        case never:
            assert_never(never)


@IMPORT.get("/<upload_id>")
@needs(Permission.IMPORT_READINGS)
def look(upload_id: str) -> AnyResponse:
    """Show what is in a file and what taking it would add; one that was taken shows what it added."""
    held = _uploads().held(upload_id)
    if held.taken:
        return _to_done(held.taken)
    # what would be added is found by storing it and taking that back, so this look needs a transaction of its own
    with transaction(visit().ground.engine) as session:
        view = _view(session, upload_id, held, is_other_choice="other" in request.args)
        return render("import/preview.html", view=view)


@IMPORT.post("/<upload_id>")
@needs(Permission.IMPORT_READINGS)
def choose_home(upload_id: str) -> AnyResponse:
    """Keep whose the file is, and show the preview with it; stores nothing of the file."""
    held, form = _uploads().held(upload_id), _choice()
    if held.taken:
        return _to_done(held.taken)
    chosen = _chosen(held, form)
    _uploads().note(upload_id, chosen)
    if form.step == "search":
        return redirect(url_for("import.look", upload_id=upload_id, _anchor="whose"), SEE_OTHER)
    view = _view(visit().session, upload_id, chosen, goes_on=True)
    if view.errors:
        return render("import/preview.html", status=NOT_READABLE, view=view)
    return redirect(url_for("import.look", upload_id=upload_id, _anchor="take"), SEE_OTHER)


@IMPORT.post("/<upload_id>/commit")
@needs(Permission.IMPORT_READINGS)
def take(upload_id: str) -> AnyResponse:
    """Take the file in, exactly the one that was previewed and for whom the preview said; the kept copy goes."""
    held, form = _uploads().held(upload_id), _choice()
    if held.taken:
        return _to_done(held.taken)
    chosen = _chosen(held, form)
    if chosen.choice != held.choice:
        _uploads().note(upload_id, chosen)
        return redirect(url_for("import.look", upload_id=upload_id, other=1, _anchor="whose"), SEE_OTHER)
    report = _commit(upload_id, held)
    after_this_request(_taken(upload_id, report.id))
    return _to_done(report.id)


@IMPORT.post("/<upload_id>/leave")
@needs(Permission.IMPORT_READINGS)
def leave(upload_id: str) -> AnyResponse:
    """Forget a file that was not taken, at once."""
    _uploads().drop(upload_id)
    return redirect(url_for("import.choose"), SEE_OTHER)


@IMPORT.get("/done/<import_id>")
@needs(Permission.IMPORT_READINGS)
def done(import_id: str) -> Response:
    """Show what an import did."""
    return render("import/done.html", run=read_import_run(visit().session, import_id=import_id))


@IMPORT.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """Say how large a file may be; its length was told before a byte of it was read."""
    error = BadInputError(Reason.IMPORT_TOO_LARGE, most_mb=MOST_MB)
    with reading(visit().ground.engine) as session:
        return _choose(session, {"file": error.say(visit().language)}, status=TOO_LARGE)


def _choose(session: Session, errors: dict[str, str], *, kind: str = "", status: int = NOT_READABLE) -> Response:
    """Show the form; `errors` are sentences by field."""
    return render(
        "import/choose.html",
        status=status if errors else OK,
        errors=errors,
        kind=kind or "readings",
        mappings=tuple(mapping.name for mapping in saved(session)),
        formats=FORMATS,
        most_mb=MOST_MB,
    )


def _receive(form: UploadForm, file: FileStorage | None) -> AnyResponse:
    here = visit()
    if file is None or not file.filename:
        return _choose(here.session, {"file": here.voice.say("import.no_file")}, kind=form.kind)
    held, uploads = Held(kind=form.kind, mapping=form.mapping), _uploads()
    try:
        with uploads.arriving(file.stream, held, chance=here.ground.chance, now=here.now) as name:
            seen = _look_at(here.session, name, held)
            uploads.note(name, held.model_copy(update={"file_hash": seen.file_hash}))
    except (BadInputError, NotFoundError) as error:
        return _choose(here.session, {"file": error.say(here.language)}, kind=form.kind)
    return redirect(url_for("import.look", upload_id=name), SEE_OTHER)


def _uploads() -> Uploads:
    return Uploads.at(at_work(Node).config.home)


def _to_done(import_id: str) -> AnyResponse:
    return redirect(url_for("import.done", import_id=import_id), SEE_OTHER)


def _choice() -> ChoiceForm:
    """Read whose a file is; the households of its meters come as `meter_1`, `meter_2` and so on."""
    others = MultiDict([(name, value) for name, value in request.form.items(multi=True) if not _METER.fullmatch(name)])
    meters = {int(name[6:]): value for name, value in request.form.items() if _METER.fullmatch(name) and value}
    found = parse(ChoiceForm, others)
    if isinstance(found, FormErrors):
        raise BadInputError(Reason.BAD_REQUEST)
    return found.model_copy(update={"meters": tuple(sorted(meters.items()))})


def _chosen(held: Held, form: ChoiceForm) -> Held:
    return held.model_copy(update={"name": form.name, "household": form.household, "meters": form.meters})


def _view(
    session: Session, upload_id: str, held: Held, *, goes_on: bool = False, is_other_choice: bool = False
) -> Previewed:
    """Return the page of an upload; a choice that cannot hold is said on it, and left out of the preview."""
    here = visit()
    homes = list_homes(session, part_of_name=held.name, chosen=chosen_households(held))
    wrong: tuple[tuple[str, str], ...] = ()
    try:
        seen = _look_at(session, upload_id, held)
    except MarkeError as error:
        without = held.model_copy(update={"household": "", "meters": ()})
        seen, wrong = _look_at(session, upload_id, without), (("whose", error.say(here.language)),)
    view = previewed(upload_id, held, seen, homes, voice=here.voice, goes_on=goes_on)
    return replace(view, errors=(*wrong, *view.errors), is_other_choice=is_other_choice)


def _look_at(session: Session, upload_id: str, held: Held) -> ImportPreview | MembersImportPreview:
    now = visit().now
    if held.kind == "members":
        return import_members.preview(session, request=_members_request(upload_id, held), now=now)
    return preview_import.preview(session, request=_readings_request(upload_id, held), now=now)


def _commit(upload_id: str, held: Held) -> ImportReport:
    here = visit()
    if held.kind == "members":
        wanted = _members_request(upload_id, held)
        return import_members.commit(here.session, request=wanted, by=here.by, now=here.now)
    return commit_import.commit(here.session, request=_readings_request(upload_id, held), by=here.by, now=here.now)


def _readings_request(upload_id: str, held: Held) -> ImportRequest:
    return ImportRequest(
        file=_uploads().path(upload_id),
        secret=at_work(Node).pseudonym_secret,
        household=held.household or None,
        meters=dict(held.meters),
        mapping=held.mapping or None,
        expected_hash=held.file_hash or None,
    )


def _members_request(upload_id: str, held: Held) -> MembersRequest:
    return MembersRequest(
        file=_uploads().path(upload_id),
        secret=at_work(Node).pseudonym_secret,
        expected_hash=held.file_hash or None,
    )


def _taken(upload_id: str, import_id: str) -> Callable[[Response], Response]:
    def forget(response: Response) -> Response:
        # after the transaction: what could not be kept is not forgotten either
        if response.status_code == SEE_OTHER:
            _uploads().taken(upload_id, into=import_id)
        return response

    return forget
