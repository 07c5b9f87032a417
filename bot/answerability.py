"""Whether the text answers: one estimated probability, from what the reader says and from cheap evidence.

A logistic regression over a handful of features of the question, the evidence and the draft; docs/decisions.md says
how well it does on explainers that it wasn't fitted to. A likeness threshold alone can't do this: a question about a
place the text never names looks more like the text than a lay question that it answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.answers import Draft
from bot.logistic import Logistic, fitted
from bot.questions import Expected, holds
from bot.reader import UNREAD
from bot.retrieve import Evidence
from bot.rewrite import Query
from index.lexical import terms
from index.ports import PassageIndex

_OFF_TOPIC_SIMILARITY = 0.33
"""Where no passage or sentence reaches this cosine, none is about what was asked, unless the reader finds that one
answers. On the open cases MiniLM puts the off-topic questions at 0.17 to 0.32, and 72 of 74 answerable ones above."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The estimated probability that the text answers, and what of the question the text doesn't mention."""

    probability: float
    missing: tuple[str, ...]
    off_topic: bool = False


class Judge:
    """Assesses a draft against the question, whatever generator made it."""

    def __init__(self, index: PassageIndex, models: Mapping[str, Logistic] | None = None) -> None:
        self._index = index
        self._models = fitted() if models is None else models
        self._languages = {card.id: card.language for card in index.cards}
        self._titles = {card.id: card.title for card in index.cards}

    def assess(self, query: Query, evidence: Evidence, draft: Draft) -> Assessment:
        """The probability that *draft*, drawn from *evidence*, answers *query*."""
        asked = query.asked
        missing = tuple(term for term in asked.terms if self._is_unseen(term) and not self._meant(term, asked.text))
        features = self.features(query, evidence, draft)
        nearest = max([evidence.similarity, *(candidate.similarity for candidate in evidence.candidates)])
        off_topic = nearest < _OFF_TOPIC_SIMILARITY and features.get("window", UNREAD) < 0
        if off_topic or not draft.claims:
            return Assessment(0.0, missing, off_topic)
        model = self._models["answerable" if evidence.readings else "answerable_without_reader"]
        return Assessment(model.probability(features), missing, off_topic)

    def _is_unseen(self, term: str) -> bool:
        """Whether no sentence holds *term*."""
        return self._index.term_weight(term) >= self._index.term_weight("\x00unseen")

    def _meant(self, name: str, question: str) -> set[str]:
        """The other terms that *name* is short for, if it is, as it is written in *question*."""
        capitals = name.upper()
        return set(terms(self._index.expand(capitals if capitals in question else name))) - {name}

    def features(self, query: Query, evidence: Evidence, draft: Draft) -> dict[str, float]:
        """What the regressions see; every feature but the reader's logits lies between 0 and 1."""
        asked = query.asked
        in_quote, in_passage = self._terms_of(evidence, draft)
        claimed = {claim.text for claim in draft.claims}
        met = asked.expected is Expected.ANYTHING or any(holds(asked.expected, text) for text in claimed)
        return {
            "similarity_of_sentence": max(
                (c.similarity for c in evidence.candidates if c.text in claimed), default=0.0
            ),
            "similarity_of_passage": evidence.similarity,
            "names_not_in_passage": _half_of(not self._present(name, asked.text, in_passage) for name in asked.names),
            "names_not_in_quote": _half_of(not self._present(name, asked.text, in_quote) for name in asked.names),
            "numbers_not_in_passage": _half_of(n not in in_passage for n in asked.names if n[0].isdigit()),
            "kind_missing": float(not met),
            **_read(evidence, draft),
        }

    def _terms_of(self, evidence: Evidence, draft: Draft) -> tuple[set[str], set[str]]:
        """The terms of what is quoted, its headings and its document's title; and those of the whole passages too."""
        cited = [p for c in draft.claims for s in c.sources if (p := evidence.passage(s.passage_id))]
        if not cited:
            return set(), set()
        first = cited[0].document_id
        language = self._languages[first]
        headings = {heading for passage in cited for heading in passage.section}
        quoted = " ".join([self._titles[first], *headings, *(claim.text for claim in draft.claims)])
        around = " ".join([quoted, *{passage.text for passage in cited}])
        return (
            set(terms(self._index.expand(quoted, first), language)),
            set(terms(self._index.expand(around, first), language)),
        )

    def _present(self, name: str, question: str, there: set[str]) -> bool:
        """Whether *name* of *question* is among the terms *there*, or all the words that it is short for."""
        if name in there:
            return True
        meant = self._meant(name, question)
        return bool(meant) and meant <= there


def _half_of(flags: Iterable[bool]) -> float:
    """0 for none, a half for one, 1 for two or more."""
    return min(1.0, sum(flags) / 2)


def _read(evidence: Evidence, draft: Draft) -> dict[str, float]:
    """What the reader says of the passages; nothing where no reader has read."""
    if not evidence.readings:
        return {}
    quoted = {source.passage_id for claim in draft.claims for source in claim.sources}
    windows = sorted((reading.answers for reading in evidence.readings.values()), reverse=True)
    cited = [evidence.readings[i].answers for i in quoted if i in evidence.readings]
    sentences = (logit for reading in evidence.readings.values() for logit in reading.evidence)
    return {
        "evidence": max(sentences, default=UNREAD),
        "window": windows[0],
        "window_cited": max(cited, default=UNREAD),
        "window_next": windows[1] if len(windows) > 1 else UNREAD,
    }
