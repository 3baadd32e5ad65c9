"""The first page, the doctor, and how it works."""

import platform
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response

from marke import __version__
from marke_ground.web.access import Permission, needs, open_to_all
from marke_ground.web.render import render
from marke_ground.web.visit import at_work, visit
from marke_node.services.doctor import Diagnosis, doctor
from marke_node.services.list_answered import list_answered
from marke_node.services.look_at_folder import open_files
from marke_node.services.node import Node
from marke_node.services.read_home import HomePage, read_home
from marke_node.services.read_register import read_register
from marke_node.web.place import place_summaries
from marke_node.web.place_pages import PlaceSummary
from marke_node.web.question_pages import RegisterLine, register_line

HOME: Final = Blueprint("home", __name__)

_NEWEST: Final = 5


@dataclass(frozen=True)
class FirstPage:
    """What waits for the board, what happened, and how the node stands."""

    node: HomePage
    waiting: tuple[RegisterLine, ...]
    happened: tuple[RegisterLine, ...]
    place: PlaceSummary | None
    """Our newest place among the collectives, when there is one."""


@HOME.get("/")
@needs(Permission.SEE_HOME)
def home() -> Response:
    """Show what waits, what happened, and how the connection stands."""
    here = visit()
    answered = list_answered(here.session)
    entries = tuple(register_line(entry, answered, here.voice) for entry in read_register(here.session, now=here.now))
    view = FirstPage(
        node=read_home(here.session, key=at_work(Node).key.public, now=here.now),
        waiting=tuple(line for line in entries if line.entry.can_decide),
        happened=tuple(line for line in entries if not line.entry.can_decide)[:_NEWEST],
        place=next(iter(place_summaries(1)), None),
    )
    return render("home/home.html", view=view)


@HOME.get("/doctor")
@needs(Permission.SEE_DOCTOR)
def doctor_page() -> Response:
    """Look the node over, and give a text for support in which nobody's data stand."""
    here, found = visit(), diagnose()
    node = read_home(here.session, key=at_work(Node).key.public, now=here.now)
    return render("home/doctor.html", found=found, node=node, support=support_text(found))


@HOME.get("/about")
@open_to_all("how a collective's own data are kept is for everybody to read")
def about() -> Response:
    """Explain what stays, what leaves, who decides, and how a figure is made."""
    return render("home/about.html")


def diagnose() -> Diagnosis:
    """Let the doctor look at this node now."""
    here, node = visit(), at_work(Node)
    files = open_files(node.config.home)
    return doctor(here.session, key=node.key.public, open_files=files, allow_demo=node.allow_demo, now=here.now)


def support_text(found: Diagnosis) -> str:
    """Return what may be sent to somebody who helps: states and codes; no names, no figures, no keys."""
    lines = [f"marke {__version__}, python {platform.python_version()}", f"overall: {found.health.value}"]
    lines += [
        f"{finding.check.value}: {finding.health.value}" + (f" ({finding.reason.value})" if finding.reason else "")
        for finding in found.findings
    ]
    return "\n".join([*lines, "not built: " + ", ".join(one.value for one in found.not_built)])
