"""An explainer as the rules see it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from corpus.checks.findings import Finding, Found
from corpus.checks.places import Places
from corpus.checks.source import Source
from corpus.documents import BlockKind, Document, Section, Span
from corpus.language import base_language

WORDS_ARE_READ_IN = ("en", "es")
"""The languages that the rules about words know; of others they say nothing."""

Sentences = Callable[[str], Sequence[Span]]
"""The sentences of a text, in order, as spans on it."""


@dataclass(frozen=True, slots=True)
class Explainer:
    """A document with the file that it was loaded from.

    ``source`` is None where the file isn't text. ``titled`` says whether the title is the document's own and not made
    from the file's name; ``doubts`` are what the loader warned of.
    """

    path: Path
    document: Document
    source: Source | None = None
    titled: bool = True
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rules go by besides the text: the day, how old a text may be, and what tells sentences and files."""

    today: date
    review_age_days: int
    sentences: Sentences
    exists: Callable[[Path], bool]


class PieceKind(StrEnum):
    """What a piece of text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    CELL = "cell"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Piece:
    """The smallest part that a writer sees as one."""

    kind: PieceKind
    span: Span
    section: Section | None = field(default=None, compare=False)


class Page:
    """One explainer, with what its rules share."""

    def __init__(self, explainer: Explainer, terms: Terms) -> None:
        self.path = explainer.path
        self.explainer = explainer
        self.document = explainer.document
        self.text = explainer.document.text
        self.source = explainer.source
        self.terms = terms
        self.language = base_language(explainer.document.language)
        self.words_are_read = self.language in WORDS_ARE_READ_IN

    @cached_property
    def places(self) -> Places | None:
        """Where everything stands in the file; None where that isn't text."""
        return Places(self.document, self.source) if self.source else None

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The page's text, in order: headings, paragraphs, items of lists, cells of tables, notes; but no code."""
        return tuple(piece for piece in self._pieces() if not self._is_code(piece))

    def finding(self, found: Found) -> Finding:
        """*found* with its place in the file."""
        offset, document = found.offset, self.document
        if self.source:
            return Finding(self.path, found.rule, found.message, self.source.line(self.source_offset(found)))
        if offset is None:
            return Finding(self.path, found.rule, found.message)
        box = bisect_right(document.layout, offset, key=lambda box: box.span.end)
        page = document.layout[box].page if box < len(document.layout) else None
        section = bisect_right(document.sections, offset, key=lambda section: section.span.start)
        path = document.sections[section - 1].path if section else ()
        return Finding(self.path, found.rule, found.message, page=page, section=path)

    def source_offset(self, found: Found) -> int:
        """Where in the file *found* is; at its top where it is about the whole page."""
        if found.source_offset is not None:
            return found.source_offset
        return self.places.source_offset(found.offset) if self.places and found.offset is not None else 0

    def written(self, span: Span) -> str:
        """The stretch of the file that the part with *span* was read from, with its addresses and markup."""
        if self.places is None or self.source is None:
            return span.of(self.text)
        start, end = self.places.stretch(span)
        return self.source.text[start:end]

    def _is_code(self, piece: Piece) -> bool:
        if self.source is None or self.places is None or piece.kind is not PieceKind.PARAGRAPH:
            return False
        return self.source.is_code(self.places.source_offset(piece.span.start))

    def _pieces(self) -> Iterator[Piece]:
        for section in self.document.sections:
            if section.heading:
                yield Piece(PieceKind.HEADING, section.heading_span, section)
            for block in section.blocks:
                if block.kind is BlockKind.PARAGRAPH:
                    yield Piece(PieceKind.PARAGRAPH, block.span, section)
                elif block.kind is BlockKind.TABLE:
                    yield from (Piece(PieceKind.CELL, cell, section) for row in block.cells for cell in row)
                else:
                    yield from (Piece(PieceKind.ITEM, item, section) for item in block.items)
        yield from (Piece(PieceKind.NOTE, note.span) for note in self.document.notes)
