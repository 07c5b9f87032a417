"""Exact search over passages and sentences: the one door to FAISS."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import faiss
import numpy as np
from pydantic import TypeAdapter, ValidationError

from corpus.documents import Document, dump_document, load_document_json
from index.abbreviations import expand, learn
from index.errors import IndexCorrupt
from index.lexical import LexicalIndex, terms
from index.passages import Passage, Sentence
from index.ports import IndexedSentence, Ranking, SearchResult, Vectors

_PASSAGE: TypeAdapter[Passage] = TypeAdapter(Passage)
_PASSAGES_FAISS = "passages.faiss"
_SENTENCES_FAISS = "sentences.faiss"
_WORDS = ("passage_words", "sentence_words")


class FaissIndex:
    """A published index in memory; inner products of unit vectors (``IndexFlatIP``), so scores are cosines."""

    def __init__(
        self,
        version: str,
        documents: tuple[Document, ...],
        passages: tuple[Passage, ...],
        vectors: tuple[faiss.Index, faiss.Index],
        lexical: tuple[LexicalIndex, LexicalIndex],
    ) -> None:
        self.version = version
        self._documents = {document.id: document for document in documents}
        self.cards = tuple(document.card for document in documents)
        self.passages: Sequence[Passage] = passages
        self._passage_vectors, self._sentence_vectors = vectors
        self._passage_words, self._sentence_words = lexical

    def document(self, document_id: str) -> Document:
        """An indexed document. Raises `KeyError`."""
        return self._documents[document_id]

    @cached_property
    def sentences(self) -> Sequence[IndexedSentence]:
        """Every sentence, by row."""
        return tuple(
            IndexedSentence(row, sentence)
            for row, passage in enumerate(self.passages)
            for sentence in passage.sentences
        )

    @cached_property
    def _first_sentence(self) -> tuple[int, ...]:
        return tuple(accumulate((len(passage.sentences) for passage in self.passages), initial=0))

    def sentence_rows(self, passage_row: int) -> range:
        """The rows of the sentences of a passage."""
        return range(self._first_sentence[passage_row], self._first_sentence[passage_row + 1])

    @cached_property
    def _languages(self) -> tuple[str, ...]:
        return tuple(sorted({card.language for card in self.cards}))

    def search(self, vector: Vectors, text: str, limit: int) -> SearchResult:
        """The *limit* best rows of each search, by *vector* and by the words of *text*."""
        query = [term for language in self._languages for term in terms(text, language)]
        return SearchResult(
            dense_passages=_nearest(self._passage_vectors, vector, limit),
            dense_sentences=_nearest(self._sentence_vectors, vector, limit),
            lexical_passages=self._passage_words.search(query, limit),
            lexical_sentences=self._sentence_words.search(query, limit),
        )

    def limited_to(self, document_ids: Collection[str]) -> FaissIndex:
        """The index of only those documents, in memory: words are as rare in it as they are in them."""
        documents = tuple(document for id_, document in self._documents.items() if id_ in document_ids)
        rows = [row for row, passage in enumerate(self.passages) if passage.document_id in document_ids]
        passages = tuple(self.passages[row] for row in rows)
        sentence_rows = [i for row in rows for i in self.sentence_rows(row)]
        vectors = (_rows_of(self._passage_vectors, rows), _rows_of(self._sentence_vectors, sentence_rows))
        return FaissIndex(self.version, documents, passages, vectors, _lexical(documents, passages))

    @cached_property
    def _abbreviations(self) -> dict[str, dict[str, str]]:
        return {document.id: learn(document.text) for document in self._documents.values()}

    def expand(self, text: str, document_id: str | None = None) -> str:
        """*text* with the long form behind each abbreviation that a document, or any, defines."""
        if document_id is not None:
            return expand(text, self._abbreviations[document_id])
        known = {short: form for document in self._abbreviations.values() for short, form in document.items()}
        return expand(text, known, any_case=True)

    def similarities(self, vector: Vectors, rows: Sequence[int]) -> Vectors:
        """Shape (len(rows),): the cosine of *vector* with each of those sentences."""
        stored = self._sentence_vectors.reconstruct_batch(np.asarray(rows, dtype=np.int64))
        return np.asarray(stored @ vector, dtype=np.float32)

    def term_weight(self, term: str) -> float:
        """BM25's idf of *term* among the sentences (Robertson–Spärck Jones, smoothed as in Lucene)."""
        found = self._sentence_words.document_frequency(term)
        return math.log(1 + (self._sentence_words.rows - found + 0.5) / (found + 0.5))

    def stored_vectors(self) -> dict[str, Vectors]:
        """The vector of each embedded text, so that a rebuild embeds only what changed."""
        stored: dict[str, Vectors] = {}
        passage_vectors = self._passage_vectors.reconstruct_n(0, self._passage_vectors.ntotal)
        for passage, vector in zip(self.passages, passage_vectors, strict=True):
            stored[passage.embedded_text] = vector
        sentence_vectors = self._sentence_vectors.reconstruct_n(0, self._sentence_vectors.ntotal)
        texts = sentence_texts(tuple(self._documents.values()), self.passages)
        for text, vector in zip(texts, sentence_vectors, strict=True):
            stored[text] = vector
        return stored


