"""A published index, opened: what it holds stays on disk until it is asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from corpus.documents import Document
from index.abbreviations import LongForm, expand, long_forms, spelled_out
from index.errors import IndexCorrupt
from index.lexical import terms
from index.passage_store import PASSAGE_TEXTS, SENTENCE_TEXTS, Lexical, PassageStore, open_words
from index.ports import SearchResult, Vectors
from index.records import mapped
from index.vectors import NearestRows, open_vectors

PASSAGE_VECTORS, SENTENCE_VECTORS = "passage_vectors.npy", "sentence_vectors.npy"
PASSAGE_CODES, SENTENCE_CODES = "passage_codes.faiss", "sentence_codes.faiss"
"""The codes are there only where an approximate search pays."""

_OWN_WORDS_UP_TO = 20_000
"""Sentences; a larger selection of documents is weighed by how rare words are in the whole index."""

_CAPITALS = re.compile(r"\b[A-Z]{3,6}\b")
_SENTENCES_WITH_IT = 100
"""How many sentences that hold a word tell whether it is written in lower case."""


class FaissIndex:
    """A `PassageIndex` over the files of one folder; inner products of unit vectors, so scores are cosines."""

    def __init__(
        self, version: str, store: PassageStore, vectors: tuple[NearestRows, NearestRows], lexical: Lexical
    ) -> None:
        self.version = version
        self.cards = store.cards
        self.passages = store.passages
        self.sentences = store.sentences
        self._store = store
        self._passage_vectors, self._sentence_vectors = vectors
        self._passage_words, self._sentence_words = lexical

    def document(self, document_id: str) -> Document:
        """An indexed document. Raises `KeyError`."""
        return self._store.document(document_id)

    def sentence_rows(self, passage_row: int) -> range:
        """The rows of the sentences of a passage."""
        return self._store.sentence_rows(passage_row)

    @cached_property
    def _languages(self) -> tuple[str, ...]:
        return tuple(sorted({card.language for card in self.cards}))

    def search(self, vector: Vectors, text: str, limit: int) -> SearchResult:
        """The *limit* best rows of each search, by *vector* and by the words of *text*."""
        query = [term for language in self._languages for term in terms(text, language)]
        return SearchResult(
            dense_passages=self._passage_vectors.nearest(vector, limit),
            dense_sentences=self._sentence_vectors.nearest(vector, limit),
            lexical_passages=self._passage_words.search(query, limit),
            lexical_sentences=self._sentence_words.search(query, limit),
        )

    def limited_to(self, document_ids: Collection[str], *, own_words_up_to: int = _OWN_WORDS_UP_TO) -> FaissIndex:
        """The index of only those documents; words are as rare in it as they are in them.

        Of more than *own_words_up_to* sentences, they are as rare as in the whole, since counting them takes long.
        """
        store = self._store.limited_to(document_ids)
        rows = (store.rows_of_passages, store.rows_of_sentences)
        vectors = (self._passage_vectors.limited_to(rows[0]), self._sentence_vectors.limited_to(rows[1]))
        if len(store.sentences) <= own_words_up_to:
            return FaissIndex(self.version, store, vectors, store.words())
        words = (self._passage_words.limited_to(rows[0]), self._sentence_words.limited_to(rows[1]))
        return FaissIndex(self.version, store, vectors, words)

    @cached_property
    def _all_abbreviations(self) -> dict[str, str]:
        return {short: form for known in self._store.abbreviations.values() for short, form in known.items()}

    def expand(self, text: str, document_id: str | None = None) -> str:
        """*text* with the long form behind each abbreviation that a document, or any, defines."""
        if document_id is not None:
            return expand(text, self._store.abbreviations[document_id])
        known = {**self._initials_in(text), **self._all_abbreviations}
        forms = long_forms(text, known, any_case=True)
        return spelled_out(text, [form for form in forms if not self._is_a_word(form.short.of(text))])

    def _is_a_word(self, written: str) -> bool:
        """Whether *written* in lower case is a word of the documents, too: "a cap on rents" is no CAP."""
        if not written.islower():
            return False
        found = self._sentence_words.search(terms(written), _SENTENCES_WITH_IT)
        said = re.compile(rf"(?<!\w){re.escape(written)}")
        return any(said.search(self._sentence(row)) for row in found.rows)

    def _sentence(self, row: int) -> str:
        indexed = self.sentences[row]
        return self.passages[indexed.passage_row].slice(indexed.sentence.span)

    def _initials_in(self, question: str) -> dict[str, str]:
        """The names that words in capitals in *question* are the initials of, though no document says so."""
        capitals = [short for short in _CAPITALS.findall(question) if terms(short)]
        is_shouted = question.isupper() and " " in question
        names = {} if is_shouted or not capitals else self._store.names_by_initials
        return {short: names[short] for short in capitals if short in names}

    def long_forms(self, text: str, document_id: str) -> list[LongForm]:
        """What the abbreviations in *text*, which the document defines, are short for, where it doesn't say."""
        return long_forms(text, self._store.abbreviations[document_id])

    def similarities(self, vector: Vectors, rows: Sequence[int]) -> Vectors:
        """Shape (len(rows),): the cosine of *vector* with each of those sentences."""
        return np.asarray(self._sentence_vectors.take(rows) @ vector, dtype=np.float32)

    def term_weight(self, term: str) -> float:
        """BM25's idf of *term* among the sentences (Robertson–Spärck Jones, smoothed as in Lucene)."""
        found = self._sentence_words.document_frequency(term)
        return math.log(1 + (self._sentence_words.rows - found + 0.5) / (found + 0.5))


def read_index(folder: Path, version: str) -> FaissIndex:
    """The index in *folder*. Raises `IndexCorrupt`."""
    try:
        store = PassageStore.open(folder)
        vectors = (
            open_vectors(folder / PASSAGE_VECTORS, folder / PASSAGE_CODES, len(store.passages)),
            open_vectors(folder / SENTENCE_VECTORS, folder / SENTENCE_CODES, len(store.sentences)),
        )
        words = open_words(folder, store)
    except (OSError, ValidationError, ValueError, LookupError, TypeError) as error:
        raise IndexCorrupt(
            f"Index {version} can't be read ({type(error).__name__}). Run `footnoted index` to build it again."
        ) from error
    return FaissIndex(version, store, vectors, words)


def embedded_texts(folder: Path) -> list[tuple[NDArray[np.bytes_], Vectors]]:
    """The digests of what the index in *folder* embeds, with the vectors, mapped. Raises `OSError`, `ValueError`."""
    return [
        (mapped(folder / PASSAGE_TEXTS), mapped(folder / PASSAGE_VECTORS)),
        (mapped(folder / SENTENCE_TEXTS), mapped(folder / SENTENCE_VECTORS)),
    ]
