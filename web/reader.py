"""The reader's view of an explainer: pure functions from a document to what a template prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from corpus.documents import Block, BlockKind, Document, Note, Section, Span
from index.sentences import block_sentences
from web.glossary import Term
from web.reader_text import Cutter, Pieces
from web.versions import passage_permalink
from web.views import section_anchor

BULLETS = {"", "•", "-", "*"}


@dataclass(frozen=True, slots=True)
class SentenceView:
    """A sentence with its HTML id, or what stands between two of them, which has none."""

    id: str | None
    text: Pieces


@dataclass(frozen=True, slots=True)
class LineView:
    """A paragraph, an item or a row of a table, with its permalink.

    ``page`` is set where the line is the first that begins on that printed page.
    """

    href: str
    page: int | None
    sentences: tuple[SentenceView, ...]

    @property
    def text(self) -> Pieces:
        """All of its text."""
        return tuple(piece for sentence in self.sentences for piece in sentence.text)


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item of a list; ``marker`` is its number or letter, or None for a bullet."""

    marker: str | None
    line: LineView


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of a table, which is one sentence with the HTML id ``id``."""

    id: str
    cells: tuple[Pieces, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """A table, the header row first; ``href`` and ``page`` as in `LineView`."""

    href: str
    page: int | None
    rows: tuple[RowView, ...]

    @property
    def text(self) -> Pieces:
        """The text of all cells."""
        return tuple(piece for row in self.rows for cell in row.cells for piece in cell)


@dataclass(frozen=True, slots=True)
class BlockView:
    """One of a paragraph, a list and a table."""

    paragraph: LineView | None = None
    items: tuple[ItemView, ...] = ()
    table: TableView | None = None

    @property
    def text(self) -> Pieces:
        """All of its text."""
        parts = [part.text for part in (self.paragraph, *(item.line for item in self.items), self.table) if part]
        return tuple(piece for part in parts for piece in part)


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
    terms: tuple[Term, ...]
    highlighted: bool


def parse_range(text: str, length: int) -> Span | None:
    """The span in ``START-END``, or None where that isn't a range of text of *length*."""
    match = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", text)
    if match is None:
        return None
    start, end = int(match[1]), int(match[2])
    return Span(start, end) if start < end <= length else None


def reader_view(document: Document, highlight: Span | None = None, words: Span | None = None) -> ReaderView:
    """*document*, with *highlight* marked and *words* inside it marked more strongly."""
    views = _Views(document, Cutter(document, highlight, words))
    sections = tuple(views.section(section) for section in document.sections)
    notes = tuple(views.note(number, note) for number, note in enumerate(document.notes, start=1))
    return ReaderView(sections, notes, tuple(views.cutter.terms), views.cutter.highlighted)


def sentence_id(span: Span) -> str:
    """The HTML id of the sentence at *span*."""
    return f"s-{span.start}-{span.end}"


class _Views:
    """The views of one document's parts. They must be asked for in the order of the text."""

    def __init__(self, document: Document, cutter: Cutter) -> None:
        self.document = document
        self.cutter = cutter
        self._page = 0

    def section(self, section: Section) -> SectionView:
        """A section with all its blocks."""
        return SectionView(
            id=section_anchor(section),
            heading=self.cutter.cut(section.heading_span),
            heading_text=section.heading,
            level=min(len(section.path) + 1, 6),
            blocks=tuple(self._block(block) for block in section.blocks),
        )

    def note(self, number: int, note: Note) -> NoteView:
        """The *number*-th note."""
        backs = tuple(f"#note-{number}-ref-{use}" for use in range(1, len(note.marks) + 1))
        return NoteView(f"note-{number}", note.label, self.cutter.cut(note.span), backs)

    def _block(self, block: Block) -> BlockView:
        match block.kind:
            case BlockKind.PARAGRAPH:
                sentences = [sentence.span for sentence in block_sentences(self.document, block)]
                return BlockView(paragraph=self._line(block.span, sentences))
            case BlockKind.LIST:
                return BlockView(items=tuple(self._items(block)))
            case BlockKind.TABLE:
                return BlockView(table=self._table(block))
            case _:
                assert_never(block.kind)

    def _items(self, block: Block) -> Iterator[ItemView]:
        """The items; what stands before each on its line is its marker."""
        before = block.span.start
        for item in block.items:
            marker = self.document.text[before : item.start].strip()
            yield ItemView(None if marker in BULLETS else marker, self._line(item, [item]))
            before = item.end

    def _line(self, line: Span, sentences: Sequence[Span]) -> LineView:
        parts: list[SentenceView] = []
        at = line.start
        for sentence in sentences:
            if sentence.start > at:
                parts.append(SentenceView(None, self.cutter.cut(Span(at, sentence.start))))
            parts.append(SentenceView(sentence_id(sentence), self.cutter.cut(sentence)))
            at = sentence.end
        if line.end > at:
            parts.append(SentenceView(None, self.cutter.cut(Span(at, line.end))))
        return LineView(passage_permalink(self.document, line), self._new_page(line), tuple(parts))

    def _table(self, block: Block) -> TableView:
        rows = tuple(
            RowView(sentence_id(row), tuple(self.cutter.cut(cell) for cell in cells))
            for row, cells in zip(block.items, block.cells, strict=True)
        )
        return TableView(passage_permalink(self.document, block.span), self._new_page(block.span), rows)

    def _new_page(self, line: Span) -> int | None:
        """The page that *line* begins on, where none before it did."""
        pages = self.document.pages_of(line)
        if not pages or pages[0] <= self._page:
            return None
        self._page = pages[0]
        return self._page
