"""What every `ConversationStore` does; run over each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.answers import Refusal, RefusalReason, Turn
from bot.conversation_stores import InMemoryConversationStore, SqliteConversationStore
from bot.errors import ConversationStoreError
from bot.ports import ConversationStore

TURN = Turn("Who pays?", Refusal(RefusalReason.NOT_IN_TEXT, "The text doesn’t say."))


class Clock:
    """Goes on by a second each time, and by days where it is told to."""

    def __init__(self) -> None:
        self.day, self.seconds = 1, 0

    def __call__(self) -> datetime:
        self.seconds += 1  # two turns are never of the same moment
        return datetime(2025, 1, self.day, 12, tzinfo=UTC) + timedelta(seconds=self.seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> ConversationStore:
    makers: dict[str, Callable[[], ConversationStore]] = {
        "sqlite": lambda: SqliteConversationStore(tmp_path / "c.sqlite3", clock),
        "memory": lambda: InMemoryConversationStore(clock),
    }
    return makers[request.param]()


def test_turns_come_back_in_order(store: ConversationStore) -> None:
    store.append("a", TURN)
    store.append("a", Turn("And then?"))
    store.append("b", Turn("Else?"))
    assert list(store.turns("a")) == [TURN, Turn("And then?")]
    assert list(store.turns("unknown")) == []


def test_the_list_is_newest_first(store: ConversationStore) -> None:
    for name in ("a", "b", "a"):
        store.append(name, Turn(f"Asked in {name}"))
    summaries = store.conversations()
    assert [(s.id, s.first_question, s.turns) for s in summaries] == [("a", "Asked in a", 2), ("b", "Asked in b", 1)]
    assert len(store.conversations(limit=1)) == 1


def test_a_deleted_conversation_is_gone(store: ConversationStore) -> None:
    store.append("a", TURN)
    assert store.delete("a")
    assert not store.delete("a")
    assert list(store.turns("a")) == []


def test_a_sqlite_file_outlives_its_store_and_a_broken_one_is_said(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    SqliteConversationStore(path).append("a", TURN)
    assert list(SqliteConversationStore(path).turns("a")) == [TURN]
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(ConversationStoreError, match="--data-dir"):
        SqliteConversationStore(path)


def test_whoever_claims_a_conversation_first_owns_it(store: ConversationStore) -> None:
    store.claim("a", "ann")
    assert store.owner("a") is None, "there is no conversation yet"
    store.append("a", TURN)
    assert (store.owner("a"), store.title("a")) == (None, None)
    store.claim("a", "ann")
    store.claim("a", "bob")
    assert store.owner("a") == "ann"
    store.append("b", TURN)
    assert [summary.id for summary in store.conversations(owner="ann")] == ["a"]
    assert not store.conversations(owner="bob")
    assert len(store.conversations()) == 2


def test_a_name_is_given_changed_and_taken_away(store: ConversationStore) -> None:
    assert not store.rename("a", "Fees")
    store.append("a", TURN)
    store.claim("a", "ann")
    for title in ("Fees", "Fees’ “end”", None):
        assert store.rename("a", title)
        assert store.title("a") == title
        assert [summary.title for summary in store.conversations()] == [title]
    assert store.owner("a") == "ann"


def test_what_was_deleted_and_begun_again_has_neither_owner_nor_name(store: ConversationStore) -> None:
    store.append("a", TURN)
    store.claim("a", "ann")
    store.rename("a", "Fees")
    assert store.delete("a")
    store.append("a", TURN)
    assert (store.owner("a"), store.title("a")) == (None, None)


def test_only_what_was_not_used_for_so_long_is_deleted(store: ConversationStore, clock: Clock) -> None:
    for name in ("old", "used"):
        store.append(name, TURN)
        store.claim(name, "ann")
    clock.day = 20
    store.append("used", TURN)
    assert store.delete_older_than(30) == 0
    assert store.delete_older_than(18) == 1
    assert (list(store.turns("old")), store.owner("old")) == ([], None)
    assert (len(store.turns("used")), store.owner("used")) == (2, "ann")


def test_a_file_from_before_conversations_had_owners_opens(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE turn (conversation_id TEXT NOT NULL, number INTEGER NOT NULL, question TEXT NOT NULL, "
        "reply TEXT, asked_at TEXT NOT NULL, PRIMARY KEY (conversation_id, number)) STRICT, WITHOUT ROWID;"
        "INSERT INTO turn VALUES ('old', 1, 'Who pays?', NULL, '2025-01-01T00:00:00+00:00')"
    )
    connection.close()
    store = SqliteConversationStore(path)
    assert [(s.id, s.title) for s in store.conversations()] == [("old", None)]
    assert store.owner("old") is None
    assert store.rename("old", "Costs")
    assert store.delete_older_than(30) == 1
