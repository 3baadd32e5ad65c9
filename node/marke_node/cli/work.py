"""Running the node: its pages and its agent in one process, or the agent once."""

import click
from sqlalchemy import Engine

from marke_ground.commands import MarkeCommand, answer
from marke_node.app import create_app_of, make_agent, make_agent_thread
from marke_node.cli.surroundings import opened
from marke_node.services.node import Node

_THREADS = 4
_MOST_STEPS = 20


@click.command(cls=MarkeCommand)
def serve() -> None:
    """Run the node: its pages on this computer, and the agent that talks to the hub. Stop it with Ctrl-C."""
    with opened() as here:
        click.echo(f"Pages: {here.node.config.site_url}", err=True)
        run(here.node, here.engine)


def run(node: Node, engine: Engine) -> None:
    """Serve pages with a few threads, and step the agent in one more, until the process is told to stop."""
    from waitress import create_server  # noqa: PLC0415 - needed by this command only

    agent = make_agent_thread(node, engine)
    server = create_server(
        create_app_of(node, engine), host=node.config.host, port=node.config.port, threads=_THREADS, ident=None
    )
    agent.start()
    try:
        server.run()
    finally:
        agent.stop()
        server.close()


@click.command(cls=MarkeCommand)
def poll() -> None:
    """Do once what the node otherwise does by itself: ask the hub, decide, answer, send.

    When the hub cannot be reached, or does something wrong, that is the answer, with the exit code of its class.
    """
    with opened() as here:
        agent = make_agent(here.node, here.engine)
        reports = []
        for _ in range(_MOST_STEPS):
            reports.append(agent.step(here.now))
            if not reports[-1].did_something:
                break
    last = reports[-1]
    if last.error is not None:
        raise last.error
    said = [f"{name}: {value}" for name, value in last.to_json().items() if value]
    answer({"steps": [report.to_json() for report in reports]}, f"Steps: {len(reports)}", *said)
