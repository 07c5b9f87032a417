"""Hybrid retrieval: BM25 and dense vectors, over passages and sentences, fused by reciprocal rank.

Reciprocal rank fusion: Cormack, Clarke & Büttcher, SIGIR 2009; k = 60 as in the paper.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from bot.answers import ScoredPassage
from bot.gloss import Glosser, glosser_for
from bot.reader import Reading
from bot.rewrite import Query
from corpus.language import base_language
from index.passages import Passage, Sentence
from index.ports import Embedder, PassageIndex, Ranking, SearchResult, Vectors

_RRF_K = 60
_DEPTH = 100
"""Rows taken from each ranking before they are fused."""

_PASSAGES = 8
"""Passages whose sentences may be quoted."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that an answer may quote, with its cosine to the query."""

    row: int
    passage_row: int
    passage: Passage
    sentence: Sentence
    text: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer may use: passages, best first, and their sentences.

    ``similarity`` is the highest cosine of a passage to the query. ``readings`` are the reader's, by passage id; empty
    where none has read.
    """

    passages: tuple[ScoredPassage, ...]
    candidates: tuple[Candidate, ...]
    similarity: float
    readings: Mapping[str, Reading] = field(default_factory=dict)

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of that id, if it is among the evidence."""
        return next((s.passage for s in self.passages if s.passage.id == passage_id), None)


class Retriever:
    """Searches one index with one embedder."""

    def __init__(self, index: PassageIndex, embedder: Embedder) -> None:
        self.index = index
        self._embedder = embedder
        self.cards = {card.id: card for card in index.cards}
        """The documents, by id."""

    @cached_property
    def gloss(self) -> Glosser:
        """What puts a question that isn't in a language of the documents into theirs; it takes a while to learn."""
        return glosser_for(self.cards.values(), self.index.passages)

    @cached_property
    def languages(self) -> frozenset[str]:
        """The documents' languages, without regions."""
        return frozenset(base_language(card.language) for card in self.cards.values())

    def search(self, query: Query) -> Evidence:
        """The evidence for *query*: each of its texts is searched in four ways, and all rankings are fused."""
        texts = [self.index.expand(text) for text in query.texts]
        vectors = [self._embedder.embed_query(text) for text in texts]
        results = [self.index.search(vector, text, _DEPTH) for vector, text in zip(vectors, texts, strict=True)]
        fused = fuse(ranking for result in results for ranking in self._passage_rankings(result))
        best = self._distinct(sorted(fused.items(), key=lambda item: (-item[1], item[0])))
        return Evidence(
            passages=tuple(ScoredPassage(self.index.passages[row], score) for row, score in best),
            candidates=self._candidates([row for row, _ in best], vectors),
            similarity=max((s for result in results for s in result.dense_passages.scores[:1]), default=0.0),
        )

    def _distinct(self, ranked: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        """The best passages, each text once: of documents that share it, the newest has it."""
        kept: dict[str, tuple[int, float]] = {}
        for row, score in ranked:
            passage = self.index.passages[row]
            text = " ".join(passage.text.split()).casefold()
            if text not in kept:
                if len(kept) == _PASSAGES:
                    break
                kept[text] = (row, score)
            elif self._as_of(passage) > self._as_of(self.index.passages[kept[text][0]]):
                kept[text] = (row, kept[text][1])
        return list(kept.values())

    def _as_of(self, passage: Passage) -> date:
        return self.cards[passage.document_id].as_of or date.min

    def _passage_rankings(self, result: SearchResult) -> list[Sequence[int]]:
        return [
            result.dense_passages.rows,
            result.lexical_passages.rows,
            self._passages_of(result.dense_sentences),
            self._passages_of(result.lexical_sentences),
        ]

    def _passages_of(self, sentences: Ranking) -> list[int]:
        """The passages of ranked sentences, each at the place of its best sentence."""
        return list(dict.fromkeys(self.index.sentences[row].passage_row for row in sentences.rows))

    def _candidates(self, passage_rows: list[int], vectors: list[Vectors]) -> tuple[Candidate, ...]:
        rows = [row for passage_row in passage_rows for row in self.index.sentence_rows(passage_row)]
        if not rows:
            return ()
        similarities = [self.index.similarities(vector, rows) for vector in vectors]
        return tuple(
            self._candidate(row, max(float(of_vector[i]) for of_vector in similarities)) for i, row in enumerate(rows)
        )

    def _candidate(self, row: int, similarity: float) -> Candidate:
        indexed = self.index.sentences[row]
        passage = self.index.passages[indexed.passage_row]
        text = passage.slice(indexed.sentence.span)
        return Candidate(row, indexed.passage_row, passage, indexed.sentence, text, similarity)


def fuse(rankings: Iterable[Sequence[int]]) -> dict[int, float]:
    """Reciprocal rank fusion: each ranking gives a row 1 / (60 + its rank, counted from 1)."""
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, row in enumerate(ranking, start=1):
            scores[row] += 1 / (_RRF_K + rank)
    return dict(scores)
