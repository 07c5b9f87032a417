"""Which sentences of the evidence answer best.

A sentence's score is a weighted sum of a few measures of it and of where it stands. The weights were fitted by
listwise softmax on 479 questions of SQuAD 2.0 and on the eval cases that developers may look at, and rounded; see
docs/decisions.md for the figures, and for what was tried and left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bot.questions import Expected, Shape, holds
from bot.retrieve import Candidate, Evidence
from bot.rewrite import Query
from index.lexical import terms
from index.passages import Passage, SentenceKind
from index.ports import PassageIndex

_SIMILARITY = 1.0
_PASSAGE_RANK = 0.4
_KIND = 0.2
_LEAD_IN = -0.17
_NOTE = 0.1
_TABLE = -0.1
"""A row is dense with words that questions use, and harder to quote than a sentence that says the same."""
_FORMS = {
    SentenceKind.LEAD_IN: _LEAD_IN,
    SentenceKind.NOTE: _NOTE,
    SentenceKind.TABLE_ROW: _TABLE,
    SentenceKind.TABLE_HEADER: 2 * _TABLE,
}
_LISTED = 0.15
_LENGTH = 0.2

# How much of a question's word counts as covered by where it stands; the best place counts.
_IN_SENTENCE = 1.0
_IN_HEADING = 0.5
_IN_SENTENCE_BEFORE = 0.4
_IN_PASSAGE = 0.1

_COVERAGE = 0.9
_WEIGHT_OF_EARLIER_TERMS = 0.5


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A candidate with its score, and the question's terms that it or its heading holds."""

    candidate: Candidate
    score: float
    covers: frozenset[str]


class SentenceRanker:
    """Ranks candidates for a question."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._languages = {document.id: document.language for document in index.documents}

    def rank(self, query: Query, evidence: Evidence) -> list[RankedSentence]:
        """Every candidate, best first, ties by row."""
        weights = self.weights(query)
        best = max((scored.score for scored in evidence.passages), default=1.0)
        rank_of = {scored.passage.id: scored.score / best for scored in evidence.passages}
        ranked = [self._score(c, query, weights, rank_of[c.passage.id]) for c in evidence.candidates]
        return sorted(ranked, key=lambda r: (-r.score, r.candidate.row))

    def weights(self, query: Query) -> dict[str, float]:
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

    def _score(self, candidate: Candidate, query: Query, weights: dict[str, float], rank: float) -> RankedSentence:
        presence = self._presence(candidate)
        total = sum(weights.values()) or 1.0
        covered = sum(weight * presence.get(term, 0.0) for term, weight in weights.items()) / total
        score = _SIMILARITY * candidate.similarity + _PASSAGE_RANK * rank + _COVERAGE * covered
        score += _form(candidate, query)
        covers = frozenset(term for term in weights if presence.get(term, 0.0) >= _IN_HEADING)
        return RankedSentence(candidate, score, covers)

    def _presence(self, candidate: Candidate) -> dict[str, float]:
        """For each term near the candidate, how fully it counts as the candidate's own."""
        passage = candidate.passage
        language = self._languages[passage.document_id]
        presence = dict.fromkeys(terms(passage.text, language), _IN_PASSAGE)
        presence.update(dict.fromkeys(terms(self._sentence_before(candidate), language), _IN_SENTENCE_BEFORE))
        presence.update(dict.fromkeys(terms(" ".join(passage.section), language), _IN_HEADING))
        own = self._index.expand(f"{lead_in_text(passage, candidate)} {candidate.text}", passage.document_id)
        presence.update(dict.fromkeys(terms(own, language), _IN_SENTENCE))
        return presence

    def _sentence_before(self, candidate: Candidate) -> str:
        if candidate.row == self._index.sentence_rows(candidate.passage_row).start:
            return ""
        return candidate.passage.slice(self._index.sentences[candidate.row - 1].sentence.span)


def _form(candidate: Candidate, query: Query) -> float:
    """What the sentence's form is worth: the kind of thing it holds, its length, its place in a list."""
    asked, kind = query.asked, candidate.sentence.kind
    score = _LENGTH * math.log1p(len(candidate.text.split())) / 4
    if asked.expected is not Expected.ANYTHING:
        score += _KIND if holds(asked.expected, candidate.text) else -_KIND
    if asked.shape is Shape.LIST and kind in {SentenceKind.LEAD_IN, SentenceKind.LIST_ITEM}:
        score += _LISTED
    score += _FORMS.get(kind, 0.0)
    return score


def lead_in_text(passage: Passage, candidate: Candidate) -> str:
    """The text that leads in a list item or table row, empty for other sentences."""
    lead_in = candidate.sentence.lead_in
    if lead_in is None:
        return ""
    return passage.slice(lead_in) if passage.span.contains(lead_in) else passage.lead_in or ""
