"""Fakes behind our ports, and small documents to use them on."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Sequence
from datetime import date

import numpy as np

from bot.answerability import Assessment
from bot.answers import Claim, Draft, Source
from bot.reader import Reading, Window
from bot.retrieve import Evidence
from bot.rewrite import Query
from corpus.documents import Block, BlockKind, Document, Note, Section, Span
from index.abbreviations import LongForm
from index.chunk import chunk
from index.lexical import terms
from index.passages import Passage
from index.ports import Embedder, IndexedSentence, Progress, Ranking, SearchResult, Vectors


class HashEmbedder:
    """An embedder without a model: each term falls into one of 64 buckets, so shared words mean likeness."""

    model_id = "hash-embedder/1"
    dimension = 64
    window = 60

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.embedded += texts
        if progress:
            progress(len(texts), len(texts))
        return np.stack([self._vector(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        return self._vector(text)

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for term in terms(text) or [text]:
            vector[int(hashlib.sha256(term.encode()).hexdigest(), 16) % self.dimension] += 1
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


class FixedGenerator:
    """Drafts the given claims, whatever is asked."""

    def __init__(self, *claims: Claim) -> None:
        self.claims = claims

    def draft(self, question: Query, evidence: Evidence) -> Draft:  # noqa: ARG002 - the port's signature
        return Draft(self.claims)


class FirstSentenceGenerator:
    """Quotes the first sentence of the best passage."""

    def draft(self, question: Query, evidence: Evidence) -> Draft:  # noqa: ARG002 - the port's signature
        if not evidence.passages:
            return Draft()
        passage = evidence.passages[0].passage
        span = passage.sentences[0].span
        return Draft((Claim(passage.slice(span), (Source(passage.id, span),)),))


def document_of(
    *sections: tuple[str, Sequence[str | Sequence[str]]],
    document_id: str = "orchards",
    title: str = "Orchard permits",
    as_of: date | None = date(2025, 3, 1),
    notes: Sequence[tuple[str, str, str]] = (),
) -> Document:
    """A document of (heading, blocks): a string is a paragraph, a sequence a list led in by the paragraph before it.

    *notes* are (label, text, end of the sentence that carries the mark).
    """
    text, built = "", []
    for heading, blocks in sections:
        start = len(text)
        text += f"{heading}\n\n" if heading else ""
        made: list[Block] = []
        for block in blocks:
            text, block_made = _add(text, block, made)
            made.append(block_made)
        path = (heading,) if heading else ()
        built.append(Section(heading, path, 2, heading.lower().replace(" ", "-"), Span(start, len(text)), tuple(made)))
    marks = [text.index(after) + len(after) for _, _, after in notes]
    found = []
    text += "Notes\n" if notes else ""
    for (label, body, _), mark in zip(notes, marks, strict=True):
        text += f"[{label}] "
        found.append(Note(label, Span(len(text), len(text) + len(body)), (mark,)))
        text += f"{body}\n"
    return Document(document_id, title, text, tuple(built), tuple(found), as_of=as_of)


def _add(text: str, block: str | Sequence[str], before: list[Block]) -> tuple[str, Block]:
    start = len(text)
    if isinstance(block, str):
        return f"{text}{block}\n\n", Block(BlockKind.PARAGRAPH, Span(start, start + len(block)))
    items = []
    for item in block:
        text += "• "
        items.append(Span(len(text), len(text) + len(item)))
        text += f"{item}\n"
    lead_in = before[-1].span if before and before[-1].kind is BlockKind.PARAGRAPH else None
    return f"{text}\n", Block(BlockKind.LIST, Span(start, len(text) - 1), tuple(items), lead_in=lead_in)


def orchard_document() -> Document:
    """A small explainer of our own: two near neighbours, a list, a note, a leaning sentence."""
    return document_of(
        ("Background", ["The Orchard Permit Act of 1987 lets towns license growers. Apple growers pay $40 a year."]),
        (
            "Training",
            [
                "Apple growers train for 8 hours. However, they need no exam. Pear growers train for three weeks.",
                "A licensed grower may do the following:",
                ["Sell fruit at the gate", "Hire seasonal pickers", "Graft new trees"],
            ],
        ),
        ("Costs", ["Millbrook spent $6.4 million on inspections in 2019. It ended the scheme a year later."]),
        notes=[("1", "Only Millbrook and Ashford ever published their costs.", "in 2019.")],
    )


class BruteForceIndex:
    """A `PassageIndex` over one document in plain NumPy: cosines, and shared terms weighed by rarity."""

    version = "brute-force"

    def __init__(self, document: Document, embedder: Embedder) -> None:
        self._document = document
        self.cards = (document.card,)
        self.passages: Sequence[Passage] = chunk(document, embedder.count_tokens, embedder.window)
        self.sentences: Sequence[IndexedSentence] = [
            IndexedSentence(row, sentence) for row, p in enumerate(self.passages) for sentence in p.sentences
        ]
        texts = [self.passages[s.passage_row].slice(s.sentence.span) for s in self.sentences]
        self._vectors = (
            embedder.embed_passages([p.embedded_text for p in self.passages]),
            embedder.embed_passages(texts),
        )
        self._terms = ([set(terms(p.embedded_text)) for p in self.passages], [set(terms(text)) for text in texts])

    def document(self, document_id: str) -> Document:
        return {self._document.id: self._document}[document_id]

    def search(self, vector: Vectors, text: str, limit: int) -> SearchResult:
        dense = [self._ranking(vectors @ vector, limit, -2.0) for vectors in self._vectors]
        wanted = set(terms(text))
        lexical = [
            self._ranking(np.array([sum(self.term_weight(t) for t in wanted & own) for own in rows]), limit, 0.0)
            for rows in self._terms
        ]
        return SearchResult(dense[0], dense[1], lexical[0], lexical[1])

    def limited_to(self, document_ids: Collection[str]) -> BruteForceIndex:
        """There is one document here: it is in, or there is nothing to search."""
        if self._document.id not in document_ids:
            raise ValueError("the fake can't be empty")
        return self

    def _ranking(self, scores: Vectors, limit: int, above: float) -> Ranking:
        rows = sorted((row for row in range(len(scores)) if scores[row] > above), key=lambda row: (-scores[row], row))
        return Ranking(tuple(rows[:limit]), tuple(float(scores[row]) for row in rows[:limit]))

    def expand(self, text: str, document_id: str | None = None) -> str:  # noqa: ARG002 - the port's signature
        return text

    def long_forms(self, text: str, document_id: str) -> list[LongForm]:  # noqa: ARG002 - the port's signature
        return []

    def sentence_rows(self, passage_row: int) -> range:
        rows = [row for row, s in enumerate(self.sentences) if s.passage_row == passage_row]
        return range(rows[0], rows[-1] + 1)

    def similarities(self, vector: Vectors, rows: Sequence[int]) -> Vectors:
        return np.asarray(self._vectors[1][list(rows)] @ vector, dtype=np.float32)

    def term_weight(self, term: str) -> float:
        found = sum(term in own for own in self._terms[1])
        return math.log(1 + (len(self._terms[1]) - found + 0.5) / (found + 0.5))


class WordReader:
    """A reader without a model: shared words are evidence."""

    languages = frozenset({"en"})

    def __init__(self) -> None:
        self.read_windows = 0
        self.asked: list[str] = []

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        wanted = set(terms(question))
        self.read_windows += len(windows)
        self.asked.append(question)
        readings = []
        for window in windows:
            evidence = tuple(4.0 * len(wanted & set(terms(s.of(window.text)))) - 4.0 for s in window.sentences)
            readings.append(Reading(max(evidence, default=-4.0), evidence))
        return readings


class OnlyAbout:
    """A judge that lets through what asks about one word."""

    def __init__(self, word: str) -> None:
        self._word = word

    def assess(self, query: Query, evidence: Evidence, draft: Draft) -> Assessment:  # noqa: ARG002 - the port's
        return Assessment(float(self._word in query.text.lower()), ())
