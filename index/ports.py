"""The ports of this package; the defaults need no server."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from corpus.documents import Document, DocumentCard
from index.abbreviations import LongForm
from index.passages import Passage, Sentence

Vectors = NDArray[np.float32]
"""Shape (n, dimension), each row of length 1, so that an inner product is a cosine."""

Progress = Callable[[int, int], None]
"""Told how many of how many texts are embedded."""


class Embedder(Protocol):
    """Texts into vectors."""

    model_id: str
    """Names the model and its weights; an index built with one id can't be asked with another."""
    dimension: int
    window: int
    """The most word pieces the model reads; it truncates the rest."""

    def count_tokens(self, text: str) -> int:
        """The number of word pieces of *text*, the model's own marks included, without truncation."""
        ...

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Shape (len(texts), dimension), float32, rows of length 1."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,), float32, of length 1."""
        ...


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows of the index, best first, with their scores; ties are broken by row, so that runs agree."""

    rows: tuple[int, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What the four searches found: rows of passages, and rows of sentences."""

    dense_passages: Ranking
    dense_sentences: Ranking
    lexical_passages: Ranking
    lexical_sentences: Ranking


@dataclass(frozen=True, slots=True)
class IndexedSentence:
    """A sentence with the row of the passage it stands in."""

    passage_row: int
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. ``embedded`` and ``reused`` count texts (passages and sentences)."""

    index_version: str
    documents: int
    passages: int
    sentences: int
    embedded: int
    reused: int


@runtime_checkable
class Exportable(Protocol):
    """An embedder that can be written down for `index.onnx_embedder.OnnxEmbedder`, so that asking needs no torch."""

    def export(self, folder: Path) -> None:
        """Writes the model's files into the empty *folder*."""
        ...


class PassageIndex(Protocol):
    """A published index, open for questions."""

    version: str

    @property
    def cards(self) -> tuple[DocumentCard, ...]:
        """The indexed documents without their text, by id."""
        ...

    def document(self, document_id: str) -> Document:
        """An indexed document. Raises `KeyError`."""
        ...

    @property
    def passages(self) -> Sequence[Passage]:
        """Every passage, by row."""
        ...

    @property
    def sentences(self) -> Sequence[IndexedSentence]:
        """Every sentence, by row."""
        ...

    def search(self, vector: Vectors, text: str, limit: int) -> SearchResult:
        """The *limit* best rows of each search, by *vector* (shape (dimension,)) and by the words of *text*."""
        ...

    def limited_to(self, document_ids: Collection[str]) -> PassageIndex:
        """The index of only those documents."""
        ...

    def expand(self, text: str, document_id: str | None = None) -> str:
        """*text* with the long form behind each abbreviation that a document, or any of them, defines."""
        ...

    def long_forms(self, text: str, document_id: str) -> list[LongForm]:
        """What the abbreviations in *text*, which the document defines, are short for, where it doesn't say."""
        ...

    def sentence_rows(self, passage_row: int) -> range:
        """The rows of the sentences of a passage."""
        ...

    def similarities(self, vector: Vectors, rows: Sequence[int]) -> Vectors:
        """Shape (len(rows),): the cosine of *vector* with each of those sentences."""
        ...

    def term_weight(self, term: str) -> float:
        """How rare *term* (as `index.lexical.terms` makes it) is among the sentences: its BM25 idf, 0 or more."""
        ...
