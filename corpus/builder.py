"""Builds a document: the one place where canonical text is made.

The layout, so that a span can be shown as it stands::

    Heading                       a heading is a line

    A paragraph.                  blocks are separated by a blank line

    • item                        a list's items (or "1. item") and a table's rows
    • item                        are lines of one block

    cell | cell

    Notes                         the document's own footnotes come last
    [1] The body of a note.

The marks of resolved notes are not in the text, so that a quotation is clean; `Note.marks` says where they
stood. A mark without a note stays in the text as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from corpus.documents import Block, BlockKind, Document, Note, Section, Span
from corpus.inline import InlineText, as_inline, normalise, render
from corpus.language import detect_language

BULLET = "•"

_LATIN_ACCENTS = re.compile("[\u0300-\u036f]")
_SLUG_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says about itself; a *language* it doesn't name is told from its text."""

    id: str
    title: str
    publisher: str | None = None
    as_of: date | None = None
    language: str | None = None
    topics: tuple[str, ...] = ()
    url: str | None = None


def slugify(text: str, fallback: str) -> str:
    """*text* as a name for an address: lower-case words joined by hyphens, Latin letters without accents."""
    plain = _LATIN_ACCENTS.sub("", unicodedata.normalize("NFKD", normalise(text)))
    words = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", plain).lower())
    return words.strip("-")[:_SLUG_LENGTH].rstrip("-") or fallback


def title_from_stem(stem: str) -> str:
    """A title for a file that has none: ``housing-vouchers`` gives "Housing Vouchers"."""
    words = re.split(r"[\s_-]+", normalise(stem))
    return " ".join(word[:1].upper() + word[1:] for word in words if word) or "Untitled"


@dataclass(frozen=True, slots=True)
class _BlockDraft:
    """A block before it has offsets: a row of cells for each line; all but a table have one cell a row."""

    kind: BlockKind
    rows: tuple[tuple[InlineText, ...], ...]
    prefixes: tuple[str, ...]


@dataclass(slots=True)
class _SectionDraft:
    heading: InlineText
    level: int
    blocks: list[_BlockDraft] = field(default_factory=list)


