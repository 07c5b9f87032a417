"""Texts into vectors without torch: what `footnoted index` exported, run by onnxruntime on one thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer

from index.errors import ModelUnavailable
from index.hashing import sha256
from index.onnx_runtime import open_session
from index.ports import Progress, Vectors

WEIGHTS, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "model.json"
"""An exported model's files: the graph from word pieces to unit vectors, its tokenizer, and what it is."""

TOKENS_AT_ONCE = 512
"""Word pieces of a batch, padding included: on a processor, more than its cache holds make it slower, not faster."""


class OnnxEmbedder:
    """An exported model. *files* are the SHA-256 of its files, which are checked before they are loaded.

    The card names ``model_id``, ``dimension``, ``window``. Raises `ModelUnavailable`.
    """

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        for name, digest in files.items():
            _check(folder / name, digest)
        try:
            card = json.loads((folder / CARD).read_text(encoding="utf-8"))
            self.model_id, self.dimension, self.window = (
                str(card["model_id"]),
                int(card["dimension"]),
                int(card["window"]),
            )
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self._session = open_session(folder / WEIGHTS)
        except Exception as error:  # onnxruntime and tokenizers raise bare exceptions of their own
            raise ModelUnavailable(
                f"The embedding model in {folder} could not be loaded ({error}); run `footnoted index` to export it."
            ) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def count_tokens(self, text: str) -> int:
        """Word pieces of *text*, with the model's two marks."""
        return len(self._tokenizer.encode(text).ids)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Shape (len(texts), dimension). Longest first, so that each batch pads little."""
        encoded = self._tokenizer.encode_batch(list(texts))
        lengths = [min(len(encoding.ids), self.window) for encoding in encoded]
        return longest_first(lengths, self.dimension, lambda rows: self._run([encoded[row] for row in rows]), progress)

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,)."""
        vector: Vectors = self._run([self._tokenizer.encode(text)])[0]
        return vector

    def _run(self, encoded: Sequence[Encoding]) -> Vectors:
        rows = [_cut(encoding.ids, self.window) for encoding in encoded]
        ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for at, row in enumerate(rows):
            ids[at, : len(row)] = row
            mask[at, : len(row)] = 1
        vectors: Vectors = self._session.run(["vectors"], {"input_ids": ids, "attention_mask": mask})[0]
        return vectors


def longest_first(
    lengths: Sequence[int], dimension: int, embed: Callable[[list[int]], Vectors], progress: Progress | None
) -> Vectors:
    """Shape (len(lengths), dimension): what *embed* makes of the rows that it is called with, a batch at a time.

    *lengths* are in word pieces.
    """
    vectors = np.zeros((len(lengths), dimension), dtype=np.float32)
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    start = 0
    while start < len(order):
        rows = order[start : start + max(1, TOKENS_AT_ONCE // max(1, lengths[order[start]]))]
        vectors[rows] = embed(rows)
        start += len(rows)
        if progress:
            progress(start, len(order))
    return vectors


def _cut(ids: list[int], window: int) -> list[int]:
    """The first pieces of a text that is too long, and its closing mark."""
    return ids if len(ids) <= window else [*ids[: window - 1], ids[-1]]


def _check(path: Path, expected: str) -> None:
    try:
        actual = sha256(path)
    except OSError as error:
        raise ModelUnavailable(
            f"The embedding model {path} can't be read ({error.strerror}); run `footnoted index` to export it again."
        ) from error
    if actual != expected:
        raise ModelUnavailable(
            f"The embedding model {path} isn't the one that the index was built with; run `footnoted index` to export "
            "it again."
        )
