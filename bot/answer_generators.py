"""Drafts without a language model: the fewest sentences of the evidence that answer, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answers import Claim, Draft, Source
from bot.questions import Expected, Question, Shape, holds
from bot.retrieve import Candidate, Evidence
from bot.rewrite import Query
from corpus.documents import Span
from index.lexical import terms
from index.passages import Passage, SentenceKind
from index.ports import PassageIndex

_MOST_SENTENCES = 3

# How much of a question's word counts as covered by where it stands. Measured: see docs/decisions.md.
_IN_SENTENCE = 1.0
_IN_HEADING = 0.7
_IN_SENTENCE_BEFORE = 0.5
_IN_PASSAGE = 0.35

_WEIGHT_OF_EARLIER_TERMS = 0.5
_WEIGHT_OF_NAMES = 1.5

_COVERAGE = 0.6
_EXPECTED_KIND = 0.12
_RANK = 0.15

_NEAR_TIE = 0.04
_GAIN = 0.18
_GAIN_WITHIN = 0.3

_LEANS = re.compile(
    r"^[\"“(]?(?:however|moreover|additionally|furthermore|also|but|and|yet|instead|therefore|thus|hence|so|then|"
    r"in addition|in contrast|by contrast|for example|for instance|similarly|likewise|meanwhile|nevertheless|"
    r"nonetheless|consequently|as a result|indeed|this|these|those|that|such|it|they|he|she|its|their|his|her|"
    r"both|neither|either|the (?:former|latter|same|study|report|order|rule|law|model|program|programme|agency|"
    r"bill|act|figure|change|review|decision)s?|"
    r"sin embargo|adem[aá]s|tambi[eé]n|por ejemplo|est[aeo]s?|es[aeo]s?|ell[ao]s?|por lo tanto|as[ií])\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A candidate with its score and the question's terms that it covers."""

    candidate: Candidate
    score: float
    covers: frozenset[str]