class DocumentBuilder:
    """Collects a document's parts in reading order; `build` lays them out as canonical text."""

    def __init__(self) -> None:
        self._sections: list[_SectionDraft] = []
        self._notes: list[tuple[str, InlineText]] = []

    @property
    def has_body(self) -> bool:
        """Whether there is anything to read besides headings and notes."""
        cells = (cell for draft in self._blocks() for row in draft.rows for cell in row)
        return any(normalise(cell.text) for cell in cells)

    def add_heading(self, level: int, text: InlineText | str) -> None:
        """Open a section; sections nest by *level*, and levels may skip."""
        heading = as_inline(text)
        if normalise(heading.text):
            self._sections.append(_SectionDraft(heading, level))
        else:  # a heading that is nothing but a mark still has its mark to hand on
            self.add_paragraph(heading)

    def add_paragraph(self, text: InlineText | str) -> None:
        """Add running text to the open section."""
        self._add(BlockKind.PARAGRAPH, [(as_inline(text),)], [""])

    def add_list(
        self,
        items: Sequence[InlineText | str],
        ordered: bool = False,
        start: int = 1,
        markers: Sequence[str] | None = None,
    ) -> None:
        """Add a list; *markers* are for lists that number in their own way, such as "(a)"."""
        if markers is None:
            markers = [f"{number}." if ordered else BULLET for number in range(start, start + len(items))]
        prefixes = [f"{normalise(marker)} ".lstrip() for marker in markers]
        self._add(BlockKind.LIST, [(as_inline(item),) for item in items], prefixes)

    def add_table(self, rows: Sequence[Sequence[InlineText | str]]) -> None:
        """Add a table, its header row first; short rows are filled up with empty cells."""
        width = max((len(row) for row in rows), default=0)
        padded = [tuple(as_inline(cell) for cell in [*row, *[""] * (width - len(row))]) for row in rows]
        self._add(BlockKind.TABLE, padded, [""] * len(padded))

    def add_note(self, label: str, body: InlineText | str) -> None:
        """Add the document's own footnote; one without a mark is kept, one without a body isn't."""
        inline = as_inline(body)
        if normalise(inline.text):
            self._notes.append((normalise(label), inline))

    def build(self, metadata: Metadata) -> Document:
        """The document, with every span counted on its canonical text."""
        canvas = _Canvas(self._resolvable())
        sections = self._write_sections(canvas)
        spans = self._write_notes(canvas)
        text = "".join(canvas.parts)
        return Document(
            id=metadata.id,
            title=normalise(metadata.title),
            text=text,
            sections=sections,
            notes=self._with_marks(spans, canvas.marks),
            publisher=metadata.publisher,
            as_of=metadata.as_of,
            language=metadata.language or detect_language(text),
            topics=metadata.topics,
            url=metadata.url,
        )

    def _add(self, kind: BlockKind, rows: Sequence[tuple[InlineText, ...]], prefixes: Sequence[str]) -> None:
        kept = [
            (row, prefix)
            for row, prefix in zip(rows, prefixes, strict=True)
            if any(normalise(cell.text) or cell.marks for cell in row)
        ]
        if not kept:
            return
        if not self._sections:
            self._sections.append(_SectionDraft(InlineText(""), 0))
        draft = _BlockDraft(kind, tuple(row for row, _ in kept), tuple(prefix for _, prefix in kept))
        self._sections[-1].blocks.append(draft)

    def _blocks(self) -> Iterator[_BlockDraft]:
        for section in self._sections:
            yield from section.blocks

    def _resolvable(self) -> frozenset[str]:
        """The labels whose marks lead to one certain note.

        Where several notes share a label, as when numbering restarts in each part, marks and notes are
        paired in order; where their numbers differ nobody can say which belongs to which, and the marks stay
        in the text.
        """
        inlines = [section.heading for section in self._sections]
        inlines += [cell for draft in self._blocks() for row in draft.rows for cell in row]
        inlines += [body for _, body in self._notes]
        marks = Counter(normalise(mark.label) for inline in inlines for mark in inline.marks)
        notes = Counter(label for label, _ in self._notes)
        return frozenset(label for label, count in notes.items() if count in (1, marks[label]))

    def _write_sections(self, canvas: _Canvas) -> tuple[Section, ...]:
        sections: list[Section] = []
        slugs: dict[str, int] = {}
        trail: list[tuple[int, str]] = []
        for draft in self._sections:
            span = canvas.write(draft.heading)
            heading = canvas.last if span else ""
            while trail and trail[-1][0] >= draft.level:
                trail.pop()
            if heading:
                trail.append((draft.level, heading))
            blocks = _write_blocks(canvas, draft.blocks)
            spans = ([span] if span else []) + [block.span for block in blocks]
            if not spans:  # nothing but marks before the first heading
                continue
            sections.append(
                Section(
                    heading=heading,
                    path=tuple(name for _, name in trail),
                    level=draft.level,
                    slug=_unique(slugify(heading, "section" if heading else "top"), slugs),
                    span=Span(spans[0].start, spans[-1].end),
                    blocks=blocks,
                )
            )
        return tuple(sections)

    def _write_notes(self, canvas: _Canvas) -> list[Span]:
        if not self._notes:
            return []
        canvas.write(InlineText("Notes"))
        written = [canvas.write(body, f"[{label}] ", gap="\n") for label, body in self._notes]
        return [span for span in written if span]

    def _with_marks(self, spans: Sequence[Span], marks: Sequence[tuple[str, int]]) -> tuple[Note, ...]:
        shared = Counter(label for label, _ in self._notes)
        taken: Counter[str] = Counter()
        offsets: dict[str, list[int]] = {}
        for label, offset in marks:
            offsets.setdefault(label, []).append(offset)
        notes: list[Note] = []
        for (label, _), span in zip(self._notes, spans, strict=True):
            own = tuple(offsets.get(label, ()))
            if shared[label] > 1:
                own = own[taken[label] : taken[label] + 1]
                taken[label] += 1
            notes.append(Note(label, span, own))
        return tuple(notes)


