"""The collective's own place among the others: computed here, from the published distribution and its own mean.

The hub learned in which band the mean lies and nothing more; the mean itself stays here (decisions 7).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import select

from marke.codebook.model import Codebook
from marke.errors import NotFoundError
from marke.protocol.messages import Result
from marke.questions.check import check
from marke.questions.model import Statistic
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke.vocabulary.units import Unit, to_published
from marke_ground.store.engine import Session
from marke_node.services.read_question import readings_of
from marke_node.services.read_register import question_in
from marke_node.services.stored_cells import means_from_text
from marke_node.store import rounds_log
from marke_node.store.rounds import ANSWERS_UNROUNDED, QUESTIONS, RESULTS, ROUNDS

if TYPE_CHECKING:
    from marke.statistics.place import Place
    from marke.statistics.readings import DistributionReading


@dataclass(frozen=True)
class PlacePage:
    """Where the collective stands in one distribution, and the distribution itself."""

    round_id: str
    variable: str
    period: str
    leaf: str
    own_mean: Decimal
    """In the unit of the variable; never leaves the node."""
    own_households: int
    """How many of our own households the mean is of; never leaves the node."""
    unit: Unit
    place: "Place"
    error: Decimal
    """How far the place may be off, in percentage points."""
    distribution: "DistributionReading"
    made: datetime


def read_place(session: Session, *, round_id: str, codebook: Codebook, leaf: str = "all") -> PlacePage:
    """Return the place of the collective in the distribution of a round.

    Raises NotFoundError (UNKNOWN_ROUND, NO_RESULT_YET, NOT_A_DISTRIBUTION, NO_PLACE_YET when we gave no answer).
    """
    # loaded here: an idle node carries no statistics
    from marke.statistics.place import place  # noqa: PLC0415
    from marke.statistics.readings import DistributionReading, DistributionRow  # noqa: PLC0415

    row = rounds_log.find_round(session, round_id)
    stored = None if row is None else rounds_log.find_question(session, row.question_hash)
    if stored is None:
        raise NotFoundError(Reason.UNKNOWN_ROUND)
    checked = check(question_in(stored.envelope), codebook)
    ended = rounds_log.find_result(session, round_id)
    if ended is None or ended.kind != "result":
        raise NotFoundError(Reason.NO_RESULT_YET)
    result = Result.from_bytes(Envelope.from_text(ended.envelope).payload)
    found = [one for one in readings_of(checked, result) if isinstance(one, DistributionReading)]
    if not found:
        raise NotFoundError(Reason.NOT_A_DISTRIBUTION)
    total, count = _own(session, round_id, leaf)
    where = place(Fraction(total, count), found[0], leaf=leaf)
    spread = next(one for one in found[0].rows if isinstance(one, DistributionRow) and one.leaf == leaf)
    return PlacePage(
        round_id=round_id,
        variable=checked.variable.id,
        period=str(checked.period),
        leaf=leaf,
        own_mean=to_published(Decimal(total) / count, checked.variable.decimals),
        own_households=count,
        unit=checked.variable.unit,
        place=where,
        error=spread.expected_error,
        distribution=found[0],
        made=result.made,
    )


def read_places(
    session: Session, *, codebook: Codebook, leaf: str = "all", most: int | None = None
) -> tuple[PlacePage, ...]:
    """Return every place the collective has, the newest first, or the `most` newest.

    A round in which too few collectives answered for a distribution gives no place and is left out.
    """
    found: list[PlacePage] = []
    for round_id in list_places(session):
        if most is not None and len(found) == most:
            break
        try:
            found.append(read_place(session, round_id=round_id, codebook=codebook, leaf=leaf))
        except NotFoundError as error:
            if error.reason is not Reason.NO_PLACE_YET:
                raise
    return tuple(found)


def list_places(session: Session) -> tuple[str, ...]:
    """Return the rounds that asked for a place and that the collective answered, the newest first."""
    query = (
        select(ROUNDS.c.id, QUESTIONS.c.envelope)
        .join(QUESTIONS, QUESTIONS.c.hash == ROUNDS.c.question_hash)
        .join(RESULTS, RESULTS.c.round_id == ROUNDS.c.id)
        .where(RESULTS.c.kind == "result")
        .order_by(RESULTS.c.received.desc(), ROUNDS.c.id)
    )
    rows = session.execute(query).all()
    placed = [row.id for row in rows if Statistic.PLACE in question_in(row.envelope).bundle.statistics]
    return tuple(round_id for round_id in placed if rounds_log.find_contribution(session, round_id) is not None)


def _own(session: Session, round_id: str, leaf: str) -> tuple[int, int]:
    given = rounds_log.find_contribution(session, round_id)
    if given is not None:
        query = select(ANSWERS_UNROUNDED.c.means).where(ANSWERS_UNROUNDED.c.release_key == given.release_key)
        pair = means_from_text(session.execute(query).scalar_one()).get(leaf)
        if pair is not None:
            return pair
    raise NotFoundError(Reason.NO_PLACE_YET)
