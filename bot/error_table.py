"""The one table that maps our errors to what each edge shows: an HTTP status, an exit code, a title."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import (
    BotError,
    Busy,
    CalibrationUnusable,
    ConversationStoreError,
    GeneratorUnavailable,
    InvalidQuestion,
    LimitReached,
    NothingSelected,
    ReaderUnavailable,
)
from bot.wording import message
from corpus.errors import CorpusError, DocumentNotFound, LibraryError, OriginUnavailable
from index.errors import IndexingError, IndexNotWritable, VersionNotFound


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """What an edge shows for an error."""

    error: type[Exception]
    title: str
    http_status: int
    exit_code: int


ERROR_TABLE: tuple[ErrorEntry, ...] = (
    ErrorEntry(InvalidQuestion, "The question can't be asked", 422, 2),
    ErrorEntry(NothingSelected, "No document is selected", 422, 2),
    ErrorEntry(DocumentNotFound, "No such document", 404, 2),
    ErrorEntry(OriginUnavailable, "The explainer can't be reached", 422, 2),
    ErrorEntry(LibraryError, message("The library can't be used"), 503, 5),
    ErrorEntry(CorpusError, "The explainer can't be read", 422, 2),
    ErrorEntry(VersionNotFound, "No such version of the index", 404, 2),
    ErrorEntry(IndexNotWritable, message("The index can't be written"), 503, 5),
    ErrorEntry(IndexingError, message("The index can't be used"), 503, 4),
    ErrorEntry(ConversationStoreError, message("The conversations can't be used"), 503, 5),
    ErrorEntry(GeneratorUnavailable, message("The answer generator can't be reached"), 503, 5),
    ErrorEntry(ReaderUnavailable, message("The reader model can't be used"), 503, 4),
    ErrorEntry(CalibrationUnusable, message("The calibration can't be used"), 503, 4),
    ErrorEntry(Busy, "Too many questions are waiting", 503, 5),
    ErrorEntry(LimitReached, "Too many questions", 429, 5),
    ErrorEntry(BotError, message("The question could not be answered"), 500, 5),
)
"""The first entry whose class fits counts, so the narrower ones come first."""


def entry_for(error: Exception) -> ErrorEntry | None:
    """The table's entry for *error*, or None for an error that isn't ours."""
    return next((entry for entry in ERROR_TABLE if isinstance(error, entry.error)), None)