def _write_blocks(canvas: _Canvas, drafts: Sequence[_BlockDraft]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for draft in drafts:
        block = canvas.write_block(draft, blocks[-1] if blocks else None)
        if block:
            blocks.append(block)
    return tuple(blocks)


class _Canvas:
    """The text as it grows, and the marks met so far."""

    def __init__(self, labels: frozenset[str]) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.marks: list[tuple[str, int]] = []
        self._labels = labels

    @property
    def last(self) -> str:
        """What was put down last."""
        return self.parts[-1]

    def write(self, inline: InlineText, prefix: str = "", gap: str = "\n\n") -> Span | None:
        """Put *inline* down behind *gap* and *prefix*; nothing where it comes to no text."""
        text, marks = render(inline, self._labels)
        if not text:
            self._anchor(marks)
            return None
        self._put(gap if self.length else "")
        self._put(prefix)
        return self._put_text(text, marks)

    def write_block(self, draft: _BlockDraft, previous: Block | None) -> Block | None:
        """Put a block down, its lines one below the other."""
        rows: list[tuple[Span, tuple[Span, ...]]] = []
        start = 0
        for cells, prefix in zip(draft.rows, draft.prefixes, strict=True):
            row = self._row(cells, prefix, gap="\n" if rows else "\n\n")
            if row:
                start = start if rows else row[0].start - len(prefix)
                rows.append(row)
        if not rows:
            return None
        span = Span(start, self.length)
        if draft.kind is BlockKind.PARAGRAPH:
            return Block(draft.kind, span)
        introduced = previous is not None and previous.kind is BlockKind.PARAGRAPH
        return Block(
            draft.kind,
            span,
            items=tuple(row for row, _ in rows),
            cells=tuple(cells for _, cells in rows) if draft.kind is BlockKind.TABLE else (),
            lead_in=previous.span if previous and introduced else None,
        )

    def _row(self, cells: Sequence[InlineText], prefix: str, gap: str) -> tuple[Span, tuple[Span, ...]] | None:
        rendered = [render(cell, self._labels) for cell in cells]
        if not any(text for text, _ in rendered):
            self._anchor([mark for _, marks in rendered for mark in marks])
            return None
        self._put(gap if self.length else "")
        self._put(prefix)
        start, spans = self.length, list[Span]()
        for number, (text, marks) in enumerate(rendered):
            if number:
                self._put(" |" if self.length > start else "|")
            if text:
                self._put(" " if number else "")
                spans.append(self._put_text(text, marks))
            else:
                # Behind the row's first character, a bar, at the least: before it is the row above.
                self.marks.extend((label, max(self.length, start + 1)) for label, _ in marks)
                spans.append(Span(self.length, self.length))
        return Span(start, self.length), tuple(spans)

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def _put_text(self, text: str, marks: Iterable[tuple[str, int]]) -> Span:
        start = self.length
        self.marks.extend((label, start + offset) for label, offset in marks)
        self._put(text)
        return Span(start, self.length)

    def _anchor(self, marks: Iterable[tuple[str, int]]) -> None:
        """A mark that stands alone belongs to whatever text came before it."""
        if self.length:
            self.marks.extend((label, self.length) for label, _ in marks)


def _unique(slug: str, taken: dict[str, int]) -> str:
    """*slug*, numbered where it is *taken*; that holds the last number given to each."""
    number = taken.get(slug, 0) + 1
    candidate = slug if number == 1 else f"{slug}-{number}"
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    taken[slug] = number
    taken.setdefault(candidate, 1)
    return candidate
