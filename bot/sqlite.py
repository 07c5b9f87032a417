"""One SQLite file behind a store: the only place that opens one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from bot.errors import ConversationStoreError


class SqliteFile:
    """A file in WAL mode, safe for several threads and processes.

    A connection is opened for each call: it costs some 100 microseconds and leaves nothing shared. Every failure is a
    `ConversationStoreError` that names *what* the file holds.
    """

    def __init__(self, path: Path, schema: str, what: str) -> None:
        self._path = path
        self._what = what
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)  # what people ask is nobody else's
        except OSError as error:
            raise self._failure(error) from error
        with self.connection() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(schema)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection whose writes are one transaction, taken up at the first of them."""
        try:
            connection = sqlite3.connect(self._path, timeout=10, isolation_level="IMMEDIATE")
            try:
                connection.execute("PRAGMA secure_delete=ON")
                with connection:
                    yield connection
            finally:
                connection.close()
        except (sqlite3.Error, ValidationError) as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> ConversationStoreError:
        reason = "something stored is damaged" if isinstance(error, ValidationError) else str(error)
        return ConversationStoreError(
            f"{self._what} in {self._path} can't be used ({reason}); check that the folder is writable and "
            "the file whole, or choose another --data-dir."
        )