class ExtractiveGenerator:
    """Quotes; never writes. The default generator, which needs no model of its own."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index

    def draft(self, question: Query, evidence: Evidence) -> Draft:
        """The best sentences for *question*, in reading order, each with what it leans on."""
        ranked = self.rank(question, evidence)
        if not ranked:
            return Draft()
        if items := self._whole_list(question.asked, ranked):
            return Draft(_claims(items, self._index))
        chosen = self._fewest(question, ranked)
        return Draft(_claims(chosen, self._index))

    def rank(self, question: Query, evidence: Evidence) -> list[RankedSentence]:
        """Every candidate, best first."""
        weights = self.weights(question)
        best_rank = max((scored.score for scored in evidence.passages), default=1.0)
        rank_of = {scored.passage.id: scored.score / best_rank for scored in evidence.passages}
        ranked = [self._score(c, question, weights, rank_of[c.passage.id]) for c in evidence.candidates]
        return sorted(ranked, key=lambda r: (-r.score, r.candidate.row))

    def weights(self, question: Query) -> dict[str, float]:
        """How much each term of the question matters: rare ones and names more, those of earlier turns less."""
        weights: dict[str, float] = {}
        if question.before:
            for term in question.before.terms:
                weights[term] = self._index.term_weight(term) * _WEIGHT_OF_EARLIER_TERMS
        for term in question.asked.terms:
            named = _WEIGHT_OF_NAMES if term in question.asked.names else 1.0
            weights[term] = self._index.term_weight(term) * named
        return weights

    def _score(
        self, candidate: Candidate, question: Query, weights: dict[str, float], rank: float
    ) -> RankedSentence:
        presence = self._presence(candidate)
        total = sum(weights.values()) or 1.0
        covered = sum(weight * presence.get(term, 0.0) for term, weight in weights.items()) / total
        kind = holds(question.asked.expected, candidate.text) and question.asked.expected is not Expected.ANYTHING
        score = candidate.similarity + _COVERAGE * covered + _EXPECTED_KIND * kind + _RANK * rank
        covers = frozenset(term for term in weights if presence.get(term, 0.0) >= _IN_HEADING)
        return RankedSentence(candidate, score, covers)

    def _presence(self, candidate: Candidate) -> dict[str, float]:
        """For each term near the candidate, how fully it counts as the candidate's own."""
        passage = candidate.passage
        language = self._language(passage)
        presence = dict.fromkeys(terms(passage.text, language), _IN_PASSAGE)
        before = self._sentence_before(candidate)
        presence.update(dict.fromkeys(terms(before, language), _IN_SENTENCE_BEFORE))
        presence.update(dict.fromkeys(terms(" ".join(passage.section), language), _IN_HEADING))
        own = f"{self._lead_in(candidate)} {candidate.text}"
        presence.update(dict.fromkeys(terms(own, language), _IN_SENTENCE))
        return presence

    def _language(self, passage: Passage) -> str:
        return next(d.language for d in self._index.documents if d.id == passage.document_id)

    def _lead_in(self, candidate: Candidate) -> str:
        lead_in = candidate.sentence.lead_in
        if lead_in is None:
            return ""
        if candidate.passage.span.contains(lead_in):
            return candidate.passage.slice(lead_in)
        return candidate.passage.lead_in or ""

    def _sentence_before(self, candidate: Candidate) -> str:
        first = self._index.sentence_rows(candidate.passage_row).start
        if candidate.row == first:
            return ""
        return candidate.passage.slice(self._index.sentences[candidate.row - 1].sentence.span)

    def _whole_list(self, asked: Question, ranked: Sequence[RankedSentence]) -> list[int]:
        """The rows of a lead-in and all its items, where the question wants a list and one is near the top."""
        best = ranked[0]
        for entry in ranked[:5]:
            kind = entry.candidate.sentence.kind
            near = entry.score >= best.score - 0.15
            if kind is SentenceKind.LEAD_IN and near and (asked.shape is Shape.LIST or entry is best):
                return self._list_rows(entry.candidate.row)
            if kind is SentenceKind.LIST_ITEM and near and asked.shape is Shape.LIST:
                return self._list_rows(entry.candidate.row)
        return []

    def _list_rows(self, row: int) -> list[int]:
        """The lead-in and every item of the list that *row* belongs to."""
        sentences = self._index.sentences
        sentence = sentences[row].sentence
        lead_in = sentence.span if sentence.kind is SentenceKind.LEAD_IN else sentence.lead_in
        near = range(max(0, row - 60), min(len(sentences), row + 60))
        document = self._index.passages[sentences[row].passage_row].document_id
        return [
            i
            for i in near
            if self._index.passages[sentences[i].passage_row].document_id == document
            and (sentences[i].sentence.span == lead_in or (lead_in and sentences[i].sentence.lead_in == lead_in))
        ] or [row]

    def _fewest(self, question: Query, ranked: Sequence[RankedSentence]) -> list[int]:
        """The best sentence, and up to two more that say what it doesn't or that are as good."""
        weights = self.weights(question)
        total = sum(weights.values()) or 1.0
        best = ranked[0]
        chosen, covered = [best], set(best.covers)
        for entry in ranked[1:]:
            if len(chosen) == _MOST_SENTENCES:
                break
            gain = sum(weights[term] for term in entry.covers - covered) / total
            near = entry.score >= best.score - _NEAR_TIE
            if near or (gain >= _GAIN and entry.score >= best.score - _GAIN_WITHIN):
                chosen.append(entry)
                covered |= entry.covers
        return self._with_support([entry.candidate.row for entry in chosen])

    def _with_support(self, rows: list[int]) -> list[int]:
        """*rows* with the lead-in of each item and the sentence that each leaning sentence leans on."""
        supported: list[int] = []
        for row in rows:
            sentence = self._index.sentences[row].sentence
            if sentence.lead_in is not None:
                supported += [
                    i for i in self._list_rows(row) if self._index.sentences[i].sentence.span == sentence.lead_in
                ]
            elif leans(self._text(row)) and self._has_sentence_before(row):
                supported.append(row - 1)
            supported.append(row)
        return list(dict.fromkeys(supported))

    def _text(self, row: int) -> str:
        indexed = self._index.sentences[row]
        return self._index.passages[indexed.passage_row].slice(indexed.sentence.span)

    def _has_sentence_before(self, row: int) -> bool:
        first = self._index.sentence_rows(self._index.sentences[row].passage_row).start
        return row > first


def leans(text: str) -> bool:
    """Whether a sentence opens with a word that points outside itself ("However, they …", "This model …")."""
    return bool(_LEANS.match(text))


def _claims(rows: Iterable[int], index: PassageIndex) -> tuple[Claim, ...]:
    """Claims in reading order, the document of the best sentence first."""
    rows = list(rows)
    order = list(dict.fromkeys(index.passages[index.sentences[row].passage_row].document_id for row in rows))
    claims = []
    previous: int | None = None
    for row in sorted(
        rows, key=lambda r: (order.index(index.passages[index.sentences[r].passage_row].document_id), r)
    ):
        indexed = index.sentences[row]
        passage, span = index.passages[indexed.passage_row], indexed.sentence.span
        text = passage.slice(span)
        alone = leans(text) and previous != row - 1 and indexed.sentence.lead_in is None
        about = passage.section[-1] if alone and passage.section else None
        item = indexed.sentence.kind is SentenceKind.LIST_ITEM
        claims.append(Claim(text, (Source(passage.id, Span(span.start, span.end)),), about, item))
        previous = row
    return tuple(claims)
