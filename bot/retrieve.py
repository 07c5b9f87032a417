"""Hybrid retrieval: BM25 and dense vectors, over passages and sentences, fused by their standardised scores.

A weighted sum of scores, as in Bruch, Gai & Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS 2023:
unlike reciprocal ranks it keeps how far apart the first and the second are. docs/decisions.md has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from statistics import fmean, pstdev

from bot.answers import ScoredPassage
from bot.gloss import Glosser, glosser_for
from bot.reader import Reading
from bot.rewrite import Query
from corpus.language import base_language
from index.passages import Passage, Sentence
from index.ports import Embedder, PassageIndex, Ranking, SearchResult, Vectors

_DEPTH = 100
"""Rows taken from each ranking before they are fused."""
_FEW = 5
"""Where a search for words finds fewer rows, those that it didn't find count too, with a score of 0."""

Search = tuple[Mapping[int, float], float]
"""What a search gives the row of each passage that it found, standardised; and what it gives all others."""
Scores = tuple[Search, ...]
"""Of the four searches."""
WEIGHTS = (0.78, 0.46, 0.88, 0.23)
"""Of a passage's standardised score in each search: dense, lexical; and its best sentence's: dense, lexical.

`scripts.reader.fit_fusion` fitted them to the questions of the samples that the reader is trained on.
"""

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
        """The evidence for *query*: each of its texts is searched in four ways, and all scores are fused."""
        vectors, results = self._searched(query)
        fused = fuse(by_search(map(self._scores, results)))
        best = self._distinct(sorted(fused.items(), key=lambda item: (-item[1], item[0])))
        return Evidence(
            passages=tuple(ScoredPassage(self.index.passages[row], score) for row, score in best),
            candidates=self._candidates([row for row, _ in best], vectors),
            similarity=max((s for result in results for s in result.dense_passages.scores[:1]), default=0.0),
        )

    def searches(self, query: Query) -> list[Scores]:
        """For each text of *query*, what the four searches score the passages found."""
        return [self._scores(result) for result in self._searched(query)[1]]

    def _searched(self, query: Query) -> tuple[list[Vectors], list[SearchResult]]:
        texts = [self.index.expand(text) for text in query.texts]
        vectors = [self._embedder.embed_query(text) for text in texts]
        return vectors, [self.index.search(v, text, _DEPTH) for v, text in zip(vectors, texts, strict=True)]

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

    def _scores(self, result: SearchResult) -> Scores:
        """Of the four searches of *result*: the score of each passage that was found, or of its best sentence."""
        found = self._passages_of
        return (
            _search(result.dense_passages.rows, result.dense_passages.scores),
            _search(result.lexical_passages.rows, result.lexical_passages.scores, _FEW),
            _search(found(result.dense_sentences), result.dense_sentences.scores),
            _search(found(result.lexical_sentences), result.lexical_sentences.scores, _FEW),
        )

    def _passages_of(self, sentences: Ranking) -> list[int]:
        return [self.index.sentences[row].passage_row for row in sentences.rows]

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


def _search(rows: Sequence[int], scores: Sequence[float], few: int = 0) -> Search:
    """Of *scores*, best first, each row has its first. Where there are fewer than *few*, a 0 for the others joins them:
    the only passage that holds a rare word would else be like all that don't.
    """
    made = standardised([*scores, 0.0] if 0 < len(scores) < few else scores)
    found: dict[int, float] = {}
    for row, score in zip(rows, made, strict=False):
        found.setdefault(row, score)
    return found, min(made, default=0.0)


def standardised(scores: Sequence[float]) -> list[float]:
    """*scores* with mean 0 and standard deviation 1, so that no search outweighs another by its scale."""
    mean, deviation = (fmean(scores), pstdev(scores)) if scores else (0.0, 0.0)
    return [(score - mean) / deviation if deviation else 0.0 for score in scores]


def by_search(texts: Iterable[Scores]) -> list[Search]:
    """For each search, the highest score of each row under any of the *texts*, and the least for all others."""
    return [_best_of(runs) for runs in zip(*texts, strict=True)]


def _best_of(runs: Sequence[Search]) -> Search:
    best: dict[int, float] = {}
    for found, _ in runs:
        for row, score in found.items():
            best[row] = max(score, best.get(row, score))
    return best, min(least for _, least in runs)


def fuse(searches: Sequence[Search]) -> dict[int, float]:
    """For each row found, its share of the whole: a softmax over the weighted sums of its scores.

    *searches* as `by_search` makes them.
    """
    sums = {
        row: sum(weight * found.get(row, least) for weight, (found, least) in zip(WEIGHTS, searches, strict=True))
        for row in dict.fromkeys(row for found, _ in searches for row in found)
    }
    best = max(sums.values(), default=0.0)
    shares = {row: math.exp(total - best) for row, total in sums.items()}
    whole = sum(shares.values())
    return {row: share / whole for row, share in shares.items()}
