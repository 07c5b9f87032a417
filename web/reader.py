"""The reader's view of an explainer: pure functions from a document to pieces of text that a template prints.

A highlighted span may cross blocks, items and cells. Each of them is cut where the span begins or ends and
where a note's mark stands, so that every piece is either wholly highlighted or not at all.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import assert_never

from corpus.documents import Block, BlockKind, Document, Note, Section, Span
from web.views import section_anchor

BULLETS = {"", "•", "-", "*"}


@dataclass(frozen=True, slots=True)
class NoteMark:
    """The mark of one of the document's own notes, with its HTML id and where it leads."""

    label: str
    id: str
    href: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; ``mark_id`` is set on the first highlighted piece only. A ``note`` has no text."""

    text: str = ""
    marked: bool = False
    mark_id: str | None = None
    note: NoteMark | None = None


Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item of a list; ``marker`` is its number or letter, or None for a bullet."""

    marker: str | None
    text: Pieces


@dataclass(frozen=True, slots=True)
class BlockView:
    """A paragraph (``text``), a list (``items``) or a table (``rows`` of cells, the header row first)."""

    text: Pieces = ()
    items: tuple[ItemView, ...] = ()
    rows: tuple[tuple[Pieces, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section; ``level`` is that of its HTML heading."""

    id: str
    heading: Pieces
    heading_text: str
    level: int
    blocks: tuple[BlockView, ...]


@dataclass(frozen=True, slots=True)
class NoteView:
    """One of the document's own notes, with the addresses of its marks."""

    id: str
    label: str
    text: Pieces
    backs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReaderView:
    """An explainer as the reader shows it; ``highlighted`` says whether any text carries the highlight."""

    sections: tuple[SectionView, ...]
    notes: tuple[NoteView, ...]
    highlighted: bool


def parse_range(text: str, length: int) -> Span | None:
    """The span in ``START-END``, or None where that isn't a range of text of *length*."""
    match = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", text)
    if match is None:
        return None
    start, end = int(match[1]), int(match[2])
    return Span(start, end) if start < end <= length else None


def reader_view(document: Document, highlight: Span | None = None) -> ReaderView:
    """*document*, with *highlight* marked."""
    cutter = _Cutter(document, highlight)
    sections = tuple(_section_view(cutter, section) for section in document.sections)
    notes = tuple(_note_view(cutter, number, note) for number, note in enumerate(document.notes, start=1))
    return ReaderView(sections, notes, cutter.highlighted)


class _Cutter:
    """Cuts the spans of one document into pieces. They must come in the order of the text."""

    def __init__(self, document: Document, highlight: Span | None) -> None:
        self.document = document
        self.highlighted = False
        self._highlight = highlight
        self._marks = deque(sorted(_note_marks(document), key=itemgetter(0)))

    def cut(self, span: Span) -> Pieces:
        """The pieces of *span*."""
        return tuple(self._pieces(span))

    def _pieces(self, span: Span) -> Iterator[Piece]:
        yield from self._notes_until(span.start)  # a mark can stand alone, as in an empty cell
        edges = {offset for offset, _ in self._marks}
        if self._highlight:
            edges |= {self._highlight.start, self._highlight.end}
        inner = {edge for edge in edges if span.start < edge < span.end}
        for start, end in pairwise(sorted({span.start, span.end, *inner})):
            yield self._piece(Span(start, end))
            yield from self._notes_until(end)

    def _notes_until(self, offset: int) -> Iterator[Piece]:
        while self._marks and self._marks[0][0] <= offset:
            yield Piece(note=self._marks.popleft()[1])

    def _piece(self, span: Span) -> Piece:
        text = span.of(self.document.text)
        if self._highlight is None or not self._highlight.contains(span):
            return Piece(text)
        is_first, self.highlighted = not self.highlighted, True
        return Piece(text, marked=True, mark_id="quote" if is_first else None)


def _note_marks(document: Document) -> Iterator[tuple[int, NoteMark]]:
    for number, note in enumerate(document.notes, start=1):
        for use, offset in enumerate(note.marks, start=1):
            yield offset, NoteMark(note.label, f"note-{number}-ref-{use}", f"#note-{number}")


def _section_view(cutter: _Cutter, section: Section) -> SectionView:
    start = section.span.start
    return SectionView(
        id=section_anchor(section),
        heading=cutter.cut(Span(start, start + len(section.heading))),
        heading_text=section.heading,
        level=min(len(section.path) + 1, 6),
        blocks=tuple(_block_view(cutter, block) for block in section.blocks),
    )


def _block_view(cutter: _Cutter, block: Block) -> BlockView:
    match block.kind:
        case BlockKind.PARAGRAPH:
            return BlockView(text=cutter.cut(block.span))
        case BlockKind.LIST:
            return BlockView(items=tuple(_items(cutter, block)))
        case BlockKind.TABLE:
            return BlockView(rows=tuple(tuple(cutter.cut(cell) for cell in row) for row in block.cells))
        case _:
            assert_never(block.kind)


def _items(cutter: _Cutter, block: Block) -> Iterator[ItemView]:
    """The items; what stands before each on its line is its marker."""
    before = block.span.start
    for item in block.items:
        marker = cutter.document.text[before : item.start].strip()
        yield ItemView(None if marker in BULLETS else marker, cutter.cut(item))
        before = item.end


def _note_view(cutter: _Cutter, number: int, note: Note) -> NoteView:
    backs = tuple(f"#note-{number}-ref-{use}" for use in range(1, len(note.marks) + 1))
    return NoteView(f"note-{number}", note.label, cutter.cut(note.span), backs)
