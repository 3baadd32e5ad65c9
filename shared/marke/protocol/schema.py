"""JSON Schema (2020-12) of every message, generated from the same classes that read them. Protocol 8.

For people who build another node or hub. The schemas say what a message looks like; who must sign it stands in
`marke.protocol.wire`, and what is true of it in `docs/protocol.md`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from marke import canonical
from marke.errors import ProgrammerError
from marke.protocol.messages import Discovery, Invitation, PollAnswer, PollRequest, Problem
from marke.protocol.wire import WIRE
from marke.vocabulary.document import Document

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

UNSIGNED: Final[Mapping[str, type[Document]]] = MappingProxyType(
    {
        "discovery": Discovery,
        "invitation": Invitation,
        "poll": PollRequest,
        "poll_answer": PollAnswer,
        "problem": Problem,
    }
)
"""Messages that are never stored and so never enveloped: TLS and the API token carry them."""

_PAYLOAD_NAME: Final = re.compile(r"application/vnd\.marke\.(?P<name>[a-z_]+)\.v1\+json")


def kinds() -> Mapping[str, type[Document]]:
    """Return every message of protocol version 1 by its name on the wire, the signed ones and the others."""
    return {**{_name(row.payload_type): kind for kind, row in WIRE.items()}, **UNSIGNED}


def schema_of(name: str) -> Mapping[str, canonical.Json]:
    """Return the schema of one message by its name on the wire (`question`, `poll_answer`, `envelope`)."""
    if name == "envelope":
        return _ENVELOPE
    found = kinds().get(name)
    if found is None:
        raise ProgrammerError(f"there is no message {name}")
    body: dict[str, canonical.Json] = found.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"urn:marke:protocol:1:{name}", **body}


def schemas() -> Mapping[str, Mapping[str, canonical.Json]]:
    """Return every schema by name; `canonical.to_bytes` of one is what is written to a file."""
    return {name: schema_of(name) for name in ("envelope", *sorted(kinds()))}


def _name(payload_type: str) -> str:
    found = _PAYLOAD_NAME.fullmatch(payload_type)
    if found is None:
        raise ProgrammerError(f"{payload_type} is not a payload type of version 1")
    return found["name"]


_BASE64: Final[Mapping[str, canonical.Json]] = {"type": "string", "contentEncoding": "base64"}
_ENVELOPE: Final[Mapping[str, canonical.Json]] = {
    "$schema": DIALECT,
    "$id": "urn:marke:protocol:1:envelope",
    "title": "Envelope",
    "description": "A DSSE v1 envelope; signatures are sorted by key id and distinct.",
    "type": "object",
    "properties": {
        "payload": _BASE64,
        "payloadType": {"type": "string", "pattern": r"^application/vnd\.marke\.[a-z_]+\.v1\+json$"},
        "signatures": {
            "type": "array",
            "maxItems": 64,
            "items": {
                "type": "object",
                "properties": {
                    "keyid": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                    "sig": {**_BASE64, "pattern": "^[A-Za-z0-9+/]{86}==$"},
                },
                "required": ["keyid", "sig"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["payload", "payloadType", "signatures"],
    "additionalProperties": False,
}
