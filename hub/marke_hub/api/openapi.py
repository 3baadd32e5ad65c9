"""The description of the doors for programs, OpenAPI 3.1, generated from the routes and the documents themselves."""

import inspect
import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app
from pydantic.json_schema import models_json_schema

from marke import __version__, canonical
from marke.protocol.messages import Problem
from marke.protocol.schema import schema_of
from marke.signing.envelope import MEDIA_TYPE
from marke.vocabulary.document import Document
from marke_ground.web.access import SAFE_METHODS, open_to_all
from marke_ground.web.errors import PROBLEM_TYPE
from marke_hub.api.desk import JSON
from marke_hub.api.speech import Sealed, Speech, Spoken, speaks, speech_of

OPENAPI: Final = Blueprint("openapi", __name__)

_REF: Final = "#/components/schemas/{model}"
_PARAMETER: Final = re.compile(r"<(?:(?P<kind>int):)?(?P<name>[a-z_]+)>")
_ENVELOPE: Final = "Envelope"


@OPENAPI.get("/api/v1/openapi.json")
@speaks(gives=None)
@open_to_all("programmers must be able to read what the doors take", machine_door=True)
def description() -> Response:
    """Describe every door for programs."""
    return Response(canonical.to_bytes(describe(current_app)), mimetype=JSON)


def describe(app: Flask) -> Mapping[str, canonical.Json]:
    """Return the OpenAPI document of an app."""
    paths: dict[str, dict[str, canonical.Json]] = {}
    kinds: set[type[Document]] = {Problem}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        speech = speech_of(app, rule.endpoint)
        if speech is None:
            continue
        kinds |= {_kind(spoken) for spoken in (speech.takes, speech.gives) if spoken is not None}
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            operation = _operation(rule.rule, rule.endpoint, inspect.getdoc(view) or "", method, speech)
            paths.setdefault(_PARAMETER.sub(r"{\g<name>}", rule.rule), {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Marke hub", "version": __version__, "license": {"name": "EUPL-1.2"}},
        "paths": paths,
        "components": {"schemas": _schemas(kinds), "securitySchemes": _SECURITY},
    }


_SECURITY: Final[Mapping[str, canonical.Json]] = {
    "node": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "EdDSA, five minutes, bound to method, path and body; works once.",
    }
}


def _operation(path: str, endpoint: str, words: str, method: str, speech: Speech) -> Mapping[str, canonical.Json]:
    good = {"description": "As asked.", **_content(speech.gives)}
    responses: dict[str, canonical.Json] = {str(speech.status): good, "default": _PROBLEM}
    if speech.also is not None:
        nothing = speech.also not in range(200, 300)
        responses[str(speech.also)] = {"description": "Nothing new."} if nothing else {**good, "description": "Again."}
    found: dict[str, canonical.Json] = {
        "operationId": endpoint.replace(".", "_"),
        "summary": words.split("\n", 1)[0],
        "responses": responses,
    }
    parameters = [_parameter(match) for match in _PARAMETER.finditer(path)]
    if parameters:
        found["parameters"] = parameters
    if speech.takes is not None and method not in SAFE_METHODS:
        found["requestBody"] = {"required": True, **_content(speech.takes)}
    if speech.token:
        found["security"] = [{"node": []}]
    return found


def _parameter(match: re.Match[str]) -> Mapping[str, canonical.Json]:
    kind = "integer" if match["kind"] else "string"
    return {"name": match["name"], "in": "path", "required": True, "schema": {"type": kind}}


_PROBLEM: Final[Mapping[str, canonical.Json]] = {
    "description": "A problem document with a stable `reason` (RFC 9457).",
    "content": {PROBLEM_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}},
}


def _content(spoken: Spoken | None) -> dict[str, canonical.Json]:
    match spoken:
        case None:
            return {"content": {JSON: {"schema": {"type": "object"}}}}
        case Sealed(kind=kind):
            inside = {"x-payload": {"$ref": _REF.format(model=kind.__name__)}}
            return {"content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model=_ENVELOPE)}, **inside}}}
        case _:
            return {"content": {JSON: {"schema": {"$ref": _REF.format(model=spoken.__name__)}}}}


def _kind(spoken: Spoken) -> type[Document]:
    return spoken.kind if isinstance(spoken, Sealed) else spoken


def _schemas(kinds: set[type[Document]]) -> Mapping[str, canonical.Json]:
    ordered = sorted(kinds, key=lambda kind: kind.__name__)
    _, found = models_json_schema([(kind, "serialization") for kind in ordered], ref_template=_REF)
    definitions: dict[str, Any] = found["$defs"]
    envelope = {name: value for name, value in schema_of("envelope").items() if not name.startswith("$")}
    return {**definitions, _ENVELOPE: envelope}
