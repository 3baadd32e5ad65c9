"""The last steps: compute, protect, round, sign, and lay in the outbox, all in the transaction of the walk."""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from sqlalchemy import insert

from marke.privacy.groups import Group
from marke.privacy.own_table import NothingToShow, OwnTable, Shown, protect
from marke.protocol.messages import Contribution
from marke.protocol.wire import seal
from marke.questions.model import Statistic
from marke.questions.own_lane import own_rules
from marke.questions.tally import group
from marke.reasons import Reason
from marke.vocabulary.ids import content_hash
from marke_node.services.pipeline import Context, Outcome, Proceed, Refused, StoredAnswer, filled
from marke_node.services.pipeline_people import release_key_of
from marke_node.services.stored_cells import cells_to_text, means_to_text, to_cells
from marke_node.store import outbox
from marke_node.store.rounds import ANSWERS, ANSWERS_UNROUNDED, CONTRIBUTIONS


def tally(context: Context) -> Outcome:
    """Add the households up, exactly; skipped when this key was answered before."""
    if context.answer is not None:
        return Proceed(context)
    return Proceed(replace(context, groups=group(filled(context.checked), filled(context.cohort).records)))


def protect_table(context: Context) -> Outcome:
    """Hide what is small, uneven or alike, and pool it in the star bucket; skipped when answered before."""
    if context.answer is not None:
        return Proceed(context)
    rules = own_rules(filled(context.checked), smallest_group=filled(context.smallest_group))
    match protect(filled(context.groups), rules):
        case NothingToShow():
            return Refused(Reason.NOTHING_TO_SHOW)
        case OwnTable() as table:
            return Proceed(replace(context, table=table))
        case never:
            assert_never(never)


def round_table(context: Context) -> Outcome:
    """Take the rounded cells as the answer, and keep the exact ones inside; skipped when answered before."""
    if context.answer is not None:
        return Proceed(context)
    checked, table = filled(context.checked), filled(context.table)
    answer = StoredAnswer(
        release_key=release_key_of(context),
        layout_hash=checked.layout.hash,
        purpose=checked.question.purpose.value,
        smallest_group=filled(context.smallest_group),
        households=len(filled(context.cohort).records),
        cells=to_cells(table.cells, checked.layout.all_leaves),
        bins_hidden=table.bins_hidden,
        unrounded=to_cells(table.unrounded, checked.layout.all_leaves),
        means=_means(context, table),
    )
    return Proceed(replace(context, answer=answer))


def _means(context: Context, table: OwnTable) -> Mapping[str, tuple[int, int]]:
    if Statistic.PLACE not in filled(context.question).bundle.statistics:
        return {}
    groups: Mapping[str, Group] = filled(context.groups)
    return {leaf: (held.sum, held.count) for leaf, held in groups.items() if isinstance(table.cells[leaf], Shown)}


def sign_answer(context: Context) -> Outcome:
    """Write the contribution and sign it with the node's key."""
    answer = filled(context.answer)
    contribution = Contribution(
        round_id=context.round_id,
        question_hash=context.question_hash,
        layout_hash=answer.layout_hash,
        collective=context.standpoint.signer.collective,
        cells=answer.cells,
        bins_hidden=answer.bins_hidden,
        made=context.now.replace(microsecond=0),
    )
    return Proceed(
        replace(context, contribution=contribution, envelope=seal(contribution, [context.standpoint.signer.key]))
    )


def send(context: Context) -> Outcome:
    """Write the answer, the contribution and the outbox in one breath; the agent carries it to the hub."""
    envelope, answer = filled(context.envelope), filled(context.answer)
    content = content_hash(envelope)
    if not answer.is_found:
        _write_answer(context, answer)
    context.session.execute(
        insert(CONTRIBUTIONS).values(
            round_id=context.round_id,
            release_key=answer.release_key,
            content_hash=content,
            envelope=envelope.decode("utf-8"),
            made=context.now,
        )
    )
    outbox.add(
        context.session,
        kind="contribution",
        round_id=context.round_id,
        content_hash=content,
        envelope=envelope.decode("utf-8"),
        now=context.now,
    )
    return Proceed(replace(context, answer=replace(answer, is_found=True)))


def _write_answer(context: Context, answer: StoredAnswer) -> None:
    context.session.execute(
        insert(ANSWERS).values(
            release_key=answer.release_key,
            question_hash=context.question_hash,
            layout_hash=answer.layout_hash,
            purpose=answer.purpose,
            smallest_group=answer.smallest_group,
            households=answer.households,
            cells=cells_to_text(answer.cells),
            bins_hidden=answer.bins_hidden,
            answered=context.now,
        )
    )
    context.session.execute(
        insert(ANSWERS_UNROUNDED).values(
            release_key=answer.release_key,
            cells=cells_to_text(answer.unrounded),
            means=means_to_text(answer.means),
        )
    )
