"""Answering a poll: what is new for this collective since its cursor, and nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert, update

from marke.errors import BadInputError
from marke.protocol.messages import PROTOCOL_VERSIONS, PollAnswer, PollRequest
from marke.reasons import Reason
from marke_ground.store.engine import Session
from marke_hub.services import feed
from marke_hub.services.hub import Hub
from marke_hub.services.trust_shelf import Held
from marke_hub.store.collectives import CONTACTS

_SEEN_STEP: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class NothingNew:
    """The node has everything; the tag stands for that."""

    etag: str


@dataclass(frozen=True)
class News:
    """What is new, under which tag."""

    answer: PollAnswer
    etag: str


def poll_feed(
    session: Session, *, collective: str, request: PollRequest, etag: str | None, hub: Hub, now: datetime
) -> News | NothingNew:
    """Return what is new: roots in order and the newest directory first, then offers, rounds, voids, results.

    Raises BadInputError(NO_COMMON_PROTOCOL).
    """
    spoken = set(request.protocols) & set(PROTOCOL_VERSIONS)
    if not spoken:
        raise BadInputError(Reason.NO_COMMON_PROTOCOL, known=", ".join(map(str, PROTOCOL_VERSIONS)))
    held = hub.trust.held(session, now=now)
    trust = trust_news(held, request)
    found = feed.page(session, collective=collective, after=request.cursor)
    tag = f'"{found.cursor}.{held.heads.root}.{held.heads.directory}"'
    _note_contact(session, collective, request, hub, now)
    if not trust and not found.envelopes and etag == tag:
        return NothingNew(tag)
    answer = PollAnswer(
        protocol=max(spoken),
        collective=collective,
        now=now.replace(microsecond=0),
        cursor=found.cursor,
        more=found.more,
        envelopes=(*trust, *found.envelopes),
        next_poll_s=0 if found.more else hub.config.poll_seconds,
    )
    return News(answer, tag)


def trust_news(held: Held, request: PollRequest) -> tuple[str, ...]:
    """Return the roots a node lacks, oldest first, and the directory when it holds an older one."""
    roots = held.roots[max(request.root_version, 0) :]
    is_old = request.directory_version != held.heads.directory
    return (*roots, held.directory) if is_old and held.directory is not None else roots


def _note_contact(session: Session, collective: str, request: PollRequest, hub: Hub, now: datetime) -> None:
    """Remember when a node was last heard of, at most once in five minutes unless it says something new of itself."""
    said = (request.software, request.root_version, request.directory_version)
    known = hub.contacts.get(collective)
    if known is not None and known[1:] == said and now - known[0] < _SEEN_STEP:
        return
    hub.contacts[collective] = (now, *said)
    row = {
        "seen": now,
        "software": request.software,
        "root_version": request.root_version,
        "directory_version": request.directory_version,
    }
    changed = session.execute(update(CONTACTS).where(CONTACTS.c.collective_id == collective).values(**row))
    if changed.rowcount == 0:
        session.execute(insert(CONTACTS).values(collective_id=collective, **row))
