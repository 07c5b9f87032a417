"""What readers think of replies, kept beside the conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.sqlite import SqliteFile

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


@dataclass(frozen=True, slots=True)
class Feedback:
    """A reader's verdict (``right`` or ``wrong``) on a reply; the turn counts from 1, ``given_at`` is a Unix time.

    ``who`` tells readers apart, in the words of the channel they use.
    """

    conversation_id: str
    turn: int
    who: str
    verdict: str
    index_version: str
    given_at: float


class FeedbackStore:
    """Verdicts in one SQLite file. Every method may raise `bot.errors.ConversationStoreError`."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA, "The feedback")

    def record(self, feedback: Feedback) -> None:
        """Keeps *feedback*; a reader's later verdict on the same reply takes the place of the earlier one."""
        values = (
            feedback.conversation_id,
            feedback.turn,
            feedback.who,
            feedback.verdict,
            feedback.index_version,
            feedback.given_at,
        )
        with self._file.connection() as connection:
            connection.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?)", values)

    def all(self) -> Sequence[Feedback]:
        """Every verdict, oldest first."""
        with self._file.connection() as connection:
            rows = connection.execute("SELECT * FROM feedback ORDER BY given_at, conversation_id, turn").fetchall()
        return [Feedback(*row) for row in rows]
