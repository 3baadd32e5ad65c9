"""A node in a process of its own that is killed with SIGKILL at a chosen moment; run by the tests of sudden ends.

A moment lies after every step of the pipeline, before every commit, before every request and after every answer. They
are counted as they come, and the process ends itself at the chosen one as a power cut would.
"""

import multiprocessing
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.context import ForkServerContext
from pathlib import Path

import httpx
from sqlalchemy import event

from marke_ground.store.engine import open_engine
from marke_node.hub_link.address import HubAddress
from marke_node.hub_link.link import HubLink
from marke_node.jobs.agent import Agent, AgentSettings
from marke_node.services.pipeline import Context, Outcome, Step
from marke_node.services.pipeline_steps import ANSWER_STEPS, DECIDE_STEPS
from support.consortium import key_of

LONGEST_S = 60


@dataclass(frozen=True)
class Attempt:
    """One step of one node's agent, and the moment at which it is killed; 0 is never."""

    database: str
    hub: str
    name: str
    now: datetime
    kill_at: int = 0


@dataclass
class Fuse:
    """Counts moments and kills the process at the chosen one."""

    at: int
    passed: int = 0

    def moment(self, *_ignored: object) -> None:
        """Let one moment pass."""
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def between(steps: Sequence[Step], fuse: Fuse) -> tuple[Step, ...]:
    """Return the same steps with a moment after each."""

    def wrapped(step: Step) -> Step:
        def run(context: Context) -> Outcome:
            outcome = step.run(context)
            fuse.moment()
            return outcome

        return replace(step, run=run)

    return tuple(wrapped(step) for step in steps)


def run(attempt: Attempt) -> None:
    """Step a node once, in this process, which may not outlive it."""
    fuse = Fuse(attempt.kill_at)
    engine = open_engine(attempt.database)
    event.listen(engine, "commit", fuse.moment)
    client = httpx.Client(event_hooks={"request": [fuse.moment], "response": [fuse.moment]})
    settings = AgentSettings(
        chance=os.urandom,
        allow_demo=True,
        decide_steps=between(DECIDE_STEPS, fuse),
        answer_steps=between(ANSWER_STEPS, fuse),
    )
    link = HubLink(HubAddress.parse(attempt.hub), client)
    Agent(engine, link, key_of(f"node {attempt.name}"), settings).step(attempt.now)


def server() -> ForkServerContext:
    """Return the process from which attempts are forked: it has loaded everything and holds no thread and no file."""
    # the server looks for modules to load in the environment's path only
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["support.killed_agent"])
    return context


def was_killed(context: ForkServerContext, attempt: Attempt) -> bool:
    """Make an attempt; say whether it was killed before it had finished. Raises when it failed by itself."""
    process = context.Process(target=run, args=(attempt,))
    process.start()
    process.join(LONGEST_S)
    code = process.exitcode
    process.close()
    if code not in {0, -signal.SIGKILL}:
        raise RuntimeError(f"the agent ended with {code}")
    return code != 0
