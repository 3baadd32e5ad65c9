"""Running the hub: web, API and worker. Only what the parent process needs is imported here."""

import os
import socket
import sys

import click

from marke.errors import MarkeError
from marke_ground.commands import MarkeCommand, answer, fail
from marke_hub.config import MIGRATIONS, HubConfig, parse_listen

BLOCKING_THREADS = 4
"""Requests at work at once; Python runs one at a time anyway, the others wait for the disk."""


@click.command(cls=MarkeCommand)
@click.option("--listen", help="Address and port, such as 127.0.0.1:8480.")
@click.option("--port", type=click.IntRange(0, 65535), help="Only the port; 0 takes a free one.")
@click.pass_context
def serve(ctx: click.Context, listen: str | None, port: int | None) -> None:
    """Serve pages and API, and move rounds on, until stopped."""
    config = HubConfig.from_environ(os.environ)
    host, chosen = parse_listen(listen) if listen else (config.host, config.port)
    chosen = chosen if port is None else port
    chosen = chosen or _free_port(host)
    os.environ["MARKE_HUB_LISTEN"] = f"{host}:{chosen}"  # what the serving process reads
    trouble = _prepare()
    if trouble:
        ctx.exit(trouble)
    answer({"url": f"http://{host}:{chosen}", "pid": os.getpid()}, f"http://{host}:{chosen}")
    _run_server(host, chosen)


def _prepare() -> int:
    """Open the key and bring the tables up to date in a child that ends; return its exit code.

    In a child, because the parent of a server lives as long as the server: what it imports stays in memory.
    """
    sys.stdout.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        code = _bring_up()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _bring_up() -> int:
    from marke_ground.store.engine import open_engine  # noqa: PLC0415 - only the child needs it
    from marke_ground.store.migrate import migrate  # noqa: PLC0415
    from marke_hub.store.hub_key import read_hub_key  # noqa: PLC0415

    config = HubConfig.from_environ(os.environ)
    try:
        read_hub_key(config)
        engine = open_engine(config.database_url)
        migrate(engine, MIGRATIONS)
        engine.dispose()
    except MarkeError as error:
        fail(error)
        return error.exit_code
    return 0


def _run_server(host: str, port: int) -> None:
    from granian import Granian  # noqa: PLC0415 - only the server needs it
    from granian.constants import Interfaces  # noqa: PLC0415

    Granian(
        "marke_hub.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        respawn_failed_workers=True,
        log_enabled=True,
    ).serve()


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as door:
        door.bind((host, 0))
        return int(door.getsockname()[1])


@click.command(cls=MarkeCommand)
@click.option("--once", is_flag=True, help="Look once at what is due, and end.")
def worker(*, once: bool) -> None:
    """Only move rounds on at their deadlines, until stopped."""
    from threading import Event  # noqa: PLC0415

    from marke.canonical import Json  # noqa: PLC0415
    from marke_hub.app import RealClock  # noqa: PLC0415 - the parent of `serve` does without
    from marke_hub.cli.desk import desk  # noqa: PLC0415
    from marke_hub.jobs.due_rounds import tick  # noqa: PLC0415
    from marke_hub.jobs.runner import run_worker  # noqa: PLC0415

    with desk() as at:
        if not once:
            run_worker(at.engine, at.hub, RealClock(), Event())
            return
        report = tick(at.engine, at.hub, at.now)
    document: Json = {"moved": [list(one) for one in report.moved], "failed": [list(one) for one in report.failed]}
    answer(document, *(f"{round_id} {phase}" for round_id, phase in (*report.moved, *report.failed)))
