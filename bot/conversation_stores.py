"""Where conversations are kept: SQLite, or memory for one-off questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from bot.answers import Reply, Turn
from bot.ports import ConversationSummary
from bot.sqlite import SqliteFile

_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS turn (
    conversation_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    question TEXT NOT NULL,
    reply TEXT,
    asked_at TEXT NOT NULL,
    PRIMARY KEY (conversation_id, number)
) STRICT, WITHOUT ROWID;
"""


class SqliteConversationStore:
    """One SQLite file, in WAL mode, safe for several threads and processes.

    Questions and replies are kept as they were, until they are deleted.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA, "The conversations")

    def turns(self, conversation_id: str) -> Sequence[Turn]:
        """The turns of a conversation, oldest first."""
        with self._file.connection() as connection:
            rows = connection.execute(
                "SELECT question, reply FROM turn WHERE conversation_id = ? ORDER BY number", (conversation_id,)
            ).fetchall()
            return [Turn(question, _REPLY.validate_json(reply) if reply else None) for question, reply in rows]

    def append(self, conversation_id: str, turn: Turn) -> None:
        """Adds *turn* as the next one, whichever process asks."""
        reply = _REPLY.dump_json(turn.reply).decode() if turn.reply else None
        with self._file.connection() as connection:
            connection.execute(
                "INSERT INTO turn SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ? FROM turn WHERE conversation_id = ?",
                (conversation_id, turn.question, reply, datetime.now(UTC).isoformat(), conversation_id),
            )

    def conversations(self, limit: int = 50) -> Sequence[ConversationSummary]:
        """The conversations that were used last, newest first."""
        with self._file.connection() as connection:
            rows = connection.execute(
                "SELECT conversation_id, max(CASE number WHEN 1 THEN question END), count(*), max(asked_at) "
                "FROM turn GROUP BY conversation_id ORDER BY max(asked_at) DESC, conversation_id LIMIT ?",
                (limit,),
            ).fetchall()
        return [ConversationSummary(name, first, count, datetime.fromisoformat(at)) for name, first, count, at in rows]

    def delete(self, conversation_id: str) -> bool:
        """Removes a conversation and all its turns."""
        with self._file.connection() as connection:
            return connection.execute("DELETE FROM turn WHERE conversation_id = ?", (conversation_id,)).rowcount > 0


class InMemoryConversationStore:
    """Keeps conversations while the process lives: for one-off questions, which must not need a disk."""

    def __init__(self) -> None:
        self._turns: dict[str, list[tuple[Turn, datetime]]] = {}

    def turns(self, conversation_id: str) -> Sequence[Turn]:
        """The turns of a conversation, oldest first."""
        return [turn for turn, _ in self._turns.get(conversation_id, [])]

    def append(self, conversation_id: str, turn: Turn) -> None:
        """Adds *turn*."""
        self._turns.setdefault(conversation_id, []).append((turn, datetime.now(UTC)))

    def conversations(self, limit: int = 50) -> Sequence[ConversationSummary]:
        """The conversations that were used last, newest first."""
        summaries = [
            ConversationSummary(name, turns[0][0].question, len(turns), turns[-1][1])
            for name, turns in self._turns.items()
        ]
        return sorted(summaries, key=lambda s: (-s.updated_at.timestamp(), s.id))[:limit]

    def delete(self, conversation_id: str) -> bool:
        """Removes a conversation and all its turns."""
        return self._turns.pop(conversation_id, None) is not None
