"""What readers think of replies, kept beside the conversations."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.answers import Turn
from bot.footnotes import reply_dict
from bot.sqlite import SqliteFile

FEEDBACK_FILE = "feedback.sqlite3"
"""Its name in the data directory."""
LONGEST_TEXT = 2_000
"""Characters of what a reader may add in their own words."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    conversation_id TEXT NOT NULL,
    turn INTEGER NOT NULL,
    who TEXT NOT NULL,
    verdict TEXT NOT NULL,
    index_version TEXT NOT NULL,
    given_at REAL NOT NULL,
    PRIMARY KEY (conversation_id, turn, who)
) STRICT, WITHOUT ROWID;
"""
_ADDED = ("reason", "text", "question", "reply")
"""Columns that the first files don't have."""


class Verdict(StrEnum):
    """What a reader says of a reply."""

    RIGHT = "right"
    WRONG = "wrong"


class Reason(StrEnum):
    """Why a reply is wrong."""

    WRONG_FACT = "wrong_fact"
    WRONG_PASSAGE = "wrong_passage"
    INCOMPLETE = "incomplete"
    SHOULD_HAVE_REFUSED = "should_have_refused"
    SHOULD_HAVE_ANSWERED = "should_have_answered"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Feedback:
    """A reader's verdict (``right`` or ``wrong``) on a reply; the turn counts from 1, ``given_at`` is a Unix time.

    ``who`` tells readers apart, in the words of the channel they use. ``reason`` and ``text``, the reader's own words,
    are there where a reader gave them. ``question`` and ``reply`` (the JSON of the README's contract) are what the
    verdict is on; None where it was kept before they were, or where the turn is gone.
    """

    conversation_id: str
    turn: int
    who: str
    verdict: str
    index_version: str
    given_at: float
    reason: str | None = None
    text: str | None = None
    question: str | None = None
    reply: str | None = None

    def on(self, turn: Turn) -> Feedback:
        """The same with the question and the reply of *turn*."""
        reply = json.dumps(reply_dict(turn.reply, self.conversation_id), ensure_ascii=False) if turn.reply else None
        return replace(self, question=turn.question, reply=reply)

    @property
    def reply_body(self) -> Mapping[str, Any] | None:
        """The reply as the contract has it."""
        body: Mapping[str, Any] | None = json.loads(self.reply) if self.reply else None
        return body


_COLUMNS = ", ".join(field.name for field in fields(Feedback))


class FeedbackStore:
    """Verdicts in one SQLite file. Every method may raise `bot.errors.ConversationStoreError`."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA, "The feedback")
        with self._file.connection() as connection:
            _add_columns(connection)

    def record(self, feedback: Feedback) -> None:
        """Keeps *feedback*; a reader's later verdict on the same reply takes the place of the earlier one."""
        blanks = ", ".join("?" * len(fields(Feedback)))
        with self._file.connection() as connection:
            connection.execute(
                f"INSERT OR REPLACE INTO feedback ({_COLUMNS}) VALUES ({blanks})",  # noqa: S608 - our own names
                astuple(feedback),
            )

    def all(self) -> Sequence[Feedback]:
        """Every verdict, oldest first."""
        return self._select("ORDER BY given_at, conversation_id, turn")

    def of_reader(self, conversation_id: str, who: str) -> dict[int, Feedback]:
        """What one reader said of the replies of a conversation, by turn."""
        given = self._select("WHERE conversation_id = ? AND who = ?", conversation_id, who)
        return {feedback.turn: feedback for feedback in given}

    def conversations(self) -> Sequence[str]:
        """The ids of the conversations that something was said of."""
        with self._file.connection() as connection:
            rows = connection.execute("SELECT DISTINCT conversation_id FROM feedback ORDER BY 1").fetchall()
        return [row[0] for row in rows]

    def forget(self, conversation_id: str) -> None:
        """Removes what was said of a conversation, with the questions and replies that were kept for it."""
        with self._file.connection() as connection:
            connection.execute("DELETE FROM feedback WHERE conversation_id = ?", (conversation_id,))

    def _select(self, which: str, *values: str) -> Sequence[Feedback]:
        with self._file.connection() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM feedback {which}", values).fetchall()  # noqa: S608 - as above
        return [Feedback(*row) for row in rows]


def _add_columns(connection: sqlite3.Connection) -> None:
    """Brings the table of an earlier version up to this one; what is in it stays."""
    connection.execute("BEGIN IMMEDIATE")  # two processes may start at once
    there = {row[1] for row in connection.execute("PRAGMA table_info(feedback)")}
    for column in _ADDED:
        if column not in there:
            connection.execute(f"ALTER TABLE feedback ADD COLUMN {column} TEXT")
