"""What can go wrong while a bot is evaluated.

    EvalError
    ├── CaseFileError     a case file or a case in it can't be used; names the file and the line
    ├── ThresholdsError   the thresholds can't be read, or name a score that there isn't
    ├── EvalSetupError    the options don't fit the cases or the index
    ├── ReplyFormatError  a reply isn't in the JSON of the contract
    └── AskFailed         a question of a case raised an error

A case that the bot gets wrong is no error: it is a `eval.verdict.Fault`. Every message says what happened, to
what, and what to do next.
"""


class EvalError(Exception):
    """Base of everything that `eval` raises on purpose."""


class CaseFileError(EvalError):
    """A case file that can't be read, or a case that can't be used."""


class ThresholdsError(EvalError):
    """Thresholds that can't be read, or that set a floor for a score that there isn't."""


class EvalSetupError(EvalError):
    """Options that don't fit the cases or the documents at hand."""


class ReplyFormatError(EvalError):
    """A reply that isn't in the JSON of the contract."""


class AskFailed(EvalError):  # noqa: N818 - named for what happened, as httpx does
    """A case's question raised an error instead of getting a reply."""
