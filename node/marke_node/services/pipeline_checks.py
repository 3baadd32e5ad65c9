"""The first steps: is the question what it says, does it hold now, may it be asked here? None looks at data."""

from dataclasses import replace
from typing import assert_never

from marke.governance.mode import Automatic, HeldForBoard, RefusedByRule, route
from marke.governance.timely import InTime, TooEarly, Untimely, floors_of, timeliness
from marke.protocol.wire import open_message
from marke.questions.check import check
from marke.questions.model import Question
from marke.reasons import Reason
from marke.vocabulary.ids import content_hash
from marke_node.services.pipeline import Context, Deferred, Outcome, Proceed, Refused, filled


def verify(context: Context) -> Outcome:
    """Check the approvers' signatures once more, under the trust of this moment."""
    question = open_message(context.standpoint.trust, context.question_envelope, Question, now=context.now).document
    if content_hash(question.to_bytes()) != context.question_hash:
        return Refused(Reason.WRONG_QUESTION)
    return Proceed(replace(context, question=question))


def fresh(context: Context) -> Outcome:
    """Check that the question is for this collective and holds now, and that its window is open."""
    question = filled(context.question)
    match timeliness(question, collective=context.standpoint.signer.collective, now=context.now):
        case Untimely(reason=reason):
            return Refused(reason)
        case TooEarly():
            return Deferred(Reason.QUESTION_TOO_EARLY)
        case InTime():
            return Proceed(context)
        case never:
            assert_never(never)


def codebook(context: Context) -> Outcome:
    """Check that the directory, the question and this node mean the same codebook by its name."""
    question, directory = filled(context.question), context.standpoint.trust.directory
    if directory.codebooks.get(question.codebook) != question.codebook_hash:
        return Refused(Reason.CODEBOOK_NOT_LISTED, {"codebook": question.codebook})
    return Proceed(context)


def floors(context: Context) -> Outcome:
    """Check that the question fits the codebook and promises at least what the root of trust demands."""
    constants = context.standpoint.trust.root.constants
    checked = check(filled(context.question), context.standpoint.codebook, floors=floors_of(constants))
    return Proceed(replace(context, checked=checked))


def policy(context: Context) -> Outcome:
    """Ask the collective's rules: automatic for standing purposes, else the board decides."""
    match route(filled(context.checked), context.standing):
        case RefusedByRule(reason=reason, details=details):
            return Refused(reason, dict(details))
        case HeldForBoard():
            return Proceed(context) if context.board_agreed else Deferred(Reason.HELD_FOR_BOARD)
        case Automatic():
            return Proceed(context)
        case never:
            assert_never(never)
