"""Reference pages of things with a shape: commands with options, messages with fields, tables with columns."""

import ast
import inspect
import itertools
import textwrap
from collections.abc import Iterator, Mapping
from typing import Final

import click
from sqlalchemy import MetaData, Table
from sqlalchemy.dialects.sqlite import dialect

from marke.canonical import Json
from marke.protocol.schema import kinds, schema_of
from marke.protocol.wire import WIRE
from marke.vocabulary.document import Document
from marke_hub.store.tables import METADATA as HUB_TABLES
from marke_node.store.tables import METADATA as NODE_TABLES

_WIDTH: Final = 100


def commands(root: click.Command) -> str:
    """Return the help of every command below `root`, which is `marke`."""
    lines = ["Every command answers in Dutch unless `--lang en` or `MARKE_LANG=en` says otherwise."]
    top = click.Context(root, info_name="marke", terminal_width=_WIDTH, help_option_names=["-h", "--help"])
    for context in _contexts(top):
        text = context.command.get_help(context)
        lines += ["", f"## {context.command_path}", "", "```text", text, "```"]
    return "\n".join(lines)


def _contexts(context: click.Context) -> Iterator[click.Context]:
    yield context
    command = context.command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _contexts(click.Context(below, parent=context, info_name=name, terminal_width=_WIDTH))


def messages() -> str:
    """Return every message of the protocol with its signer and its fields, and the parts that fields are made of."""
    lines = ["Who may sign what, and what else is asked of a message: [the protocol](../protocol.md)."]
    parts: dict[str, Mapping[str, Json]] = {}
    for name, kind in sorted(kinds().items()):
        schema = schema_of(name)
        parts.update({each: _object(part) for each, part in _object(schema.get("$defs", {})).items()})
        lines += ["", f"## {name}", "", first_line(kind.__doc__), "", _carried(kind), "", *_fields(schema, kind)]
    lines += ["", "## Parts", "", "What the fields above are made of."]
    for name, part in sorted(parts.items()):
        lines += ["", f"### {name}", "", first_line(_text(part.get("description"))), ""]
        if "enum" in part:
            values = part["enum"]
            lines.append(", ".join(f"`{value}`" for value in values) if isinstance(values, list) else "")
        else:
            lines += _fields(_object(part), None)
    return "\n".join(lines)


def _carried(kind: type[Document]) -> str:
    row = WIRE.get(kind)
    if row is None:
        return "Never stored, so without an envelope."
    signer = "the one collective or newcomer that it names" if row.signer is None else f"the role `{row.signer.value}`"
    return f"Envelope of type `{row.payload_type}`, signed by {signer}."


def _fields(schema: Mapping[str, Json], kind: type[Document] | None) -> list[str]:
    said = {} if kind is None else field_notes(kind)
    rows = [
        f"| `{name}` | {cell(type_of(_object(body)))} | {cell(said.get(name, ''))} |"
        for name, body in _object(schema.get("properties", {})).items()
    ]
    return ["| field | form | note |", "| --- | --- | --- |", *rows] if rows else ["No fields."]


def type_of(body: Mapping[str, Json]) -> str:
    """Return the form of one field in a few words, from its JSON Schema."""
    if "$ref" in body:
        return _text(body["$ref"]).rpartition("/")[2]
    if "const" in body:
        return f"`{body['const']}`"
    if "enum" in body and isinstance(body["enum"], list):
        return ", ".join(f"`{value}`" for value in body["enum"])
    if "anyOf" in body and isinstance(body["anyOf"], list):
        return " or ".join(type_of(_object(each)) for each in body["anyOf"])
    return _plain_type(body)


def _plain_type(body: Mapping[str, Json]) -> str:
    kind = _text(body.get("type"))
    if kind == "array":
        return f"list of {type_of(_object(body.get('items', {})))}" if "items" in body else "list"
    if kind == "object":
        return f"map to {type_of(_object(body.get('additionalProperties', {})))}"
    bounds = [f"{word} {body[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in body]
    pattern = [f"`{body['pattern']}`"] if "pattern" in body else []
    return " ".join([kind or "anything", *bounds, *pattern])


def field_notes(kind: type[Document]) -> Mapping[str, str]:
    """Return the first line of the note under each field, as it stands in the source of the message."""
    notes: dict[str, str] = {}
    for owner in reversed([each for each in kind.__mro__ if issubclass(each, Document) and each is not Document]):
        body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for field, note in itertools.pairwise(statements):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(note, ast.Expr):
                notes[field.target.id] = first_line(ast.literal_eval(note.value))
    return notes


def tables() -> str:
    """Return every table and column of both databases with what they hold."""
    lines = ["The types are those of SQLite; PostgreSQL has the same tables."]
    for title, metadata in (("The node", NODE_TABLES), ("The hub", HUB_TABLES)):
        lines += ["", f"## {title}", "", *_tables(metadata)]
    return "\n".join(lines)


def _tables(metadata: MetaData) -> Iterator[str]:
    for name in sorted(metadata.tables):
        yield from (f"### {name}", "", f"{metadata.tables[name].comment}", "", *_columns(metadata.tables[name]), "")


def _columns(table: Table) -> Iterator[str]:
    yield from ("| column | type | may be empty | holds |", "| --- | --- | --- | --- |")
    for column in table.columns:
        kind = column.type.compile(dialect=dialect())
        empty = "yes" if column.nullable else ""
        mark = " (key)" if column.primary_key else ""
        yield f"| `{column.name}`{mark} | {kind} | {empty} | {cell(column.comment or '')} |"


def cell(text: str) -> str:
    """Return a text that can stand in one cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def first_line(text: str | None) -> str:
    """Return the first paragraph of a docstring on one line."""
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
