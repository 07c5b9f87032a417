"""What was worked out for a question is kept for the next one like it: the questions on a page's buttons come again.

Both memories are bounded, live in this process only and hold what the models made of texts, by the texts themselves.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from threading import Lock
from typing import Generic, TypeVar

from bot.ports import Reader
from bot.reader import Reading, Window
from index.ports import Embedder, Progress, Vectors

_READINGS = 4096
"""Eight windows a question: some 500 questions."""
_VECTORS = 1024

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """The outcomes that were asked for last, up to *most* of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K, work: Callable[[], V]) -> V:
        """What is kept under *key*, or the outcome of *work*, which is kept from now on."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        outcome = work()
        with self._lock:
            self._kept[key] = outcome
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return outcome


class RememberingReader:
    """*reader*, which reads the same question with the same passage once."""

    def __init__(self, reader: Reader, most: int = _READINGS) -> None:
        self.languages = reader.languages
        self._reader = reader
        self._readings: Memory[tuple[str, Window], Reading] = Memory(most)

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """One reading a window, in order. Raises what the reader raises."""
        return [self._readings.get((question, window), partial(self._one, question, window)) for window in windows]

    def _one(self, question: str, window: Window) -> Reading:
        (reading,) = self._reader.read(question, [window])
        return reading


class RememberingEmbedder:
    """*embedder*, which encodes the same question once."""

    def __init__(self, embedder: Embedder, most: int = _VECTORS) -> None:
        self.model_id, self.dimension, self.window = embedder.model_id, embedder.dimension, embedder.window
        self._embedder = embedder
        self._vectors: Memory[str, Vectors] = Memory(most)

    def count_tokens(self, text: str) -> int:
        """As the embedder counts them."""
        return self._embedder.count_tokens(text)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """As the embedder makes them; passages are not kept."""
        return self._embedder.embed_passages(texts, progress)

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,), float32, of length 1."""
        return self._vectors.get(text, lambda: self._embedder.embed_query(text))
