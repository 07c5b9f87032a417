"""Sentence boundaries on the text of laws and newspapers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents import Span
from index.sentences import sentence_spans


def split(text: str) -> list[str]:
    return [span.of(text) for span in sentence_spans(text, Span(0, len(text)))]


@pytest.mark.parametrize(
    "text",
    [
        "Under 8 U.S.C. § 1357(g), the Secretary may sign agreements.",
        "See Pub. L. No. 104-208 for the text.",
        "Gov. Jane Doe signed it at 5 p.m. on Monday.",
        "The order, No. 47, took effect on Jan. 20, 2025.",
        "The law, SB1808, was enacted in 2022.",
        "The U.S. Dept. of Justice objected.",
        "It cost $6.4 million, or 4.5 percent.",
        "The agency states, “The goal is safety. It works well.”",
        "Smith v. Jones settled it.",
    ],
)
def test_a_sentence_of_legal_text_stays_whole(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Florida’s SB1808 passed. Texas waited.", ["Florida’s SB1808 passed.", "Texas waited."]),
        ("The court said no. Mr. Homan agreed.", ["The court said no.", "Mr. Homan agreed."]),
        ("The critics said so. The town left.", ["The critics said so.", "The town left."]),
        ("It closed at 9 a.m. The agency left.", ["It closed at 9 a.m.", "The agency left."]),
        ("“Stop!” he said. She went on.", ["“Stop!” he said.", "She went on."]),
        ("He said, “It works. It’s cheap.” She left.", ["He said, “It works. It’s cheap.”", "She left."]),
        ("¿Quién paga? La ciudad paga.", ["¿Quién paga?", "La ciudad paga."]),
    ],
)
def test_two_sentences_come_apart(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_an_unclosed_quotation_mark_does_not_swallow_the_rest() -> None:
    text = "He said “it works. " + "The town went on with its permits for another year. " * 40
    assert len(split(text)) > 5


@given(st.text(max_size=300))
def test_sentences_cover_every_character_but_blanks(text: str) -> None:
    spans = sentence_spans(text, Span(0, len(text)))
    covered = {i for span in spans for i in range(span.start, span.end)}
    assert all(i in covered for i, character in enumerate(text) if not character.isspace())
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(span.of(text).strip() == span.of(text) != "" for span in spans)
