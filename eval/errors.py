"""What can go wrong while a bot is evaluated.

    EvalError
    ├── CaseFileError     a case file or a case in it can't be used; names the file and the line
    ├── ThresholdsError   the thresholds can't be read, or name a score that there isn't
    ├── EvalSetupError    the options don't fit the cases or the index
    ├── ReplyFormatError  a reply isn't in the JSON of the contract
    ├── AskFailed         a question of a case raised an error
    ├── ReportNotWritten  a report's file can't be written
    ├── BaselineError     the baseline can't be read or written
    │   └── NotRecorded   a run that may not become the baseline; ``stale`` where stale cases are why
    ├── RecordingError    recorded replies can't be read or written, or there is none for a case
    ├── ServerError       a running server can't be asked
    ├── ReadingsError     kept readings can't be used, or aren't what the reader reads
    ├── CalibrationError  the cases don't say how to calibrate, or the calibration can't be written
    ├── FormatError       a public question set can't be read or written; names the file and the line
    └── PeerUnavailable   a library to compare with can't be installed or run; the message is the reason

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


class ReportNotWritten(EvalError):  # noqa: N818 - named for what happened
    """The file of a report can't be written."""


class BaselineError(EvalError):
    """A baseline that can't be read or written."""


class NotRecorded(BaselineError):  # noqa: N818 - named for what happened
    """A run that may not become the baseline: it has stale cases (``stale``) or ungrounded answers."""

    def __init__(self, message: str, *, stale: bool = False) -> None:
        super().__init__(message)
        self.stale = stale


class RecordingError(EvalError):
    """Recorded replies that can't be read or written, or that hold none for a case."""


class ServerError(EvalError):
    """A running server that can't be reached, or that answers with what isn't in the contract."""


class PeerUnavailable(EvalError):  # noqa: N818 - named for what happened, as httpx does
    """A library that Footnoted is compared with can't be installed or run here; the message is the reason."""


class FormatError(EvalError):
    """A public question set that can't be read or written."""


class ReadingsError(EvalError):
    """Kept readings that can't be used, or that aren't what the reader reads."""


class CalibrationError(EvalError):
    """Cases that don't say how to calibrate, or a calibration that can't be written."""
