"""The steps that look at households: who consents, how many, and whether this was answered before."""

from dataclasses import replace

from marke.protocol.messages import Cell
from marke.questions.model import release_key
from marke.questions.own_lane import own_rules
from marke.reasons import Reason
from marke_node.services.gather_records import gather
from marke_node.services.pipeline import Context, Outcome, Proceed, Refused, StoredAnswer, filled
from marke_node.services.stored_cells import cells_from_text
from marke_node.store import rounds_log


def cohort(context: Context) -> Outcome:
    """Gather the frozen roster's households whose every adult consents at this moment."""
    return Proceed(replace(context, cohort=gather(context.session, checked=filled(context.checked), now=context.now)))


def size(context: Context) -> Outcome:
    """Check that there are enough of them; the strictest smallest group counts. The number itself is told to nobody."""
    rules = own_rules(filled(context.checked), smallest_group=context.standing.smallest_group)
    if len(filled(context.cohort).records) < rules.smallest_group:
        return Refused(Reason.TOO_FEW_HOUSEHOLDS, {"smallest": rules.smallest_group})
    return Proceed(replace(context, smallest_group=rules.smallest_group))


def once(context: Context) -> Outcome:
    """Look whether this release key was answered before; then that answer is given again, or none at all.

    An answer given for another purpose, another layout or a smaller group than this question promises is not given
    again, and no second one is made: two answers under one key could be subtracted.
    """
    checked, question = filled(context.checked), filled(context.question)
    row = rounds_log.find_answer(context.session, release_key_of(context))
    if row is None:
        return Proceed(context)
    is_same = row.layout_hash == checked.layout.hash and row.purpose == question.purpose.value
    if not is_same or row.smallest_group < filled(context.smallest_group):
        return Refused(Reason.ANSWERED_OTHERWISE_BEFORE)
    cells: tuple[Cell, ...] = cells_from_text(row.cells)
    found = StoredAnswer(
        release_key=row.release_key,
        layout_hash=row.layout_hash,
        purpose=row.purpose,
        smallest_group=row.smallest_group,
        households=row.households,
        cells=cells,
        bins_hidden=row.bins_hidden,
        is_found=True,
    )
    return Proceed(replace(context, answer=found))


def release_key_of(context: Context) -> str:
    """Return the key under which this question is answered once."""
    return release_key(filled(context.question).bundle)
