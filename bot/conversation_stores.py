"""Where conversations are kept: SQLite, or memory for one-off questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
CREATE TABLE IF NOT EXISTS conversation (
    conversation_id TEXT NOT NULL PRIMARY KEY,
    owner TEXT,
    title TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS conversation_owner ON conversation (owner);
"""
_SET = (
    "INSERT INTO conversation (conversation_id, {0}) "
    "SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM turn WHERE conversation_id = ?1) "
    "ON CONFLICT (conversation_id) DO UPDATE SET {0} = {1}"
)
"""Sets a column of a conversation that has turns."""


def _now() -> datetime:
    return datetime.now(UTC)


class SqliteConversationStore:
    """One SQLite file, in WAL mode, safe for several threads and processes.

    Questions and replies are kept as they were, until they are deleted.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime] = _now) -> None:
        self._clock = clock
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
                (conversation_id, turn.question, reply, self._clock().isoformat(), conversation_id),
            )

    def conversations(self, limit: int = 50, owner: str | None = None) -> Sequence[ConversationSummary]:
        """The conversations that were used last, newest first; with an *owner*, only theirs."""
        with self._file.connection() as connection:
            rows = connection.execute(
                "SELECT turn.conversation_id, max(CASE number WHEN 1 THEN question END), count(*), max(asked_at), "
                "title FROM turn LEFT JOIN conversation USING (conversation_id) WHERE ?2 IS NULL OR owner = ?2 "
                "GROUP BY turn.conversation_id ORDER BY max(asked_at) DESC, turn.conversation_id LIMIT ?1",
                (limit, owner),
            ).fetchall()
        return [
            ConversationSummary(name, first, count, datetime.fromisoformat(at), title)
            for name, first, count, at, title in rows
        ]

    def claim(self, conversation_id: str, owner: str) -> None:
        """Makes *owner* the owner of a conversation that was begun and has none."""
        with self._file.connection() as connection:
            connection.execute(_SET.format("owner", "coalesce(owner, excluded.owner)"), (conversation_id, owner))

    def rename(self, conversation_id: str, title: str | None) -> bool:
        """Names a conversation, or takes its name away."""
        with self._file.connection() as connection:
            query = _SET.format("title", "excluded.title")
            return connection.execute(query, (conversation_id, title)).rowcount > 0

    def owner(self, conversation_id: str) -> str | None:
        """Whose a conversation is, where somebody claimed it."""
        return self._of(conversation_id)[0]

    def title(self, conversation_id: str) -> str | None:
        """What a conversation was named."""
        return self._of(conversation_id)[1]

    def _of(self, conversation_id: str) -> tuple[str | None, str | None]:
        with self._file.connection() as connection:
            query = "SELECT owner, title FROM conversation WHERE conversation_id = ?"
            owner, title = connection.execute(query, (conversation_id,)).fetchone() or (None, None)
        return owner, title

    def delete_older_than(self, days: float) -> int:
        """Removes the conversations that last went on more than *days* ago."""
        oldest = (self._clock() - timedelta(days=days)).isoformat()
        with self._file.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")  # no turn may come between looking and deleting
            query = "SELECT conversation_id FROM turn GROUP BY conversation_id HAVING max(asked_at) < ?"
            names = connection.execute(query, (oldest,)).fetchall()
            for table in ("turn", "conversation"):
                connection.executemany(f"DELETE FROM {table} WHERE conversation_id = ?", names)  # noqa: S608
        return len(names)

    def delete(self, conversation_id: str) -> bool:
        """Removes a conversation, all its turns and whose it was."""
        with self._file.connection() as connection:
            connection.execute("DELETE FROM conversation WHERE conversation_id = ?", (conversation_id,))
            return connection.execute("DELETE FROM turn WHERE conversation_id = ?", (conversation_id,)).rowcount > 0


@dataclass
class _Conversation:
    turns: list[tuple[Turn, datetime]] = field(default_factory=list)
    owner: str | None = None
    title: str | None = None


class InMemoryConversationStore:
    """Keeps conversations while the process lives: for one-off questions, which must not need a disk."""

    def __init__(self, clock: Callable[[], datetime] = _now) -> None:
        self._clock = clock
        self._kept: dict[str, _Conversation] = {}

    def turns(self, conversation_id: str) -> Sequence[Turn]:
        """The turns of a conversation, oldest first."""
        kept = self._kept.get(conversation_id)
        return [turn for turn, _ in kept.turns] if kept else []

    def append(self, conversation_id: str, turn: Turn) -> None:
        """Adds *turn*."""
        self._kept.setdefault(conversation_id, _Conversation()).turns.append((turn, self._clock()))

    def conversations(self, limit: int = 50, owner: str | None = None) -> Sequence[ConversationSummary]:
        """The conversations that were used last, newest first; with an *owner*, only theirs."""
        summaries = [
            ConversationSummary(name, kept.turns[0][0].question, len(kept.turns), kept.turns[-1][1], kept.title)
            for name, kept in self._kept.items()
            if owner is None or kept.owner == owner
        ]
        return sorted(summaries, key=lambda s: (-s.updated_at.timestamp(), s.id))[:limit]

    def claim(self, conversation_id: str, owner: str) -> None:
        """Makes *owner* the owner of a conversation that was begun and has none."""
        kept = self._kept.get(conversation_id)
        if kept and kept.owner is None:
            kept.owner = owner

    def owner(self, conversation_id: str) -> str | None:
        """Whose a conversation is, where somebody claimed it."""
        kept = self._kept.get(conversation_id)
        return kept.owner if kept else None

    def title(self, conversation_id: str) -> str | None:
        """What a conversation was named."""
        kept = self._kept.get(conversation_id)
        return kept.title if kept else None

    def rename(self, conversation_id: str, title: str | None) -> bool:
        """Names a conversation, or takes its name away."""
        kept = self._kept.get(conversation_id)
        if kept:
            kept.title = title
        return kept is not None

    def delete_older_than(self, days: float) -> int:
        """Removes the conversations that last went on more than *days* ago."""
        oldest = self._clock() - timedelta(days=days)
        old = [name for name, kept in self._kept.items() if kept.turns[-1][1] < oldest]
        for name in old:
            del self._kept[name]
        return len(old)

    def delete(self, conversation_id: str) -> bool:
        """Removes a conversation and all its turns."""
        return self._kept.pop(conversation_id, None) is not None
