"""A small site on the web ground, with its own database: what the tests of the ground and of Charlie knock at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from flask import Blueprint, Flask, Response, request
from flask.testing import FlaskClient
from sqlalchemy import Column, Engine, MetaData, Table, Text, insert, select

from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.store.access import AccessTables, access_tables
from marke_ground.store.audit import audit_table
from marke_ground.store.columns import NAMING
from marke_ground.store.engine import open_engine, transaction
from marke_ground.web import links
from marke_ground.web.access import Permission, needs, open_to_all, takes_body
from marke_ground.web.ground import build_app
from marke_ground.web.site import MenuItem, Site
from marke_ground.web.visit import visit

METADATA = MetaData(naming_convention=NAMING)
AUDIT = audit_table(METADATA)
ACCESS = access_tables(METADATA)
NOTES = Table("notes", METADATA, Column("text", Text, primary_key=True))

ALICE = Actor(ActorKind.BOARD, "mem_alice")
BOB = Actor(ActorKind.MEMBER, "mem_bob")
GRANTS = {
    ActorKind.BOARD: frozenset({Permission.SEE_HOME, Permission.DECIDE_QUESTION, Permission.IMPORT_READINGS}),
    ActorKind.MEMBER: frozenset({Permission.SEE_HOME}),
}
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class HandClock:
    """A clock that a test moves."""

    instant: datetime

    def now(self) -> datetime:
        """Return the hand's position."""
        return self.instant

    def pass_time(self, span: timedelta) -> None:
        """Let some time go by."""
        self.instant += span


@dataclass
class CountedChance:
    """Chance that never repeats and that a test can tell beforehand."""

    counter: Iterator[int] = field(default_factory=lambda: count(1))

    def __call__(self, size: int) -> bytes:
        """Return the next number as bytes."""
        return next(self.counter).to_bytes(size, "big")


def notes() -> Blueprint:
    """Return some pages: one to look at, one that writes, one for programs."""
    pages = Blueprint("notes", __name__)

    @pages.get("/notes")
    @needs(Permission.SEE_HOME)
    def home() -> Response:
        found = visit().session.execute(select(NOTES.c.text)).scalars().all()
        return Response(" ".join(found), mimetype="text/plain")

    @pages.get("/notes/sneaky")
    @needs(Permission.SEE_HOME)
    def sneaky() -> Response:
        visit().session.execute(insert(NOTES).values(text="written by looking"))
        return Response("looked")

    @pages.post("/notes")
    @needs(Permission.DECIDE_QUESTION)
    def write() -> Response:
        visit().session.execute(insert(NOTES).values(text=request.form["text"]))
        if request.form["text"] == "halfway":
            raise RuntimeError("secret of Bob")
        return Response("written")

    @pages.post("/files")
    @needs(Permission.IMPORT_READINGS)
    @takes_body(1_000_000)
    def file() -> Response:
        return Response(str(len(request.files["file"].read())))

    @pages.put("/api/v1/notes/<name>")
    @open_to_all("a program brings its own proof", machine_door=True)
    def put_note(name: str) -> Response:
        visit().session.execute(insert(NOTES).values(text=name))
        return Response("", status=201)

    return pages


@dataclass
class SmallSite:
    """The app with its clock and its database."""

    app: Flask
    clock: HandClock
    engine: Engine
    chance: CountedChance

    def link(self, actor: Actor) -> str:
        """Return the path of a new sign-in link."""
        with transaction(self.engine) as session:
            token = links.issue(session, ACCESS, actor=actor, chance=self.chance, now=self.clock.now())
        return links.PATH + token

    def signed_in(self, actor: Actor) -> FlaskClient:
        """Return a browser in which somebody signed in."""
        return sign_in(self.app.test_client(), self.link(actor))


def csrf_of(page: str) -> str:
    """Return the form token on a page."""
    return page.split('name="csrf" value="', 1)[1].split('"', 1)[0]


def sign_in(browser: FlaskClient, path: str) -> FlaskClient:
    """Open a link and press its button."""
    token = csrf_of(browser.get(path).text)
    answer = browser.post(path, data={"csrf": token}, headers=SAME_ORIGIN)
    if answer.status_code != 303:
        raise RuntimeError(f"signing in answered {answer.status_code}")
    return browser


def small_site(folder: Path, now: datetime, *, secure: bool = False, tables: AccessTables = ACCESS) -> SmallSite:
    """Make a site with a fresh database in a folder."""
    engine = open_engine(f"sqlite:///{folder / 'small.db'}")
    with transaction(engine) as session:
        METADATA.create_all(session)
    clock, chance = HandClock(now), CountedChance()
    site = Site(
        kind="node",
        package="support.small_package",
        name="Buurtstroom <b>De Es</b>",
        grants=GRANTS,
        menu=[MenuItem("notes.home", "small.notes", Permission.SEE_HOME)],
        home="notes.home",
        cookie_suffix="small",
        secure=secure,
        upload_folder=folder,
    )
    app = build_app(site, engine=engine, tables=tables, clock=clock, chance=chance, blueprints=[notes()])
    return SmallSite(app, clock, engine, chance)
