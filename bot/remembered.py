"""What was worked out for a question is kept for the next one like it: the questions on a page's buttons come again.

Both memories are bounded, live in this process only and hold what the models made of texts, by the texts themselves.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
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
        return self.get_all([key], lambda _: [work()])[0]

    def get_all(self, keys: Sequence[K], work: Callable[[list[K]], list[V]]) -> list[V]:
        """What is kept under each of *keys*, or what *work* makes of those that aren't, which is kept from now on."""
        found = dict[K, V]()
        with self._lock:
            for key in keys:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    found[key] = self._kept[key]
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            self._keep(made := dict(zip(missing, work(missing), strict=True)))
            found |= made
        return [found[key] for key in keys]

    def _keep(self, made: Mapping[K, V]) -> None:
        with self._lock:
            self._kept.update(made)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


class RememberingReader:
    """*reader*, which reads the same question with the same passage once."""

    def __init__(self, reader: Reader, most: int = _READINGS) -> None:
        self.languages = reader.languages
        self._reader = reader
        self._readings: Memory[tuple[str, Window], Reading] = Memory(most)

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """One reading a window, in order. Raises what the reader raises."""
        return self._readings.get_all(
            [(question, window) for window in windows],
            lambda missing: self._reader.read(question, [window for _, window in missing]),
        )


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
