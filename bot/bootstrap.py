"""The one place that chooses every adapter."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from bot.answer_generators import ExtractiveGenerator
from bot.answerability import Judge
from bot.calibration import Calibration, calibration_file, load_calibration, weights_in_use
from bot.chatbot import GLOSSED_THRESHOLD, Chatbot
from bot.conversation_stores import InMemoryConversationStore, SqliteConversationStore
from bot.logistic import fitted
from bot.onnx_reader import FOLDER, OnnxReader
from bot.ports import ConversationStore, Reader
from bot.remembered import RememberingEmbedder, RememberingReader
from bot.retrieve import Retriever
from bot.selection import Selection, home_collection, selected_ids
from bot.settings import BotSettings
from index.build import open_embedder, open_index
from index.ports import Embedder
from index.store import IndexStore, Manifest

_SELECTIONS_KEPT = 8
"""Chatbots over some of the documents that are kept ready: each has the words and vectors of its documents."""

_RETRY_S = 60.0
"""A version that can't be opened is looked at again after this: a large one takes a while to check."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why *version* (None: nothing is published) could not be opened, and when, in seconds of the monotonic clock."""

    version: str | None
    error: Exception
    at: float


def bootstrap(
    settings: BotSettings, *, keep_conversations: bool, embedder: Embedder | None = None, calibrated: bool = True
) -> Chatbot:
    """The chatbot over the published index of ``settings.data_dir``.

    Conversations are kept in SQLite, or forgotten with the process where they aren't to be kept (a one-off question
    must work from a read-only folder). Where it isn't to be *calibrated*, the data directory's calibration is left
    aside. Raises `index.errors.IndexingError`, `bot.errors.ConversationStoreError`, `bot.errors.CalibrationUnusable`
    and `bot.errors.NothingSelected`.
    """
    return PublishedSource(
        settings, keep_conversations=keep_conversations, embedder=embedder, calibrated=calibrated
    ).current


class PublishedSource:
    """A `bot.source.ChatbotSource` over the published index. Raises what `bootstrap` raises."""

    def __init__(
        self,
        settings: BotSettings,
        *,
        keep_conversations: bool,
        embedder: Embedder | None = None,
        calibrated: bool = True,
    ) -> None:
        self._settings = settings
        self._embedder = embedder
        self._calibration = calibration_in_use(settings) if calibrated else None
        self._store = IndexStore(settings.data_dir)
        self._conversations = _conversations(settings.data_dir, keep_conversations)
        self._reader = _reader(settings)
        self._refreshing = Lock()
        self._failure: _Failure | None = None
        self._model: tuple[object, Embedder] | None = None
        self._current = self._open()

    @property
    def current(self) -> Chatbot:
        """The chatbot over the index that was published when it was last looked."""
        return self._current

    def refresh(self) -> bool:
        """Opens the index that is published now, where that is another one; whether it was.

        It is verified and warmed up before it takes over, so that nobody waits for it. Raises
        `index.errors.IndexingError` and `bot.errors.NothingSelected`; the current chatbot then stays, and for a minute
        the same is raised for the same version without another look at it.
        """
        with self._refreshing:
            version = self._store.current_version()
            if version == self._current.index_version:
                return False
            failure = self._failure
            if failure and failure.version == version and time.monotonic() < failure.at + _RETRY_S:
                raise failure.error.with_traceback(None)
            self._take_up(version)
            return True

    def _take_up(self, version: str | None) -> None:
        try:
            opened = self._open()
            opened.warm_up()
        except Exception as error:
            self._failure = _Failure(version, error, time.monotonic())
            raise
        self._current, self._failure = opened, None

    def _embedder_of(self, manifest: Manifest) -> Embedder:
        """What encodes questions to the index of *manifest*: what is open, where that has the same model."""
        model = (manifest.model_id, manifest.model_files)
        if self._model is None or self._model[0] != model:
            opened = self._embedder or open_embedder(self._settings.data_dir, manifest)
            self._model = model, RememberingEmbedder(opened)
        return self._model[1]

    def _open(self) -> Chatbot:
        settings = self._settings
        embedder = self._embedder_of(self._store.manifest())
        index = open_index(settings.data_dir, embedder)
        home = home_collection(index.cards, settings.collection)
        models = self._calibration.applied_to(fitted()) if self._calibration else fitted()

        @lru_cache(maxsize=_SELECTIONS_KEPT)
        def over(ids: frozenset[str]) -> Chatbot:
            within = index if len(ids) == len(index.cards) else index.limited_to(ids)
            return Chatbot(
                retriever=Retriever(within, embedder),
                generator=ExtractiveGenerator(within),
                judge=Judge(within, models),
                conversations=self._conversations,
                archive=self._store.archive,
                selected=selected,
                answer_threshold=_threshold(settings, self._calibration),
                glossed_threshold=self._calibration.corrected(GLOSSED_THRESHOLD)
                if self._calibration
                else GLOSSED_THRESHOLD,
                reader=self._reader,
                max_question_chars=settings.max_question_chars,
            )

        def selected(selection: Selection) -> Chatbot:
            return over(selected_ids(index.cards, selection, home))

        return selected(Selection())


def calibration_in_use(settings: BotSettings) -> Calibration | None:
    """The data directory's calibration, where it is for the weights in use. Raises `CalibrationUnusable`."""
    found = load_calibration(settings.data_dir)
    return found if found and found.weights == weights_of(settings) else None


def calibration_left_aside(settings: BotSettings) -> str | None:
    """One sentence where the data directory's calibration is for other weights. Raises `CalibrationUnusable`."""
    if load_calibration(settings.data_dir) is None or calibration_in_use(settings):
        return None
    return (
        f"The calibration {calibration_file(settings.data_dir)} was fitted to other weights and isn't applied; "
        "fit it again with `footnoted eval --calibrate`."
    )


def weights_of(settings: BotSettings) -> str:
    """`bot.calibration.weights_in_use`, as *settings* have it."""
    return weights_in_use(with_reader=_has_reader(settings))


def _threshold(settings: BotSettings, calibration: Calibration | None) -> float:
    """The operator's threshold where one is set, else the fitted one, else the default."""
    if calibration is None or "answer_threshold" in settings.model_fields_set:
        return settings.answer_threshold
    return calibration.threshold


def _has_reader(settings: BotSettings) -> bool:
    return settings.use_reader and (FOLDER / "reader.json").is_file()


def _reader(settings: BotSettings) -> Reader | None:
    """The trained reader, or none where it is switched off or its files aren't installed."""
    return RememberingReader(OnnxReader(FOLDER)) if _has_reader(settings) else None


def _conversations(data_dir: Path, keep: bool) -> ConversationStore:
    if keep:
        return SqliteConversationStore(data_dir / "conversations.sqlite3")
    return InMemoryConversationStore()
