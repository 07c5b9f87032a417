"""Which sentences of the evidence answer best.

Each candidate gets the estimated probability that it is part of the answer: a logistic regression over measures of
the sentence, of where it stands and, where a reader has read its passage, of what the reader makes of it. See
docs/decisions.md for the figures, and for what was tried and left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.logistic import Logistic, fitted, logistic
from bot.questions import Expected, Shape, holds
from bot.retrieve import Candidate, Evidence
from bot.rewrite import Query
from index.lexical import terms
from index.passages import Passage, SentenceKind
from index.ports import PassageIndex

# How much of a question's word counts as covered by where it stands; the best place counts.
_IN_SENTENCE = 1.0
_IN_HEADING = 0.5
_IN_SENTENCE_BEFORE = 0.4
_IN_PASSAGE = 0.1

_WEIGHT_OF_EARLIER_TERMS = 0.5
_KEPT_TEXTS = 16384
"""Sentences, passages and headings whose terms are kept: the same ones come up for every candidate and again."""


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A candidate, the probability that it is part of the answer, and the question's terms that it or its heading
    holds."""

    candidate: Candidate
    probability: float
    covers: frozenset[str]


class SentenceRanker:
    """Ranks candidates for a question."""

    def __init__(self, index: PassageIndex, models: Mapping[str, Logistic] | None = None) -> None:
        self._index = index
        self._models = fitted() if models is None else models
        self._languages = {card.id: card.language for card in index.cards}

    def rank(self, query: Query, evidence: Evidence) -> list[RankedSentence]:
        """Every candidate, likeliest first, ties by row."""
        model = self._models["sentence" if evidence.readings else "sentence_without_reader"]
        ranked = [
            RankedSentence(candidate, logistic(model.logit(features)), covers)
            for candidate, features, covers in self.features(query, evidence)
        ]
        return sorted(ranked, key=lambda r: (-r.probability, r.candidate.row))

    def features(self, query: Query, evidence: Evidence) -> list[tuple[Candidate, dict[str, float], frozenset[str]]]:
        """For each candidate, what the regression sees of it, and the question's terms that it or its heading holds.

        Where a reader has read some passages, only theirs are candidates.
        """
        weights = self._weights(query)
        total = sum(weights.values()) or 1.0
        best = max((scored.score for scored in evidence.passages), default=1.0)
        ranks = {scored.passage.id: scored.score / best for scored in evidence.passages}
        likest = max((candidate.similarity for candidate in evidence.candidates), default=0.0)
        best_read = _best_read(evidence)
        found = []
        for candidate in evidence.candidates:
            if evidence.readings and candidate.passage.id not in evidence.readings:
                continue
            presence = self._presence(candidate)
            covered = sum(weight * presence.get(term, 0.0) for term, weight in weights.items()) / total
            measures = {
                "similarity": candidate.similarity,
                "similarity_behind_best": likest - candidate.similarity,
                "passage_rank": ranks[candidate.passage.id],
                "covered": covered,
                **_form(candidate, query),
                **_read(candidate, evidence, best_read),
            }
            covers = frozenset(term for term in weights if presence.get(term, 0.0) >= _IN_HEADING)
            found.append((candidate, measures, covers))
        return found

    def _weights(self, query: Query) -> dict[str, float]:
        """How much each term of the question matters: rare ones more, those of earlier turns less.

        A term that no sentence holds weighs nothing here: it can't tell sentences apart.
        """
        unseen = self._index.term_weight("\x00unseen")
        weights: dict[str, float] = {}
        if query.before:
            for term in query.before.terms:
                weights[term] = self._index.term_weight(term) * _WEIGHT_OF_EARLIER_TERMS
        for term in query.asked.terms:
            weights[term] = self._index.term_weight(term)
        return {term: weight for term, weight in weights.items() if self._index.term_weight(term) < unseen}

    def _presence(self, candidate: Candidate) -> dict[str, float]:
        """For each term near the candidate, how fully it counts as the candidate's own."""
        passage = candidate.passage
        language = self._languages[passage.document_id]
        presence = dict.fromkeys(_term_set(passage.text, language), _IN_PASSAGE)
        presence.update(dict.fromkeys(_term_set(self._sentence_before(candidate), language), _IN_SENTENCE_BEFORE))
        presence.update(dict.fromkeys(_term_set(" ".join(passage.section), language), _IN_HEADING))
        own = self._index.expand(f"{lead_in_text(passage, candidate)} {candidate.text}", passage.document_id)
        presence.update(dict.fromkeys(_term_set(own, language), _IN_SENTENCE))
        return presence

    def _sentence_before(self, candidate: Candidate) -> str:
        if candidate.row == self._index.sentence_rows(candidate.passage_row).start:
            return ""
        return candidate.passage.slice(self._index.sentences[candidate.row - 1].sentence.span)


@lru_cache(maxsize=_KEPT_TEXTS)
def _term_set(text: str, language: str) -> frozenset[str]:
    return frozenset(terms(text, language))


def _form(candidate: Candidate, query: Query) -> dict[str, float]:
    """What the sentence's form says: the kind of thing it holds, its length, its place in a list."""
    asked, kind = query.asked, candidate.sentence.kind
    listed = kind in {SentenceKind.LEAD_IN, SentenceKind.LIST_ITEM}
    expects = asked.expected is not Expected.ANYTHING
    holds_it = expects and holds(asked.expected, candidate.text)
    return {
        "kind_met": float(holds_it),
        "kind_missing": float(expects and not holds_it),
        "lead_in": float(kind is SentenceKind.LEAD_IN),
        "item": float(kind is SentenceKind.LIST_ITEM),
        "note": float(kind is SentenceKind.NOTE),
        "row": float(kind is SentenceKind.TABLE_ROW),
        "header": float(kind is SentenceKind.TABLE_HEADER),
        "listed_as_asked": float(listed and asked.shape is Shape.LIST),
        "length": math.log1p(len(candidate.text.split())) / 4,
    }


def _read(candidate: Candidate, evidence: Evidence, best: tuple[float, float]) -> dict[str, float]:
    """What the reader says of the sentence and of its passage; nothing where no reader has read.

    *best* are the highest logits of any sentence and of any window.
    """
    reading = evidence.readings.get(candidate.passage.id)
    if reading is None:
        return {}
    place = next(i for i, s in enumerate(candidate.passage.sentences) if s.span == candidate.sentence.span)
    return {
        "read": reading.evidence[place],
        "read_behind_best": best[0] - reading.evidence[place],
        "window_behind_best": best[1] - reading.answers,
    }


def _best_read(evidence: Evidence) -> tuple[float, float]:
    readings = evidence.readings.values()
    sentences = max((logit for reading in readings for logit in reading.evidence), default=0.0)
    return sentences, max((reading.answers for reading in readings), default=0.0)


def lead_in_text(passage: Passage, candidate: Candidate) -> str:
    """The text that leads in a list item or table row, empty for other sentences."""
    lead_in = candidate.sentence.lead_in
    if lead_in is None:
        return ""
    return passage.slice(lead_in) if passage.span.contains(lead_in) else passage.lead_in or ""
