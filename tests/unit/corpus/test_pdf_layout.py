"""Where on its pages a document's text stands."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.documents import Document, Span, dump_document, load_document_json
from corpus.load import load_document
from tests.unit.corpus.invariants import assert_sound
from tests.unit.corpus.printed import column, page, read

_FORMATS = Path(__file__).parents[2] / "fixtures/formats"
_NAMES = ["drinking-water-permits", "printed-from-a-browser", "two-columns", "tagged", "spanish"]


@cache
def _load(name: str) -> Document:
    return load_document(_FORMATS / f"{name}.pdf")


@pytest.mark.parametrize("name", _NAMES)
def test_boxes_are_in_order_and_inside_the_page(name: str) -> None:
    document = _load(name)
    assert_sound(document)
    end = 0
    for line in document.layout:
        assert line.span.start >= end
        end = line.span.end
        assert len(line.edges) == line.span.end - line.span.start + 1
        assert list(line.edges) == sorted(line.edges)
        assert line.edges[0] >= 0
        assert line.edges[-1] <= 612
        assert 0 <= line.bottom < line.top <= 792


@pytest.mark.parametrize("name", _NAMES)
def test_all_text_but_what_the_builder_writes_has_a_box(name: str) -> None:
    document = _load(name)
    held = {offset for line in document.layout for offset in range(line.span.start, line.span.end)}
    blocks = [block for section in document.sections for block in section.blocks]
    cells = [cell for block in blocks for row in block.cells for cell in row]
    items = [item for block in blocks if not block.cells for item in block.items or (block.span,)]
    for span in (*cells, *items, *(note.span for note in document.notes)):
        assert all(offset in held for offset in range(span.start, span.end) if not document.text[offset].isspace())


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_span_stands_on_the_pages_of_its_lines_and_no_others(data: st.DataObject) -> None:
    document = _load(data.draw(st.sampled_from(_NAMES)))
    start = data.draw(st.integers(0, len(document.text)))
    span = Span(start, data.draw(st.integers(start, min(start + 3000, len(document.text)))))
    expected = [line for line in document.layout if line.span.start < span.end and span.start < line.span.end]
    assert document.pages_of(span) == tuple(sorted({line.page for line in expected}))


def test_a_line_tells_how_far_its_words_reach() -> None:
    document = read(page(1, column(["The agency reviews each form within thirty days."])))
    start = document.text.index("agency")
    (line,) = document.layout
    assert (line.page, line.edges[start], line.edges[start + len("agency")]) == (1, 78.33, 108.33)
    assert document.pages_of(Span(start, start + 1)) == (1,)


def test_layout_is_stored_but_is_no_part_of_the_version() -> None:
    document = _load("drinking-water-permits")
    again = load_document_json(dump_document(document))
    assert again == document
    assert again.layout == document.layout != ()
    bare = load_document_json(dump_document(document).replace(b'"layout":[{', b'"ignored":[{'))
    assert bare.layout == ()
    assert bare.version == document.version