def sentence_texts(documents: Sequence[Document], passages: Sequence[Passage]) -> list[str]:
    """What is embedded and indexed for each sentence, by row.

    A list item is led in, as it is when shown, and abbreviations have their long forms beside them: the model knows
    the words of a long form, and no reader need know the short one.
    """
    by_id = {document.id: document for document in documents}
    known = {document.id: learn(document.text) for document in documents}
    return [
        expand(_sentence_text(by_id[passage.document_id], sentence), known[passage.document_id])
        for passage in passages
        for sentence in passage.sentences
    ]


def _sentence_text(document: Document, sentence: Sentence) -> str:
    text = sentence.span.of(document.text)
    return f"{sentence.lead_in.of(document.text)} {text}" if sentence.lead_in else text


def _nearest(vectors: faiss.Index, vector: Vectors, limit: int) -> Ranking:
    limit = min(limit, vectors.ntotal)
    if not limit:
        return Ranking((), ())
    faiss.omp_set_num_threads(1)
    scores, rows = vectors.search(vector.reshape(1, -1), limit)
    order = np.lexsort((rows[0], -scores[0]))
    return Ranking(tuple(int(rows[0][i]) for i in order), tuple(float(scores[0][i]) for i in order))


def write_index(
    folder: Path,
    documents: tuple[Document, ...],
    passages: tuple[Passage, ...],
    vectors: tuple[Vectors, Vectors],
) -> None:
    """Writes the files that `read_index` reads; *vectors* are those of the passages and of the sentences."""
    _write_lines(folder / "documents.jsonl", [dump_document(document) for document in documents])
    _write_lines(folder / "passages.jsonl", [_PASSAGE.dump_json(passage) for passage in passages])
    for name, words in zip(_WORDS, _lexical(documents, passages), strict=True):
        words.save(folder / name)
    for name, rows in zip((_PASSAGES_FAISS, _SENTENCES_FAISS), vectors, strict=True):
        # faiss.write_index says nothing where the disk fills up at the last of a file, and leaves it cut short.
        (folder / name).write_bytes(faiss.serialize_index(_flat(rows)).tobytes())


def _lexical(documents: Sequence[Document], passages: Sequence[Passage]) -> tuple[LexicalIndex, LexicalIndex]:
    """The words of the passages and of the sentences."""
    language = {document.id: document.language for document in documents}
    of_sentence = [language[passage.document_id] for passage in passages for _ in passage.sentences]
    known = {document.id: learn(document.text) for document in documents}
    words_of_passages = [
        terms(expand(p.embedded_text, known[p.document_id]), language[p.document_id]) for p in passages
    ]
    words_of_sentences = [
        terms(text, tag) for text, tag in zip(sentence_texts(documents, passages), of_sentence, strict=True)
    ]
    return LexicalIndex.build(words_of_passages), LexicalIndex.build(words_of_sentences)


def _flat(rows: Vectors) -> faiss.Index:
    flat = faiss.IndexFlatIP(rows.shape[1])
    flat.add(np.ascontiguousarray(rows, dtype=np.float32))
    return flat


def _rows_of(vectors: faiss.Index, rows: Sequence[int]) -> faiss.Index:
    return _flat(vectors.reconstruct_batch(np.asarray(rows, dtype=np.int64)))


def _write_lines(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def read_index(folder: Path, version: str) -> FaissIndex:
    """The index in *folder*. Raises `IndexCorrupt`."""
    try:
        documents = tuple(load_document_json(line) for line in (folder / "documents.jsonl").read_bytes().splitlines())
        passages = tuple(_PASSAGE.validate_json(line) for line in (folder / "passages.jsonl").read_bytes().splitlines())
        vectors = (
            faiss.read_index(str(folder / _PASSAGES_FAISS)),
            faiss.read_index(str(folder / _SENTENCES_FAISS)),
        )
        lexical = (
            LexicalIndex.load(folder / _WORDS[0], len(passages)),
            LexicalIndex.load(folder / _WORDS[1], sum(len(p.sentences) for p in passages)),
        )
    except (OSError, ValidationError, ValueError, RuntimeError, KeyError) as error:
        raise IndexCorrupt(
            f"Index {version} can't be read ({type(error).__name__}). Run `footnoted index` to build it again."
        ) from error
    return FaissIndex(version, documents, passages, vectors, lexical)
