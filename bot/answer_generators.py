"""Drafts without a language model: the fewest sentences of the evidence that answer, word for word."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from bot.answers import Claim, Draft, Source
from bot.logistic import Logistic
from bot.questions import Question, Shape
from bot.rank import RankedSentence, SentenceRanker
from bot.retrieve import Candidate, Evidence
from bot.rewrite import Query
from index.lexical import terms
from index.passages import Passage, SentenceKind
from index.ports import PassageIndex

_MOST_SENTENCES = 3
"""An answer's sentences, a list counted as one."""
_LIKELY = 0.12
"""A further sentence is shown where it is at least this likely part of the answer…"""
_LIKELY_BESIDE_BEST = 0.15
"""…and at least this likely as a share of the best."""
_LIKELY_FOR_NAME = 0.04
"""The least likelihood of a sentence that is shown because only it holds one of the question's names."""
_SHARE_OF_LIST = 0.5
"""Where this share of a list's items is likely, the list is what was asked for."""
_LONGEST_LIST = 60
_SHARED_WORDS = 0.6
"""Two sentences that share this much of the shorter one's words, figures apart, say something of the same thing."""

_MOST_DIFFERING = 2
"""Further documents that are quoted because they disagree with the one that answers best."""

_HEADS_OF_LISTS = frozenset({SentenceKind.LEAD_IN, SentenceKind.TABLE_HEADER})
_PARTS_OF_LISTS = _HEADS_OF_LISTS | {SentenceKind.LIST_ITEM, SentenceKind.TABLE_ROW}

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

    def __init__(self, index: PassageIndex, models: Mapping[str, Logistic] | None = None) -> None:
        self._index = index
        self._ranker = SentenceRanker(index, models)
        self._as_of = {card.id: card.as_of or date.min for card in index.cards}

    def draft(self, question: Query, evidence: Evidence) -> Draft:
        """The best sentences for *question*, in reading order, each with what it leans on."""
        ranked = self._ranker.rank(question, evidence)
        if not ranked:
            return Draft()
        likely = [entry for entry in ranked if entry.probability >= _LIKELY_FOR_NAME] or ranked[:1]
        other = [entry for entry in likely if self._disagree(ranked[0].candidate, entry.candidate)]
        chosen = self._chosen(question.asked, likely, {entry.candidate.row for entry in other})
        differing = self._newest(other)
        rows = list(dict.fromkeys([*chosen, *differing]))
        return Draft(self._claims(rows, newest_first=bool(differing)))

    def _disagree(self, best: Candidate, other: Candidate) -> bool:
        """Whether *other* says in another document, with other figures, what *best* says."""
        return other.passage.document_id != best.passage.document_id and differ(best.text, other.text)

    def _newest(self, ranked: Sequence[RankedSentence]) -> list[int]:
        """The likeliest sentence of each document, of many documents the newest."""
        rows: dict[str, int] = {}
        for entry in ranked:
            if entry.probability >= _LIKELY:
                rows.setdefault(entry.candidate.passage.document_id, entry.candidate.row)
        newest = sorted(rows, key=lambda id_: self._as_of[id_], reverse=True)
        return [rows[id_] for id_ in newest[:_MOST_DIFFERING]]

    def _chosen(self, asked: Question, ranked: Sequence[RankedSentence], other: Collection[int]) -> list[int]:
        """The rows of the best sentence and of those about as likely, each with what it leans on.

        One of the rows *other*, which disagree with the best, is chosen only for a name that no other row holds.
        """
        least = max(_LIKELY, ranked[0].probability * _LIKELY_BESIDE_BEST)
        likely = [e.candidate.row for e in ranked if e.probability >= least and e.candidate.row not in other]
        likely = likely or [ranked[0].candidate.row]
        likely = self._with_each_name(asked, ranked, likely[:_MOST_SENTENCES]) + likely[_MOST_SENTENCES:]
        rows: list[int] = []
        units = 0
        for row in likely:
            if row in rows:
                continue
            if units == _MOST_SENTENCES:
                break
            rows += self._unit(row, asked, set(likely))
            units += 1
        return list(dict.fromkeys(rows))

    def _with_each_name(self, asked: Question, ranked: Sequence[RankedSentence], chosen: list[int]) -> list[int]:
        """*chosen*, and for each name of the question that none of them holds the likeliest sentence that does.

        A comparison names both its sides, and each may stand in a section of its own.
        """
        covers = {entry.candidate.row: entry.covers for entry in ranked}
        there = frozenset().union(*(covers[row] for row in chosen))
        added = []
        for name in asked.names:
            holding = (e for e in ranked if name in e.covers and e.probability >= _LIKELY_FOR_NAME)
            entry = next(holding, None)
            if name not in there and entry is not None:
                added.append(entry.candidate.row)
                there |= entry.covers
        return [*chosen[: max(1, _MOST_SENTENCES - len(added))], *added]

    def _unit(self, row: int, asked: Question, likely: set[int]) -> list[int]:
        """*row* with what it can't be read without; the whole list or table where that is what is asked for."""
        if self._kind(row) not in _PARTS_OF_LISTS:
            return [*self._support(row), row]
        whole = self._list_rows(row)
        items = [part for part in whole if self._kind(part) not in _HEADS_OF_LISTS]
        wanted = [item for item in items if item in likely]
        most = len(wanted) >= max(2.0, _SHARE_OF_LIST * len(items))
        if asked.shape is Shape.LIST or most or not wanted:
            return whole
        return [part for part in whole if part in wanted or part not in items]

    def _kind(self, row: int) -> SentenceKind:
        return self._index.sentences[row].sentence.kind

    def _list_rows(self, row: int) -> list[int]:
        """The rows of the lead-in and of every item of the list that *row* belongs to."""
        sentence = self._index.sentences[row].sentence
        lead_in = sentence.span if sentence.kind in _HEADS_OF_LISTS else sentence.lead_in
        document_id = self._passage(row).document_id
        near = range(max(0, row - _LONGEST_LIST), min(len(self._index.sentences), row + _LONGEST_LIST))
        beside = [(i, self._index.sentences[i].sentence) for i in near if self._passage(i).document_id == document_id]
        heads = {lead_in}
        if sentence.kind is SentenceKind.LEAD_IN:  # what leads in a table leads in its header, and that its rows
            heads |= {s.span for _, s in beside if s.kind is SentenceKind.TABLE_HEADER and s.lead_in == lead_in}
        return [i for i, other in beside if heads & {other.span, other.lead_in}] or [row]

    def _support(self, row: int) -> list[int]:
        """The lead-in of an item, the header of a table's row; the sentence before one that leans on it."""
        sentence = self._index.sentences[row].sentence
        if sentence.lead_in is not None:
            return [i for i in self._list_rows(row) if self._index.sentences[i].sentence.span == sentence.lead_in]
        first = self._index.sentence_rows(self._index.sentences[row].passage_row).start
        return [row - 1] if leans(self._text(row)) and row > first else []

    def _passage(self, row: int) -> Passage:
        return self._index.passages[self._index.sentences[row].passage_row]

    def _text(self, row: int) -> str:
        return self._passage(row).slice(self._index.sentences[row].sentence.span)

    def _claims(self, rows: list[int], *, newest_first: bool) -> tuple[Claim, ...]:
        """Claims in reading order, the document of the best sentence first, or the newest."""
        documents = list(dict.fromkeys(self._passage(row).document_id for row in rows))
        if newest_first:
            documents.sort(key=lambda document: self._as_of[document], reverse=True)
        ordered = sorted(rows, key=lambda row: (documents.index(self._passage(row).document_id), row))
        return tuple(self._claim(row, row - 1 in rows) for row in ordered)

    def _claim(self, row: int, follows: bool) -> Claim:
        passage, sentence = self._passage(row), self._index.sentences[row].sentence
        text = self._text(row)
        alone = leans(text) and not follows and sentence.lead_in is None
        about = passage.section[-1] if alone and passage.section else None
        return Claim(text, (Source(passage.id, sentence.span),), about, sentence.kind is SentenceKind.LIST_ITEM)


def differ(one: str, other: str) -> bool:
    """Whether two sentences say the same with different figures: most of the shorter one's other words are shared.

    Each must have a figure that the other lacks: one that only tells more doesn't disagree.
    """
    sides = [set(terms(text)) for text in (one, other)]
    figures = [{term for term in side if term[0].isdigit()} for side in sides]
    told = [side - of_side for side, of_side in zip(sides, figures, strict=True)]
    shared = len(told[0] & told[1]) >= _SHARED_WORDS * max(1, min(map(len, told)))
    return shared and bool(figures[0] - figures[1]) and bool(figures[1] - figures[0])


def leans(text: str) -> bool:
    """Whether a sentence opens with a word that points outside itself ("However, they …", "This model …")."""
    return bool(_LEANS.match(text))
