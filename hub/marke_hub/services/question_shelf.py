"""Questions that were already read and checked, by hash: a question never changes, so it is parsed once per process."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from sqlalchemy import select

from marke.codebook.builtin import read_builtin
from marke.errors import NotFoundError
from marke.questions.check import CheckedQuestion, check
from marke.questions.model import Question
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke_ground.store.engine import Session
from marke_hub.store.questions import QUESTIONS

_MOST: Final = 128


@dataclass
class QuestionShelf:
    """The last questions that were used, checked against the codebook they name."""

    _checked: OrderedDict[str, CheckedQuestion] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def checked(self, session: Session, question_hash: str) -> CheckedQuestion:
        """Return a stored question; raises NotFoundError(QUESTION_UNKNOWN)."""
        with self._lock:
            found = self._checked.get(question_hash)
            if found is not None:
                self._checked.move_to_end(question_hash)
                return found
        found = _read(session, question_hash)
        with self._lock:
            self._checked[question_hash] = found
            while len(self._checked) > _MOST:
                self._checked.popitem(last=False)
        return found


def _read(session: Session, question_hash: str) -> CheckedQuestion:
    query = select(QUESTIONS.c.envelope).where(QUESTIONS.c.question_hash == question_hash)
    envelope: str | None = session.execute(query).scalar()
    if envelope is None:
        raise NotFoundError(Reason.QUESTION_UNKNOWN, question=question_hash[:20])
    question = Question.from_bytes(Envelope.from_text(envelope).payload)
    return check(question, read_builtin(question.codebook))
