"""Passages: nothing lost, nothing across a heading, everything within the model's window."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.documents import Document, Span
from index.chunk import chunk
from index.passages import Passage, SentenceKind
from tests.fakes import document_of, orchard_document

WINDOW = 30


def count(text: str) -> int:
    return len(text.split()) + 2


def passages_of(document: Document, window: int = WINDOW) -> tuple[Passage, ...]:
    return chunk(document, count, window)


WORD_LIST = st.sampled_from(["oak", "elm", "ash", "fig", "8", "U.S.", "$6.4", "no.", "Pear"])
WORDS = st.lists(WORD_LIST, min_size=1, max_size=60).map(" ".join)
BLOCKS = st.lists(WORDS | st.lists(WORDS, min_size=1, max_size=12), min_size=1, max_size=6)
DOCUMENTS = st.lists(st.tuples(st.sampled_from(["", "Trees", "Pears and figs"]), BLOCKS), min_size=1, max_size=4).map(
    lambda sections: document_of(*sections)
)


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_every_character_of_the_body_is_in_a_passage(document: Document) -> None:
    passages = passages_of(document)
    covered = {i for passage in passages for i in range(passage.start, passage.end)}
    for section in document.sections:
        for block in section.blocks:
            for span in block.items or (block.span,):
                text = span.of(document.text)
                assert all(span.start + i in covered for i, c in enumerate(text) if not c.isspace())


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_a_passage_is_a_slice_that_fits_the_window_and_stays_in_its_section(document: Document) -> None:
    for passage in passages_of(document):
        assert passage.text == document.text[passage.start : passage.end]
        assert count(passage.embedded_text) <= WINDOW or len(passage.text.split()) == 1
        home = [s for s in document.sections if s.span.start <= passage.start < s.span.end]
        assert home[0].path == passage.section
        assert passage.end <= home[0].span.end
        for sentence in passage.sentences:
            assert passage.span.contains(sentence.span)
            assert passage.slice(sentence.span) == sentence.span.of(document.text)


def test_a_list_keeps_its_lead_in_in_its_passage() -> None:
    document = orchard_document()
    holding = [p for p in passages_of(document, 60) if "Graft new trees" in p.text]
    assert len(holding) == 1
    assert "A licensed grower may do the following:" in holding[0].text
    kinds = [s.kind for s in holding[0].sentences]
    assert kinds[-4:] == [SentenceKind.LEAD_IN] + [SentenceKind.LIST_ITEM] * 3


def test_each_part_of_a_list_that_is_too_long_is_embedded_with_the_lead_in() -> None:
    items = [f"Item {i} of the many that growers must bring" for i in range(12)]
    document = document_of(("Rules", ["Growers must bring:", items]))
    parts = [p for p in passages_of(document) if "Item" in p.text]
    assert len(parts) > 2
    assert all("Growers must bring:" in p.embedded_text for p in parts)


def test_a_note_is_a_passage_under_the_section_that_carries_its_mark() -> None:
    notes = [p for p in passages_of(orchard_document()) if p.note]
    assert [(p.note, p.section) for p in notes] == [("1", ("Costs", "Note 1"))]
    assert notes[0].text.startswith("Only Millbrook and Ashford")


def test_a_heading_longer_than_the_window_does_not_crowd_out_the_text() -> None:
    heading = " ".join(["very"] * 50)
    (passage,) = passages_of(document_of((heading, ["Short text stays readable here."])))
    assert passage.section == (heading,)
    assert "Short text" in passage.embedded_text
    assert count(passage.embedded_text) <= WINDOW


def test_short_paragraphs_join_and_long_ones_do_not() -> None:
    long = "word " * 60
    document = document_of(("A", ["Short one.", "Short two.", long.strip() + "."]))
    passages = chunk(document, count, 256)
    assert passages[0].text.startswith("Short one.")
    assert "Short two." in passages[0].text


def test_spans_cannot_run_backward() -> None:
    with pytest.raises(ValueError, match="forward"):
        Span(3, 2)
