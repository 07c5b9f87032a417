"""The ports of this package; the defaults need no server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.answerability import Assessment
from bot.answers import Draft, Turn
from bot.reader import Reading, Window
from bot.retrieve import Evidence
from bot.rewrite import Query
from corpus.documents import Document
from index.archive import ArchivedVersion


class AnswerGenerator(Protocol):
    """Turns evidence into a draft."""

    def draft(self, question: Query, evidence: Evidence) -> Draft:
        """A draft whose claims cite passages of *evidence*; empty where the generator finds no answer.

        Raises `bot.errors.GeneratorUnavailable`.
        """
        ...


class DocumentArchive(Protocol):
    """Keeps every document version that was ever published."""

    def document(self, document_id: str, version: str) -> Document:
        """The document at *version*. Raises `corpus.errors.DocumentNotFound`."""
        ...

    def versions(self, document_id: str) -> Sequence[ArchivedVersion]:
        """The versions of a document, the newest first; none where there is no such document."""
        ...


class Reader(Protocol):
    """A model that reads a question with passages."""

    languages: frozenset[str]
    """The primary subtags (BCP 47) of the languages that it was trained to read."""

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """One reading a window, in order. Raises `bot.errors.ReaderUnavailable`."""
        ...


class AnswerJudge(Protocol):
    """Says how likely a draft answers."""

    def assess(self, query: Query, evidence: Evidence, draft: Draft) -> Assessment:
        """The probability that *draft*, drawn from *evidence*, answers *query*."""
        ...


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """A conversation as a list shows it: its first question, when it last went on (UTC), and what it was named."""

    id: str
    first_question: str
    turns: int
    updated_at: datetime
    title: str | None = None


class ConversationStore(Protocol):
    """Keeps conversations. Every method may raise `bot.errors.ConversationStoreError`."""

    def turns(self, conversation_id: str) -> Sequence[Turn]:
        """The turns of a conversation, oldest first; empty for an id that was never written."""
        ...

    def append(self, conversation_id: str, turn: Turn) -> None:
        """Adds *turn*; the conversation begins with its first turn."""
        ...

    def conversations(self, limit: int = 50, owner: str | None = None) -> Sequence[ConversationSummary]:
        """The conversations that were used last, newest first; with an *owner*, only theirs."""
        ...

    def claim(self, conversation_id: str, owner: str) -> None:
        """Makes *owner* the owner of a conversation that was begun and has none."""
        ...

    def owner(self, conversation_id: str) -> str | None:
        """Whose a conversation is, where somebody claimed it."""
        ...

    def title(self, conversation_id: str) -> str | None:
        """What a conversation was named."""
        ...

    def rename(self, conversation_id: str, title: str | None) -> bool:
        """Names a conversation, or takes its name away; false where there is no such conversation."""
        ...

    def delete_older_than(self, days: float) -> int:
        """Removes the conversations that last went on more than *days* ago; returns how many."""
        ...

    def delete(self, conversation_id: str) -> bool:
        """Removes a conversation; false where there was none."""
        ...
