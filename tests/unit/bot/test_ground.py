"""Nothing ungrounded leaves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers import Answer, AnswerSentence, Claim, Draft, ScoredPassage, Source
from bot.ground import ground
from bot.retrieve import Evidence
from corpus.documents import Span
from index.chunk import chunk
from tests.fakes import HashEmbedder, orchard_document

DOCUMENT = orchard_document()
PASSAGES = chunk(DOCUMENT, HashEmbedder().count_tokens, 60)
EVIDENCE = Evidence(tuple(ScoredPassage(passage, 1.0) for passage in PASSAGES), (), 1.0)
DOCUMENTS = {DOCUMENT.id: DOCUMENT}
SENTENCES = [(passage, sentence.span) for passage in PASSAGES for sentence in passage.sentences]


def claim(number: int, text: str | None = None) -> Claim:
    passage, span = SENTENCES[number]
    return Claim(passage.slice(span) if text is None else text, (Source(passage.id, span),))


def row_of(words: str) -> int:
    return next(i for i, (passage, span) in enumerate(SENTENCES) if words in passage.slice(span))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, len(SENTENCES) - 1), min_size=1, max_size=8))
def test_footnotes_are_numbered_by_first_use_resolve_and_are_used(numbers: list[int]) -> None:
    answer = ground(Draft(tuple(claim(n) for n in numbers)), EVIDENCE, DOCUMENTS).answer
    assert answer is not None
    used = [n for sentence in answer.sentences for n in sentence.footnotes]
    assert list(dict.fromkeys(used)) == [c.number for c in answer.citations] == list(range(1, len(set(numbers)) + 1))
    for citation in answer.citations:
        assert DOCUMENT.text[citation.span.start : citation.span.end] == citation.quote


@pytest.mark.parametrize(
    ("sentence", "altered"),
    [
        ("train for 8 hours", "Apple growers train for 9 hours."),
        ("$6.4 million", "Millbrook spent $64 million on inspections in 2019."),
        ("in 2019", "Millbrook spent $6.4 million on inspections in 2018."),
        ("Orchard Permit Act", "The Orchard Licence Act of 1987 lets towns license growers."),
        ("they need no exam", "However, they need an exam."),
        ("Pear growers train", "Pear growers do not train for three weeks."),
    ],
)
def test_a_claim_that_its_quote_does_not_hold_is_dropped_and_counted(sentence: str, altered: str) -> None:
    grounded = ground(Draft((claim(row_of(sentence), altered),)), EVIDENCE, DOCUMENTS)
    assert grounded.answer is None
    assert len(grounded.dropped) == 1


def test_an_unknown_passage_is_counted_by_name_and_the_rest_stays() -> None:
    draft = Draft((Claim("Apple growers pay.", (Source("nowhere"),)), claim(0)))
    grounded = ground(draft, EVIDENCE, DOCUMENTS)
    assert grounded.answer is not None
    assert [s.text for s in grounded.answer.sentences] == [claim(0).text]
    assert grounded.dropped == ("unknown passage nowhere",)


def test_a_quote_outside_its_passage_is_dropped() -> None:
    source = Source(PASSAGES[0].id, Span(0, len(DOCUMENT.text)))
    assert ground(Draft((Claim("Apple growers pay.", (source,)),)), EVIDENCE, DOCUMENTS).answer is None


def test_the_documents_own_note_comes_with_the_sentence_that_carries_its_mark() -> None:
    answer = ground(Draft((claim(row_of("in 2019")),)), EVIDENCE, DOCUMENTS).answer
    assert answer is not None
    assert [(n.label, n.text) for n in answer.citations[0].notes] == [
        ("1", "Only Millbrook and Ashford ever published their costs.")
    ]
    other = ground(Draft((claim(row_of("8 hours")),)), EVIDENCE, DOCUMENTS).answer
    assert other is not None
    assert other.citations[0].notes == ()


@pytest.mark.parametrize(("footnotes", "sentences"), [((), 1), ((2,), 1), ((1,), 0)])
def test_an_answer_with_a_missing_footnote_cannot_be_made(footnotes: tuple[int, ...], sentences: int) -> None:
    with pytest.raises(ValueError, match=r"footnote|Footnotes"):
        Answer((AnswerSentence("Text.", footnotes),) * sentences, ())
