"""Answering a poll: what is new for this collective since its cursor, and nothing else."""

from dataclasses import dataclass, replace
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

MOST_ROOTS: Final = 200
"""Roots in one answer; a node that lacks more follows these first and asks again at once."""

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
    held = hub.trust.held(session)
    found = gather_news(session, collective=collective, held=held, request=request)
    tag = f'"{found.cursor}.{held.heads.root}.{held.heads.directory}"'
    _note_contact(session, collective, request, hub, now)
    if not found.envelopes and etag == tag:
        return NothingNew(tag)
    answer = PollAnswer(
        protocol=max(spoken),
        collective=collective,
        now=now.replace(microsecond=0),
        cursor=found.cursor,
        more=found.more,
        envelopes=found.envelopes,
        next_poll_s=0 if found.more else hub.config.poll_seconds,
    )
    return News(answer, tag)


def gather_news(session: Session, *, collective: str, held: Held, request: PollRequest) -> feed.FeedPage:
    """Return the roots a node lacks, oldest first, the directory when it holds another, and a page of the feed.

    When it lacks more roots than one answer takes, those come alone: what else there is may be signed by keys that
    only the later ones name.
    """
    roots = held.roots[request.root_version :]
    if len(roots) > MOST_ROOTS:
        return feed.FeedPage(roots[:MOST_ROOTS], request.cursor, more=True)
    is_old = request.directory_version != held.heads.directory
    trust = (*roots, held.directory) if is_old and held.directory is not None else roots
    page = feed.page(session, collective=collective, after=request.cursor)
    return replace(page, envelopes=(*trust, *page.envelopes))


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
