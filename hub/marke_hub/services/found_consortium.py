"""Founding: a root is drafted here, signed by people elsewhere, and published. Every next root goes the same way."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from sqlalchemy import insert, select

from marke import canonical
from marke.errors import BadInputError
from marke.protocol import wire
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke.signing.fingerprint import root_fingerprint
from marke.signing.keys import KeyText
from marke.signing.root import Constants, KeyEntry, Role, RoleName, TrustRoot
from marke.signing.trust import TrustState
from marke.vocabulary.actor import Actor
from marke.vocabulary.document import Document, Line, bad_field
from marke.vocabulary.ids import content_hash
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.services.hub import Hub
from marke_hub.services.trust_shelf import read_heads
from marke_hub.store.trust import TRUST_DOCUMENTS


class Holder(Document):
    """Somebody who holds a key of the consortium: an office of an organisation."""

    key: KeyText
    name: Line
    organisation: Line


class OfflineRole(Document):
    """The people of one role, and how many of them must sign."""

    threshold: Annotated[int, Field(ge=1)]
    holders: tuple[Holder, ...] = Field(min_length=1)


class RootDraft(Document):
    """What people write to found a consortium or to change it. The hub adds its own key."""

    consortium: Line
    organisation: Line
    demo: bool = False
    valid_days: Annotated[int, Field(ge=1, le=3660)] = 365
    root: OfflineRole
    directory: OfflineRole
    approvers: OfflineRole
    constants: Constants


def read_root_draft(data: bytes) -> RootDraft:
    """Read a draft in TOML; raises BadInputError naming the field."""
    return RootDraft.from_lax_bytes(toml_as_json(data))


def toml_as_json(data: bytes) -> bytes:
    """Turn a TOML file of people into JSON bytes; raises BadInputError(DRAFT_NOT_TOML) naming the line."""
    try:
        found = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInputError(Reason.DRAFT_NOT_TOML, detail="UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(Reason.DRAFT_NOT_TOML, detail=str(error)[:120]) from error
    return canonical.to_bytes(_plain(found))


def _plain(value: object) -> canonical.Json:
    match value:
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case str() | bool() | int() | None:
            return value
        case _:
            raise BadInputError(Reason.DRAFT_NOT_TOML, detail="only texts, whole numbers, true and false")


def draft_root(session: Session, *, draft: RootDraft, hub: Hub, by: Actor, now: datetime) -> bytes:
    """Return the next root as an envelope without signatures, for people to sign with keys that never come here."""
    version = read_heads(session).root + 1
    offline = {RoleName.ROOT: draft.root, RoleName.DIRECTORY: draft.directory, RoleName.APPROVERS: draft.approvers}
    keys = {
        holder.key.key_id: KeyEntry(key=holder.key, name=holder.name, organisation=holder.organisation)
        for role in offline.values()
        for holder in role.holders
    }
    mine = hub.key.public
    keys[mine.key_id] = KeyEntry(key=mine, name="hub", organisation=draft.organisation)
    try:
        roles = {
            name: Role(keys=tuple(holder.key.key_id for holder in role.holders), threshold=role.threshold)
            for name, role in offline.items()
        }
        issued = now.replace(microsecond=0)
        root = TrustRoot(
            version=version,
            consortium=draft.consortium,
            demo=draft.demo,
            issued=issued,
            expires=issued + timedelta(days=draft.valid_days),
            keys=keys,
            roles={**roles, RoleName.HUB: Role(keys=(mine.key_id,), threshold=1)},
            constants=draft.constants,
        )
    except ValidationError as error:
        raise bad_field(error) from error
    record(session, by=by, verb="draft_root", subject=f"root:{version}", now=now)
    return wire.seal(root, [])


def publish_root(session: Session, *, envelope: bytes, hub: Hub, by: Actor, now: datetime) -> TrustState:
    """Verify a signed root and publish it; the first one founds the consortium.

    Raises UntrustedError when signatures or version do not hold, and BadInputError(ROOT_WITHOUT_THIS_HUB) when this
    hub's key is not in it: nodes would refuse everything the hub says.
    """
    heads = read_heads(session)
    if heads.root:
        before = hub.trust.trust(session)
        trust = before.with_root(envelope, now=now)
        if trust is before:
            return trust
    else:
        fingerprint = root_fingerprint(Envelope.from_bytes(envelope).payload)
        trust = TrustState.pin(envelope, fingerprint=fingerprint, now=now, allow_demo=hub.trust.allow_demo)
        if trust.root.version != 1:
            raise BadInputError(Reason.FIRST_ROOT_IS_ONE, version=trust.root.version)
    if hub.key.public.key_id not in trust.root.roles[RoleName.HUB].keys:
        raise BadInputError(Reason.ROOT_WITHOUT_THIS_HUB)
    keep_trust_document(session, kind="root", trust=trust, envelope=envelope, now=now)
    record(session, by=by, verb="publish_root", subject=f"root:{trust.root.version}", now=now)
    return trust


def keep_trust_document(
    session: Session, *, kind: Literal["root", "directory"], trust: TrustState, envelope: bytes, now: datetime
) -> None:
    """Store the verified root or directory that led to this state; from the next request on everybody is told."""
    is_root = kind == "root"
    session.execute(
        insert(TRUST_DOCUMENTS).values(
            kind=kind,
            version=trust.root.version if is_root else trust.directory_version,
            content_hash=content_hash(envelope),
            envelope=envelope.decode("utf-8"),
            published=now,
            root_version=None if is_root else trust.root.version,
        )
    )


def published(session: Session, *, kind: str, version: int) -> bytes | None:
    """Return a published root or directory byte for byte, or None."""
    query = select(TRUST_DOCUMENTS.c.envelope).where(
        TRUST_DOCUMENTS.c.kind == kind, TRUST_DOCUMENTS.c.version == version
    )
    found: str | None = session.execute(query).scalar()
    return None if found is None else found.encode("utf-8")
