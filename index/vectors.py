"""The nearest vectors, exactly or approximately: the one door to FAISS.

Vectors lie in a mapped file of float32. A search of few rows compares all of them. Of many, it compares those in the
cells (`IndexIVF`) nearest the question, in eight bits a dimension, and then the best of those exactly.
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
_DEEPEST = 200
"""A longer ranking is made exactly: how much of it the approximate search would find isn't measured."""
_COMPARED_AGAIN = 3
"""For each row asked for, rows that are compared exactly."""
_TRAINED_ON = 40
"""Rows a cell."""
_LARGEST_SHARE = 2
"""Where one part in this many of the cells doesn't hold enough, exact search stays."""
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
    """Compares the rows of the nearest cells, and the best of them exactly."""

    def __init__(self, stored: Vectors, cells: faiss.Index) -> None:
        if (cells.ntotal, cells.d) != stored.shape:
            raise ValueError("The cells aren't those of the vectors.")
        self._stored = stored
        self._cells = cells

    def __len__(self) -> int:
        return len(self._stored)

    def nearest(self, vector: Vectors, limit: int) -> Ranking:
        """As `NearestRows.nearest`, but for what lies in other cells."""
        if limit > _DEEPEST:
            return ExactRows(self._stored).nearest(vector, limit)
        faiss.omp_set_num_threads(1)
        _, found = self._cells.search(vector.reshape(1, -1), min(limit * _COMPARED_AGAIN, len(self)))
        rows = np.sort(found[0][found[0] >= 0])
        scores = self._stored[rows] @ vector
        best = top_rows(scores, limit)
        return _ranking(rows[best], scores[best])

    def take(self, rows: Sequence[int]) -> Vectors:
        """As `NearestRows.take`."""
        return self._stored[np.asarray(rows, dtype=np.int64)]

    def limited_to(self, rows: Rows) -> ExactRows:
        """As `NearestRows.limited_to`, and exact: what the cells would find of only some rows isn't measured."""
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
    stored = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    start = 0
    for block in blocks:
        stored[start : start + len(block)] = block
        start += len(block)
    stored.flush()
    if start != shape[0]:
        raise ValueError(f"{start} vectors were written, not {shape[0]}.")


def open_vectors(vectors: Path, cells: Path, rows: int) -> NearestRows:
    """What `write_vectors` wrote, searched by *cells* where there are any.

    Raises `OSError`, and `ValueError` where they aren't of that many *rows*.
    """
    stored: Vectors = mapped(vectors)
    if len(stored) != rows:
        raise ValueError("There isn't one vector for each text.")
    if not cells.exists():
        return ExactRows(stored)
    try:
        return ApproximateRows(stored, faiss.read_index(str(cells), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY))
    except RuntimeError as error:
        raise ValueError(f"{cells.name} can't be read.") from error


def write_cells(path: Path, stored: Vectors, asking: Vectors) -> float | None:
    """Sorts *stored* into cells and writes them, if a search of some of them finds what an exact one does.

    The recall@10 of that search beside the exact one's, over two kinds of held queries, the lower of the two: vectors
    near the stored ones, and *asking*, shape (n, dimension). None where it stays under 0.98 and nothing is written.
    """
    faiss.omp_set_num_threads(1)  # so that the same vectors make the same file
    cells = _filled(stored)
    random = np.random.default_rng(_SEED)
    kinds = [_near(stored, random), np.ascontiguousarray(asking)]
    exact = [faiss.knn(queries, stored, min(10, len(stored)), faiss.METRIC_INNER_PRODUCT)[0] for queries in kinds]
    searched = ApproximateRows(stored, cells)
    most = max(1, cells.nlist // _LARGEST_SHARE)
    probes = min(8, most)
    while probes <= most:
        cells.nprobe = probes
        recall = min(_recall(searched, *kind) for kind in zip(kinds, exact, strict=True))
        if recall >= LEAST_RECALL:
            faiss.write_index(cells, str(path))
            return recall
        probes *= 2
    return None


def _filled(stored: Vectors) -> faiss.IndexIVF:
    count, dimension = stored.shape
    nlist = max(1, min(int(2 * count**0.5), count // _TRAINED_ON))
    cells = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, nlist, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    cells.cp.seed, cells.cp.min_points_per_centroid = _SEED, 1
    cells.train(_sample(stored, nlist * _TRAINED_ON, np.random.default_rng(_SEED)))
    for start in range(0, count, _BLOCK):
        cells.add(np.ascontiguousarray(stored[start : start + _BLOCK]))
    return cells


def _sample(stored: Vectors, count: int, random: np.random.Generator) -> Vectors:
    rows = random.choice(len(stored), min(count, len(stored)), replace=False)
    return np.ascontiguousarray(stored[np.sort(rows)])


def _near(stored: Vectors, random: np.random.Generator) -> Vectors:
    near = _sample(stored, HELD_QUERIES, random)
    noise = random.standard_normal(near.shape).astype(np.float32)
    near += _NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return np.asarray(near / np.linalg.norm(near, axis=1, keepdims=True), dtype=np.float32)


def _recall(searched: ApproximateRows, queries: Vectors, exact: Vectors) -> float:
    """The share of the exact search's scores that *searched* reaches; of equal vectors, any will do."""
    found = [searched.nearest(query, _DEEPEST // 2).scores[:10] for query in queries]
    reached = [sum(score >= best[-1] - 1e-6 for score in scores) for scores, best in zip(found, exact, strict=True)]
    return float(np.mean(reached) / exact.shape[1])
