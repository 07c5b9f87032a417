"""The only maker of answers: what a draft claims, checked against the text it cites.

For every claim, whatever made it: each source resolves to a passage of the evidence; the quote is a slice of the
document; and each number, date, amount, percentage, named law and negation of the claim stands in what it cites.
A claim that fails is dropped and counted by name in ``dropped``, never repaired.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answers import (
    Answer,
    AnswerSentence,
    Citation,
    CitedDocument,
    CitedNote,
    Claim,
    Draft,
    Source,
)
from bot.retrieve import Evidence
from corpus.documents import Document, Span
from index.lexical import words
from index.passages import Passage

_NUMERIC = re.compile(r"\d")
_NEGATIONS = frozenset(
    [
        "no",
        "not",
        "never",
        "none",
        "neither",
        "nor",
        "without",
        "cannot",
        "nothing",
        "nobody",
        "nowhere",
        "hardly",
        "barely",
        "sin",
        "nunca",
        "jamas",
        "ni",
        "ningun",
        "ninguno",
        "ninguna",
        "nada",
        "nadie",
        "tampoco",
    ]
)
_NEGATING = re.compile(r"n't$")
_NAMED_LAW = re.compile(
    r"(?:[A-Z][\w’'.-]*\s+(?:(?:of|and|the|for|on|to)\s+)*){1,6}(?:Act|Order|Code|Bill|Amendment|Rule|Statute|Treaty|"
    r"Constitution|Law)\b"
)


@dataclass(frozen=True, slots=True)
class Grounded:
    """What is left of a draft: an answer, or none; and what was dropped, with why."""

    answer: Answer | None
    dropped: tuple[str, ...]


def ground(draft: Draft, evidence: Evidence, documents: Mapping[str, Document]) -> Grounded:
    """Checks every claim of *draft* against *evidence*, whose passages are slices of *documents* (by id)."""
    citations: list[Citation] = []
    sentences: list[AnswerSentence] = []
    dropped: list[str] = []
    for claim in draft.claims:
        quotes = [_quote(claim, source, evidence, documents) for source in claim.sources]
        problem = _problem(claim, quotes)
        if problem:
            dropped.append(problem)
            continue
        numbers = tuple(_number(citation, citations) for citation in quotes if isinstance(citation, Citation))
        sentences.append(AnswerSentence(claim.text, numbers, claim.about, claim.item))
    answer = None
    if sentences:
        answer = Answer(_attributed(sentences, citations), tuple(citations), evidence.passages, tuple(dropped))
    return Grounded(answer, tuple(dropped))


def _attributed(sentences: Sequence[AnswerSentence], citations: Sequence[Citation]) -> tuple[AnswerSentence, ...]:
    """*sentences*; where they come from several documents, the first of each run from one names it and its date."""
    sources = [citations[sentence.footnotes[0] - 1].document for sentence in sentences]
    if len(set(sources)) < 2:
        return tuple(sentences)
    before: list[CitedDocument | None] = [None, *sources]
    return tuple(
        sentence if source == last else replace(sentence, about=_named(source, sentence.about))
        for sentence, source, last in zip(sentences, sources, before, strict=False)
    )


def _named(document: CitedDocument, section: str | None) -> str:
    dated = f"{document.title}, {document.as_of.isoformat()}" if document.as_of else document.title
    return f"{dated}: {section}" if section else dated


def _number(citation: Citation, citations: list[Citation]) -> int:
    """The number of *citation*, which is added where the same slice isn't cited yet."""
    for known in citations:
        if (known.span, known.document) == (citation.span, citation.document):
            return known.number
    numbered = replace(citation, number=len(citations) + 1)
    citations.append(numbered)
    return numbered.number


def _quote(claim: Claim, source: Source, evidence: Evidence, documents: Mapping[str, Document]) -> Citation | str:
    """The citation of *source*, or what is wrong with it."""
    passage = evidence.passage(source.passage_id)
    document = documents.get(passage.document_id) if passage else None
    if passage is None or document is None or document.version != passage.version:
        return f"unknown passage {source.passage_id}"
    span = source.span or _find(claim.text, passage)
    if span is None or not passage.span.contains(span) or not span.of(document.text).strip():
        return f"no quote in passage {source.passage_id}"
    return Citation(
        number=0,
        quote=span.of(document.text),
        span=span,
        section=passage.section,
        document=CitedDocument.of(document),
        passage_id=passage.id,
        notes=notes_of(document, span),
        words=_exact_words(evidence, passage, span),
    )


def _exact_words(evidence: Evidence, passage: Passage, quoted: Span) -> Span | None:
    """The words of the sentence *quoted* that the reader found likeliest, where it told any."""
    reading = evidence.readings.get(passage.id)
    if reading is None:
        return None
    told = {s.span: words for s, words in zip(passage.sentences, reading.words, strict=False) if words}
    words = told.get(quoted)
    if words is None or not any(character.isalnum() for character in words.of(passage.text)):
        return None  # a lead-in's colon, say
    return Span(passage.start + words.start, passage.start + words.end)


def _find(text: str, passage: Passage) -> Span | None:
    """Where *text* stands in *passage*, runs of blanks apart; all of the passage where it isn't verbatim."""
    pattern = r"\s+".join(re.escape(word) for word in text.split())
    match = re.search(pattern, passage.text) if pattern else None
    if match:
        return Span(passage.start + match.start(), passage.start + match.end())
    return passage.span


def _problem(claim: Claim, quotes: Sequence[Citation | str]) -> str | None:
    for quote in quotes:
        if isinstance(quote, str):
            return quote
    cited = " ".join(quote.quote for quote in quotes if isinstance(quote, Citation))
    if not claim.text.strip() or not quotes:
        return "a claim without text or source"
    return next(_unsupported(claim.text, cited), None)


def _unsupported(claim: str, cited: str) -> Iterator[str]:
    """What *claim* says that *cited* doesn't hold: numbers, named laws, negations."""
    there = set(words(cited))
    for word in words(claim):
        if _NUMERIC.search(word) and word not in there:
            yield f"the number {word} is not in the quote"
    flat = " ".join(cited.split()).casefold()
    for match in _NAMED_LAW.finditer(claim):
        if " ".join(match[0].split()).casefold() not in flat:
            yield f"{match[0]} is not in the quote"
    if _negations(claim) != _negations(cited) and " ".join(claim.split()).casefold() not in flat:
        yield "the claim and the quote differ in a negation"


def _negations(text: str) -> int:
    return sum(word in _NEGATIONS or bool(_NEGATING.search(word)) for word in words(text))


def notes_of(document: Document, span: Span) -> tuple[CitedNote, ...]:
    """The document's own notes whose marks stand in the sentence at *span*."""
    return tuple(
        CitedNote(note.label, note.span.of(document.text))
        for note in document.notes
        if any(span.start < mark <= span.end for mark in note.marks)
    )
