"""The one function that chooses every adapter."""

from __future__ import annotations

from pathlib import Path

from bot.answer_generators import ExtractiveGenerator
from bot.answerability import Judge
from bot.chatbot import Chatbot
from bot.conversation_stores import InMemoryConversationStore, SqliteConversationStore
from bot.onnx_reader import FOLDER, OnnxReader
from bot.ports import ConversationStore, Reader
from bot.retrieve import Retriever
from bot.settings import BotSettings
from index.build import open_embedder, open_index
from index.ports import Embedder, PassageIndex
from index.store import IndexStore


def bootstrap(settings: BotSettings, *, keep_conversations: bool, embedder: Embedder | None = None) -> Chatbot:
    """The chatbot over the published index of ``settings.data_dir``.

    Conversations are kept in SQLite, or forgotten with the process where they aren't to be kept (a one-off question
    must work from a read-only folder). Raises `index.errors.IndexingError`, `bot.errors.ConversationStoreError`.
    """
    embedder = embedder or open_embedder(settings.data_dir)
    conversations = _conversations(settings.data_dir, keep_conversations)
    reader = _reader(settings)

    def over(index: PassageIndex) -> Chatbot:
        return Chatbot(
            retriever=Retriever(index, embedder),
            generator=ExtractiveGenerator(index),
            judge=Judge(index),
            conversations=conversations,
            archive=IndexStore(settings.data_dir),
            limited_to=lambda document_ids: over(index.limited_to(document_ids)),
            answer_threshold=settings.answer_threshold,
            reader=reader,
            max_question_chars=settings.max_question_chars,
        )

    return over(open_index(settings.data_dir, embedder))


def _reader(settings: BotSettings) -> Reader | None:
    """The trained reader, or none where it is switched off or its files aren't installed."""
    if not settings.use_reader or not (FOLDER / "reader.json").is_file():
        return None
    return OnnxReader(FOLDER)


def _conversations(data_dir: Path, keep: bool) -> ConversationStore:
    if keep:
        return SqliteConversationStore(data_dir / "conversations.sqlite3")
    return InMemoryConversationStore()
