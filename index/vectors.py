"""The nearest vectors, exactly or approximately: the one door to FAISS.

Vectors lie in a mapped file of float32. A search of few rows compares all of them. Of many, it compares codes of two
bits a dimension (André, Kermarrec & Le Scouarnec, "Quicker ADC", PAMI 2019), and then the best of those exactly. Cells
(`IndexIVF`) were tried: a question of a few words lies near no cell, and half of them had to be searched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from index.ports import Ranking, Vectors
from index.records import mapped
from index.rows import Rows, top_rows

EXACT_UP_TO = 50_000
"""Rows; comparing as many takes about 3 ms, a fifth of what encoding the question takes."""

LEAST_RECALL = 0.98
"""The least recall@10 beside exact search with which the approximate one is used."""

_BLOCK = 8192
_DEPTH = 100
"""How many rows are asked for where recall is measured, as the bot does."""
_DEEPEST = 200
"""A longer ranking is made exactly: how much of it the approximate search would find isn't measured."""
_COMPARED_AGAIN = 6
"""For each row asked for, rows that are compared exactly."""
_TRAINED_ON = 20_000
_CODES = 16
"""Of each two dimensions."""
HELD_QUERIES = 128
"""Of each kind."""
_NOISE = 0.5
"""The length of what is added to a vector for a held query: one that asks in nearly the text's words."""
_SEED = 287


class NearestRows(Protocol):
    """Rows of vectors, searched."""

    def __len__(self) -> int: ...

    def nearest(self, vector: Vectors, limit: int) -> Ranking:
        """The *limit* rows with the highest inner product with *vector* (shape (dimension,)), ties by row."""
        ...

    def take(self, rows: Sequence[int]) -> Vectors:
        """Shape (len(rows), dimension): those vectors."""
        ...

    def limited_to(self, rows: Rows) -> NearestRows:
        """Only *rows*, numbered anew; nothing is copied."""
        ...


class ExactRows:
    """Compares every row, or each of some."""

    def __init__(self, stored: Vectors, rows: Rows | None = None) -> None:
        self._stored = stored
        self._rows = Rows([range(len(stored))]) if rows is None else rows

    def __len__(self) -> int:
        return len(self._rows)

    def nearest(self, vector: Vectors, limit: int) -> Ranking:
        """As `NearestRows.nearest`."""
        if len(self._rows.ranges) == 1:
            block = self._rows.ranges[0]
            return _ranking(*_compared(self._stored[block.start : block.stop], vector, limit))
        scores = np.empty(len(self), dtype=np.float32)
        for start, block in self._rows.blocks():
            np.dot(self._stored[block.start : block.stop], vector, out=scores[start : start + len(block)])
        rows = top_rows(scores, limit)
        return _ranking(rows, scores[rows])

    def take(self, rows: Sequence[int]) -> Vectors:
        """As `NearestRows.take`."""
        return self._stored[self._rows.all_whole(rows)]

    def limited_to(self, rows: Rows) -> ExactRows:
        """As `NearestRows.limited_to`."""
        return ExactRows(self._stored, rows)


class ApproximateRows:
    """Compares every row's code, and the best of them exactly."""

    def __init__(self, stored: Vectors, codes: faiss.Index) -> None:
        if (codes.ntotal, codes.d) != stored.shape:
            raise ValueError("The codes aren't those of the vectors.")
        self._stored = stored
        self._codes = codes

    def __len__(self) -> int:
        return len(self._stored)

    def nearest(self, vector: Vectors, limit: int) -> Ranking:
        """As `NearestRows.nearest`, but for a row whose code is far off."""
        if limit > _DEEPEST:
            return ExactRows(self._stored).nearest(vector, limit)
        faiss.omp_set_num_threads(1)
        _, found = self._codes.search(vector.reshape(1, -1), min(limit * _COMPARED_AGAIN, len(self)))
        rows = np.sort(found[0][found[0] >= 0])
        scores = self._stored[rows] @ vector
        best = top_rows(scores, limit)
        return _ranking(rows[best], scores[best])

    def take(self, rows: Sequence[int]) -> Vectors:
        """As `NearestRows.take`."""
        return self._stored[np.asarray(rows, dtype=np.int64)]

    def limited_to(self, rows: Rows) -> ExactRows:
        """As `NearestRows.limited_to`, and exact: what would be found of only some rows isn't measured."""
        return ExactRows(self._stored, rows)


