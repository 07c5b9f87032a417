"""What every `ConversationStore` does; run over each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answers import Refusal, RefusalReason, Turn
from bot.conversation_stores import InMemoryConversationStore, SqliteConversationStore
from bot.errors import ConversationStoreError
from bot.ports import ConversationStore

TURN = Turn("Who pays?", Refusal(RefusalReason.NOT_IN_TEXT, "The text doesn’t say."))


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ConversationStore:
    makers: dict[str, Callable[[], ConversationStore]] = {
        "sqlite": lambda: SqliteConversationStore(tmp_path / "c.sqlite3"),
        "memory": InMemoryConversationStore,
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
