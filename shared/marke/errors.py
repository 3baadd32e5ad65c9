"""One error tree. Every error carries a Reason, and every Reason has a sentence in Dutch and in English.

Details are named values that fill the sentence: fields, row numbers, versions, counts. Never people's data (rule 9).
The class decides the exit code of the command line and the HTTP status; the Reason decides the words.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from marke.reasons import Language, Reason, sentence


class MarkeError(Exception):
    """Anything that went wrong and can be said aloud."""

    exit_code: ClassVar[int] = 70
    http_status: ClassVar[int] = 500

    def __init__(self, reason: Reason, **details: str | int) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.details = details

    def say(self, language: Language) -> str:
        """Return the sentence for a person: what happened, where, and what to do."""
        return sentence(self.reason, language, self.details)

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.say('en')}"


@contextmanager
def naming(**details: str | int) -> Iterator[None]:
    """Add details, such as the name of the file at hand, to an error that does not know them itself."""
    try:
        yield
    except MarkeError as error:
        error.details = {**details, **error.details}
        raise


class BadInputError(MarkeError):
    """What was given cannot be used as it is; nothing was written."""

    exit_code = 10
    http_status = 422


class UntrustedError(MarkeError):
    """A signature, a key, a version or an expiry did not hold; nothing was believed."""

    exit_code = 11
    http_status = 401


class RefusedError(MarkeError):
    """The rules say no."""

    exit_code = 12
    http_status = 403


class UnreachableError(MarkeError):
    """The other side could not be reached or did not speak our protocol; trying again may help."""

    exit_code = 13
    http_status = 503


class StorageError(MarkeError):
    """The disk or the database could not do what was asked."""

    exit_code = 14
    http_status = 507


class ConflictError(MarkeError):
    """This was already done otherwise, or is not possible in this state."""

    exit_code = 15
    http_status = 409


class ConversationError(ConflictError):
    """Something was said in a round that may not follow what was said before."""


class NotFoundError(MarkeError):
    """There is no such thing here."""

    exit_code = 16
    http_status = 404


class ProgrammerError(RuntimeError):
    """Our own code broke its own contract; never caused by input."""
