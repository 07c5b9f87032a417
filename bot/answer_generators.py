"""Drafts without a language model: the fewest sentences of the evidence that answer, word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answers import Claim, Draft, Source
from bot.questions import Question, Shape
from bot.rank import RankedSentence, SentenceRanker
from bot.retrieve import Evidence
from bot.rewrite import Query
from index.passages import Passage, SentenceKind
from index.ports import PassageIndex

_MOST_SENTENCES = 3
_NEAR_TIE = 0.12
"""A sentence scored this close to the best is as likely the answer."""
_GAIN = 0.2
"""The share of the question's weight that a sentence must add to be shown beside a better one…"""
_GAIN_WITHIN = 0.4
"""…and how close to the best it must still come."""
_LIST_WITHIN = 0.25
_LONGEST_LIST = 60

_LEANS = re.compile(
    r"^[\"“(]?(?:however|moreover|additionally|furthermore|also|but|and|yet|instead|therefore|thus|hence|so|then|"
    r"in addition|in contrast|by contrast|for example|for instance|similarly|likewise|meanwhile|nevertheless|"
    r"nonetheless|consequently|as a result|indeed|this|these|those|that|such|it|they|he|she|its|their|his|her|"
    r"both|neither|either|the (?:former|latter|same)|"
    r"sin embargo|adem[aá]s|tambi[eé]n|por ejemplo|est[aeo]s?|es[aeo]s?|ell[ao]s?|por lo tanto|as[ií])\b",
    re.IGNORECASE,
)


class ExtractiveGenerator:
    """Quotes; never writes. The default generator, which needs no model of its own."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._ranker = SentenceRanker(index)

    def draft(self, question: Query, evidence: Evidence) -> Draft:
        """The best sentences for *question*, in reading order, each with what it leans on."""
        ranked = self._ranker.rank(question, evidence)
        if not ranked:
            return Draft()
        rows = self._whole_list(question.asked, ranked) or self._fewest(question, ranked)
        return Draft(self._claims(rows))

    def _whole_list(self, asked: Question, ranked: Sequence[RankedSentence]) -> list[int]:
        """A lead-in and all its items, where the best sentence is a lead-in, or a list is wanted and one is near."""
        best = ranked[0]
        for entry in ranked[:_MOST_SENTENCES]:
            kind = entry.candidate.sentence.kind
            listed = kind in {SentenceKind.LEAD_IN, SentenceKind.LIST_ITEM}
            near = entry.score >= best.score - _LIST_WITHIN
            if (kind is SentenceKind.LEAD_IN and entry is best) or (listed and near and asked.shape is Shape.LIST):
                return self._list_rows(entry.candidate.row)
        return []

    def _list_rows(self, row: int) -> list[int]:
        """The rows of the lead-in and of every item of the list that *row* belongs to."""
        sentence = self._index.sentences[row].sentence
        lead_in = sentence.span if sentence.kind is SentenceKind.LEAD_IN else sentence.lead_in
        document_id = self._passage(row).document_id
        near = range(max(0, row - _LONGEST_LIST), min(len(self._index.sentences), row + _LONGEST_LIST))
        return [
            i
            for i in near
            if self._passage(i).document_id == document_id
            and lead_in in {self._index.sentences[i].sentence.span, self._index.sentences[i].sentence.lead_in}
        ] or [row]

    def _fewest(self, question: Query, ranked: Sequence[RankedSentence]) -> list[int]:
        """The best sentence, and up to two more that say what it doesn't or that are as likely."""
        weights = self._ranker.weights(question)
        total = sum(weights.values()) or 1.0
        best = ranked[0]
        chosen, covered = [best.candidate.row], set(best.covers)
        for entry in ranked[1:]:
            gain = sum(weights[term] for term in entry.covers - covered) / total
            near = entry.score >= best.score - _NEAR_TIE
            if near or (gain >= _GAIN and entry.score >= best.score - _GAIN_WITHIN):
                chosen.append(entry.candidate.row)
                covered |= entry.covers
            if len(chosen) == _MOST_SENTENCES:
                break
        return self._shared_list(chosen) or self._with_support(chosen)

    def _shared_list(self, rows: list[int]) -> list[int]:
        """The whole list, where the best sentence and another chosen one are parts of it: then it is what's asked."""
        best = self._index.sentences[rows[0]].sentence
        if best.kind not in {SentenceKind.LIST_ITEM, SentenceKind.LEAD_IN}:
            return []
        whole = self._list_rows(rows[0])
        return whole if set(rows[1:]) & set(whole) else []

    def _with_support(self, rows: list[int]) -> list[int]:
        """*rows*, each with what it leans on, as long as the answer stays short; the best always gets its support."""
        supported: list[int] = []
        for row in rows:
            needed = [*self._support(row), row]
            if supported and len({*supported, *needed}) > _MOST_SENTENCES:
                continue
            supported += needed
        return list(dict.fromkeys(supported))

    def _support(self, row: int) -> list[int]:
        """The lead-in of an item; a list's items for a lead-in; the sentence before one that leans on it."""
        sentence = self._index.sentences[row].sentence
        if sentence.kind is SentenceKind.LEAD_IN:
            return self._list_rows(row)
        if sentence.lead_in is not None:
            return [i for i in self._list_rows(row) if self._index.sentences[i].sentence.span == sentence.lead_in]
        first = self._index.sentence_rows(self._index.sentences[row].passage_row).start
        return [row - 1] if leans(self._text(row)) and row > first else []

    def _passage(self, row: int) -> Passage:
        return self._index.passages[self._index.sentences[row].passage_row]

    def _text(self, row: int) -> str:
        return self._passage(row).slice(self._index.sentences[row].sentence.span)

    def _claims(self, rows: list[int]) -> tuple[Claim, ...]:
        """Claims in reading order, the document of the best sentence first."""
        documents = list(dict.fromkeys(self._passage(row).document_id for row in rows))
        ordered = sorted(rows, key=lambda row: (documents.index(self._passage(row).document_id), row))
        return tuple(self._claim(row, row - 1 in rows) for row in ordered)

    def _claim(self, row: int, follows: bool) -> Claim:
        passage, sentence = self._passage(row), self._index.sentences[row].sentence
        text = self._text(row)
        alone = leans(text) and not follows and sentence.lead_in is None
        about = passage.section[-1] if alone and passage.section else None
        return Claim(text, (Source(passage.id, sentence.span),), about, sentence.kind is SentenceKind.LIST_ITEM)


def leans(text: str) -> bool:
    """Whether a sentence opens with a word that points outside itself ("However, they …", "This model …")."""
    return bool(_LEANS.match(text))
