"""The steps in their order. The lists are values, so that a test can wrap any step and stand between any two."""

from typing import Final

from marke_node.services import pipeline_answer as answer
from marke_node.services import pipeline_checks as checks
from marke_node.services import pipeline_people as people
from marke_node.services.pipeline import NotBuilt, Step, StepName

DECIDE_STEPS: Final = (
    Step(StepName.VERIFY, checks.verify),
    Step(StepName.FRESH, checks.fresh),
    Step(StepName.CODEBOOK, checks.codebook),
    Step(StepName.FLOORS, checks.floors),
    Step(StepName.POLICY, checks.policy),
    Step(StepName.COHORT, people.cohort),
    Step(StepName.SIZE, people.size),
    Step(StepName.ONCE, people.once),
)
"""From an offer to a decision."""

ANSWER_STEPS: Final = (
    *DECIDE_STEPS,
    Step(StepName.TALLY, answer.tally),
    Step(StepName.PROTECT, answer.protect_table),
    Step(StepName.ROUND, answer.round_table),
    Step(StepName.SIGN, answer.sign_answer),
    Step(StepName.SEND, answer.send),
)
"""From an open round to a signed answer in the outbox: everything is checked again."""

NOT_BUILT: Final = tuple(NotBuilt)
"""What the design has and this version does not; absent from the capabilities, and said on the page and in `doctor`."""

CAPABILITIES: Final = tuple(sorted({"own_lane", *(f"step_{step.name.value}" for step in ANSWER_STEPS)}))
"""What this node tells the hub that it can do."""
