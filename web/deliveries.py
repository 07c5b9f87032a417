"""Questions that wait to be answered in another program's channel: kept in SQLite until the reply is posted.

A chat program delivers a question at least once, often twice, and wants an acknowledgement within seconds. So a
question is written down before it is acknowledged, under every name that its duplicates may bear, and answered after.
Any process on the same file may answer it. A process that dies leaves its lease to run out, and another goes on where
it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sqlite import SqliteFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    question TEXT NOT NULL,
    address TEXT NOT NULL,
    progress TEXT NOT NULL DEFAULT '{}',
    attempts INTEGER NOT NULL DEFAULT 0,
    accepted_at REAL NOT NULL,
    not_before REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS delivery_of_conversation ON delivery (conversation_id, id);
CREATE TABLE IF NOT EXISTS delivery_name (
    name TEXT PRIMARY KEY,
    accepted_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS thread (
    name TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_CLAIM = """
UPDATE delivery SET not_before = :lease_end, attempts = attempts + 1
WHERE id = (
    SELECT id FROM delivery AS mine
    WHERE not_before <= :now AND NOT EXISTS (
        SELECT 1 FROM delivery AS earlier
        WHERE earlier.conversation_id = mine.conversation_id AND earlier.id < mine.id
    )
    ORDER BY id LIMIT 1
)
RETURNING id, channel, conversation_id, question, address, progress, attempts, accepted_at
"""
"""The oldest question that may be worked on now. A follow-up waits until the question before it is answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came in.

    ``names`` are all names that a duplicate of it may bear. ``address`` says, in the channel's own words, where the
    reply goes (JSON values only). ``thread`` names the thread that goes on with its conversation, where there is one.
    ``progress`` is what is known already: a turn whose reply is to be posted, not asked for again.
    """

    channel: str
    names: tuple[str, ...]
    question: str
    address: Mapping[str, Any]
    conversation_id: str
    thread: str | None = None
    progress: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A question taken up for answering; ``progress`` is what earlier attempts left (JSON values only)."""

    id: int
    channel: str
    conversation_id: str
    question: str
    address: Mapping[str, Any]
    progress: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 1
    accepted_at: float = 0.0


class DeliveryStore:
    """The waiting questions, in one file; times are Unix times in seconds.

    Every method may raise `bot.errors.ConversationStoreError`. A question is forgotten as soon as it is finished; the
    names of duplicates stay until `forget_names`.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA, "The waiting questions")

    def accept(self, asked: Asked, now: float) -> bool:
        """Writes *asked* down; false where one of its names was seen before. All names are seen from now on."""
        with self._file.connection() as connection:
            known = False
            for name in asked.names:
                added = connection.execute("INSERT OR IGNORE INTO delivery_name VALUES (?, ?)", (name, now))
                known = known or not added.rowcount
            if known:
                return False
            if asked.thread is not None:
                connection.execute("INSERT OR IGNORE INTO thread VALUES (?, ?)", (asked.thread, asked.conversation_id))
            connection.execute(
                "INSERT INTO delivery (channel, conversation_id, question, address, progress, accepted_at, not_before) "
                "SELECT ?, coalesce((SELECT conversation_id FROM thread WHERE name = ?), ?), ?, ?, ?, ?, ?",
                (
                    asked.channel,
                    asked.thread,
                    asked.conversation_id,
                    asked.question,
                    json.dumps(asked.address),
                    json.dumps(asked.progress),
                    now,
                    now,
                ),
            )
            return True

    def claim(self, now: float, lease: float) -> Delivery | None:
        """The next question to answer, which is the caller's for *lease* seconds; None where nothing waits."""
        with self._file.connection() as connection:
            rows = connection.execute(_CLAIM, {"now": now, "lease_end": now + lease}).fetchall()
        if not rows:
            return None
        number, channel, conversation_id, question, address, progress, attempts, accepted_at = rows[0]
        return Delivery(
            number,
            channel,
            conversation_id,
            question,
            json.loads(address),
            json.loads(progress),
            attempts,
            accepted_at,
        )

    def note(self, delivery: Delivery, progress: Mapping[str, Any], lease_end: float) -> bool:
        """Keeps *progress* for a later attempt, and the question for its worker until *lease_end*.

        False where the lease ran out and another worker took the question up: this one must leave it alone.
        """
        return self._change(
            delivery, "UPDATE delivery SET progress = ?, not_before = ?", json.dumps(progress), lease_end
        )

    def release(self, delivery: Delivery, not_before: float) -> bool:
        """Gives the question back, to be taken up at *not_before* or later; false as in `note`."""
        return self._change(delivery, "UPDATE delivery SET not_before = ?", not_before)

    def finish(self, delivery: Delivery) -> bool:
        """Forgets the question: its reply is posted, or never will be; false as in `note`."""
        return self._change(delivery, "DELETE FROM delivery")

    def _change(self, delivery: Delivery, statement: str, *values: object) -> bool:
        """Runs *statement* on the question unless it was claimed again: the attempt is its fencing token."""
        with self._file.connection() as connection:
            changed = connection.execute(
                f"{statement} WHERE id = ? AND attempts = ?", (*values, delivery.id, delivery.attempts)
            )
            return changed.rowcount > 0

    def waiting(self) -> int:
        """How many questions are not finished."""
        with self._file.connection() as connection:
            return int(connection.execute("SELECT count(*) FROM delivery").fetchone()[0])

    def conversation_of(self, thread: str) -> str | None:
        """The conversation that *thread* goes on with."""
        with self._file.connection() as connection:
            row = connection.execute("SELECT conversation_id FROM thread WHERE name = ?", (thread,)).fetchone()
        return None if row is None else str(row[0])

    def bind(self, thread: str, conversation_id: str) -> None:
        """Lets *thread* go on with a conversation."""
        with self._file.connection() as connection:
            connection.execute("INSERT OR REPLACE INTO thread VALUES (?, ?)", (thread, conversation_id))

    def forget_names(self, before: float) -> None:
        """Forgets the names of questions that came in before *before*: no program delivers one again so late."""
        with self._file.connection() as connection:
            connection.execute("DELETE FROM delivery_name WHERE accepted_at < ?", (before,))