def _compared(stored: Vectors, vector: Vectors, limit: int) -> tuple[NDArray[np.int64], Vectors]:
    faiss.omp_set_num_threads(1)
    scores, rows = faiss.knn(vector.reshape(1, -1), stored, min(limit, len(stored)), faiss.METRIC_INNER_PRODUCT)
    return rows[0], scores[0]


def _ranking(rows: NDArray[np.int64], scores: Vectors) -> Ranking:
    order = np.lexsort((rows, -scores))
    return Ranking(tuple(rows[order].tolist()), tuple(scores[order].tolist()))


def write_vectors(path: Path, shape: tuple[int, int], blocks: Iterator[Vectors]) -> None:
    """Writes *blocks* one after the other as an array of *shape*, which they must fill."""
    start = 0
    with path.open("wb") as file:  # a mapped file would end the process where the disk is full
        header = {"descr": np.lib.format.dtype_to_descr(np.dtype(np.float32)), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for block in blocks:
            file.write(np.ascontiguousarray(block, dtype=np.float32).data)
            start += len(block)
    if start != shape[0]:
        raise ValueError(f"{start} vectors were written, not {shape[0]}.")


def open_vectors(vectors: Path, codes: Path, rows: int) -> NearestRows:
    """What `write_vectors` wrote, searched by *codes* where there are any.

    Raises `OSError`, and `ValueError` where they aren't of that many *rows*.
    """
    stored: Vectors = mapped(vectors)
    if len(stored) != rows:
        raise ValueError("There isn't one vector for each text.")
    if not codes.exists():
        return ExactRows(stored)
    try:
        return ApproximateRows(stored, faiss.read_index(str(codes)))
    except RuntimeError as error:
        raise ValueError(f"{codes.name} can't be read.") from error


def write_codes(path: Path, stored: Vectors, asking: Vectors) -> float | None:
    """Writes the codes of *stored*, if a search by them finds what an exact one does.

    The recall@10 of that search beside the exact one's, over two kinds of held queries, the lower of the two: vectors
    near the stored ones, and *asking*, shape (n, dimension). None where it is under 0.98 and nothing is written.
    """
    faiss.omp_set_num_threads(1)  # so that the same vectors make the same file
    codes = _coded(stored)
    searched = ApproximateRows(stored, codes)
    recall = min(_recall(searched, q) for q in (_near(stored), np.ascontiguousarray(asking)))
    if recall < LEAST_RECALL:
        return None
    # faiss.write_index says nothing where the disk fills up at the last of a file, and leaves it cut short.
    path.write_bytes(faiss.serialize_index(codes).tobytes())
    return recall


def _coded(stored: Vectors) -> faiss.Index:
    count, dimension = stored.shape
    parts = dimension // 2 if dimension % 2 == 0 else dimension
    # By distance, which ranks unit vectors alike: by inner product, it leaves out what is at right angles or behind.
    codes = faiss.IndexPQFastScan(dimension, parts, 4, faiss.METRIC_L2)
    codes.pq.cp.seed, codes.pq.cp.min_points_per_centroid = _SEED, 1
    sample = _sample(stored, _TRAINED_ON, np.random.default_rng(_SEED))
    codes.train(np.resize(sample, (max(len(sample), _CODES), dimension)))
    for start in range(0, count, _BLOCK):
        codes.add(np.ascontiguousarray(stored[start : start + _BLOCK]))
    return codes


def _sample(stored: Vectors, count: int, random: np.random.Generator) -> Vectors:
    rows = random.choice(len(stored), min(count, len(stored)), replace=False)
    return np.ascontiguousarray(stored[np.sort(rows)])


def _near(stored: Vectors) -> Vectors:
    random = np.random.default_rng(_SEED)
    near = _sample(stored, HELD_QUERIES, random)
    noise = random.standard_normal(near.shape).astype(np.float32)
    near += _NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return np.asarray(near / np.linalg.norm(near, axis=1, keepdims=True), dtype=np.float32)


def _recall(searched: ApproximateRows, queries: Vectors) -> float:
    """The share of the exact search's scores that *searched* reaches; of equal vectors, any will do."""
    stored = searched.limited_to(Rows([range(len(searched))]))
    reached = of = 0
    for query in queries:
        exact = stored.nearest(query, 10).scores
        of += len(exact)
        reached += sum(score >= exact[-1] - 1e-6 for score in searched.nearest(query, _DEPTH).scores[:10])
    return reached / of
