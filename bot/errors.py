"""What can go wrong while a question is asked.

    BotError
    ├── InvalidQuestion             empty, too long, or not text
    ├── NothingSelected             no document is what was asked for, or it is open which collection is meant
    ├── ConversationStoreError      the conversations can't be read or written
    ├── GeneratorUnavailable        the answer generator can't be reached; ``retryable`` says whether to try again
    ├── ReaderUnavailable           the trained reader's files are there and can't be used
    ├── CalibrationUnusable         the data directory's calibration is there and can't be used
    └── TurnedAway                  not asked now; ``retry_after_s`` says when to try again
        ├── Busy                    too many questions wait, one waited too long, or the server stops
        └── LimitReached            one reader, or all together, asked as often as they may

A question that the text doesn't answer is no error: it is a `bot.answers.Refusal`.
"""


class BotError(Exception):
    """Base of everything that `bot` raises on purpose."""


class InvalidQuestion(BotError):  # noqa: N818 - named for what happened, as httpx does
    """A question that can't be asked; the message says why."""


class NothingSelected(BotError):  # noqa: N818
    """No document may answer: a filter lets none through, or it is open which collection is meant."""


class ConversationStoreError(BotError):
    """The conversations can't be read or written."""


class GeneratorUnavailable(BotError):  # noqa: N818
    """The answer generator can't be reached."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class ReaderUnavailable(BotError):  # noqa: N818
    """The trained reader's files are there and can't be used."""


class CalibrationUnusable(BotError):  # noqa: N818
    """The data directory's calibration is there and can't be used."""


class TurnedAway(BotError):  # noqa: N818
    """A question that isn't asked now: the same one may be sent again in *retry_after_s* seconds."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Busy(TurnedAway):
    """The model has more to do than can be waited for."""


class LimitReached(TurnedAway):
    """The limit *name* of *amount* questions in *window_s* seconds is reached."""

    def __init__(self, message: str, retry_after_s: int, *, name: str, amount: int, window_s: int) -> None:
        super().__init__(message, retry_after_s)
        self.name, self.amount, self.window_s = name, amount, window_s
