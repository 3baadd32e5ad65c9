"""Reading and writing the rows of rounds. No rule lives here; the services decide."""

from datetime import datetime

from sqlalchemy import Row, bindparam, insert, select, update

from marke.protocol.messages import Round
from marke.protocol.node_side import NodeState, node_state_from_bytes
from marke_ground.store.engine import Session
from marke_node.store.federation import RECEIPTS
from marke_node.store.rounds import ANSWERS, CONTRIBUTIONS, DECISIONS, QUESTIONS, RESULTS, ROUNDS

RoundRow = Row[tuple[object, ...]]

# statements an agent uses many times for every question are made once
_QUESTION = select(QUESTIONS).where(QUESTIONS.c.hash == bindparam("of"))
_ROUND = select(ROUNDS).where(ROUNDS.c.id == bindparam("of"))
_ROUND_ALONE = _ROUND.with_for_update()
_CHANGE_ROUND = update(ROUNDS).where(ROUNDS.c.id == bindparam("of"))
_ANSWER = select(ANSWERS).where(ANSWERS.c.release_key == bindparam("of"))
_HAS_RECEIPT = select(RECEIPTS.c.content_hash).where(RECEIPTS.c.content_hash == bindparam("of"))


def find_question(session: Session, question_hash: str) -> RoundRow | None:
    """Return the row of a question, or None."""
    return session.execute(_QUESTION, {"of": question_hash}).one_or_none()


def nonce_is_used(session: Session, nonce: str) -> bool:
    """Say whether some question here carries this nonce."""
    return session.execute(select(QUESTIONS.c.hash).where(QUESTIONS.c.nonce == nonce)).first() is not None


def find_round(session: Session, round_id: str, *, lock: bool = False) -> RoundRow | None:
    """Return the row of a round, or None; `lock` keeps other writers away until the transaction ends."""
    return session.execute(_ROUND_ALONE if lock else _ROUND, {"of": round_id}).one_or_none()


def state_of(row: RoundRow) -> NodeState:
    """Return where the conversation about a round stands."""
    return node_state_from_bytes(row.state.encode("utf-8"))


def write_state(session: Session, round_id: str, state: NodeState) -> None:
    """Replace the state of a round."""
    values = {"stage": state.state, "state": state.to_bytes().decode("utf-8")}
    session.execute(_CHANGE_ROUND, {"of": round_id, **values})


def add_round(session: Session, *, question_hash: str, offer: str, state: NodeState, now: datetime) -> None:
    """Add the row of a newly offered round."""
    session.execute(
        insert(ROUNDS).values(
            id=state.exchange.round_id,
            question_hash=question_hash,
            offer=offer,
            stage=state.state,
            state=state.to_bytes().decode("utf-8"),
            received=now,
        )
    )


def write_opening(session: Session, opened: Round, envelope: str) -> None:
    """Keep the signed opening of a round."""
    values = {"opening": envelope, "opens": opened.opens, "closes": opened.closes}
    session.execute(_CHANGE_ROUND, {"of": opened.round_id, **values})


def rounds_to_do(session: Session) -> list[tuple[str, str]]:
    """Return stage and id of the rounds that an agent has work on, oldest first."""
    return [(row.stage, row.id) for row in session.execute(_TO_DO).all()]


_TO_DO = (
    select(ROUNDS.c.stage, ROUNDS.c.id)
    .where(ROUNDS.c.stage.in_(("offered", "round_open")))
    .order_by(ROUNDS.c.received, ROUNDS.c.id)
)


def last_decision(session: Session, round_id: str) -> RoundRow | None:
    """Return the decision that counts for a round, or None."""
    query = select(DECISIONS).where(DECISIONS.c.round_id == round_id).order_by(DECISIONS.c.number.desc()).limit(1)
    return session.execute(query).one_or_none()


def find_answer(session: Session, release_key: str) -> RoundRow | None:
    """Return the collective's one answer under a release key, or None."""
    return session.execute(_ANSWER, {"of": release_key}).one_or_none()


def find_contribution(session: Session, round_id: str) -> RoundRow | None:
    """Return what was signed as the answer to a round, or None."""
    return session.execute(select(CONTRIBUTIONS).where(CONTRIBUTIONS.c.round_id == round_id)).one_or_none()


def find_result(session: Session, round_id: str) -> RoundRow | None:
    """Return what came of a round, or None."""
    return session.execute(select(RESULTS).where(RESULTS.c.round_id == round_id)).one_or_none()


def has_receipt(session: Session, content_hash: str) -> bool:
    """Say whether the hub's receipt for some message is here."""
    return session.execute(_HAS_RECEIPT, {"of": content_hash}).first() is not None
