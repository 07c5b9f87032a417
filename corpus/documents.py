"""A document: canonical text, and spans on it.

Everything downstream (passages, sentences, quotes, footnotes) is a half-open span ``[start, end)`` of
``Document.text``, counted in Unicode code points, so that a quote can be checked by slicing.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import islice, takewhile

from pydantic import TypeAdapter

SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What a document's id looks like: it stands in addresses and names files."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points in a document's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"A span runs forward from 0 or later, not from {self.start} to {self.end}.")

    def of(self, text: str) -> str:
        """The slice of *text* that the span covers."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """Whether *other* lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


class BlockKind(StrEnum):
    """What a block is; it decides how it is cut into sentences and how it is shown."""

    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list or table.

    ``items`` are the list's items without their bullets, or the table's rows (the header row first); a
    paragraph has none. ``cells`` holds the cells of each row of a table. ``lead_in`` is the paragraph that
    introduces a list or table, where there is one.
    """

    kind: BlockKind
    span: Span
    items: tuple[Span, ...] = ()
    cells: tuple[tuple[Span, ...], ...] = ()
    lead_in: Span | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a document.

    ``path`` holds the headings from the outermost to this one (not the document's title); it is empty for text
    that stands before the first heading. ``span`` runs from the heading to the end of the section's own blocks;
    subsections are sections of their own.
    """

    heading: str
    path: tuple[str, ...]
    level: int
    slug: str
    span: Span
    blocks: tuple[Block, ...]

    @property
    def heading_span(self) -> Span:
        """The heading's part of ``span``; empty at its start where there is no heading."""
        return Span(self.span.start, self.span.start + len(self.heading))


@dataclass(frozen=True, slots=True)
class Note:
    """The document's own footnote: its body, and the offsets in the text at which its marks stood.

    A mark at offset ``m`` belongs to the sentence with ``start < m <= end``.
    """

    label: str
    span: Span
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LineBox:
    """Where a line of text stands on a printed page.

    ``span`` is its part of the document's text, ``page`` counts from 1. Lengths are in points from the page's lower
    left corner: ``edges`` are the left side of each of the span's characters and the right side of the last, so that
    there is one more of them than characters.
    """

    span: Span
    page: int
    bottom: float
    top: float
    edges: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One explainer at one version.

    ``version`` is derived: the first 12 hexadecimal digits of the SHA-256 of everything else but ``collection`` and
    ``layout``, so that the same content has the same version wherever it is loaded and whoever publishes it.
    ``collection`` names the publisher's own set of explainers that this one belongs to; ``layout`` says where on
    printed pages the text stands, line by line in reading order, and is empty where there are no pages.
    """

    id: str
    title: str
    text: str
    sections: tuple[Section, ...]
    notes: tuple[Note, ...] = ()
    publisher: str | None = None
    as_of: date | None = None
    language: str = "en"
    topics: tuple[str, ...] = ()
    url: str | None = None
    collection: str | None = None
    layout: tuple[LineBox, ...] = ()
    version: str = field(init=False, default="")

    def __post_init__(self) -> None:
        for span in self._spans():
            if span.end > len(self.text):
                raise ValueError(f"{span} lies outside the text of document {self.id!r}.")
        object.__setattr__(self, "version", self._digest())

    def _spans(self) -> Iterator[Span]:
        for section in self.sections:
            yield section.span
            for block in section.blocks:
                yield block.span
                yield from block.items
        yield from (note.span for note in self.notes)

    def _digest(self) -> str:
        return hashlib.sha256(_ADAPTER.dump_json(self, exclude=_NOT_CONTENT)).hexdigest()[:12]

    def pages_of(self, span: Span) -> tuple[int, ...]:
        """The pages that *span* stands on, in order; none where the document has no pages."""
        return tuple(sorted({line.page for line in self._lines_in(span)}))

    def _lines_in(self, span: Span) -> Iterator[LineBox]:
        first = bisect_right(self.layout, span.start, key=lambda line: line.span.end)
        return takewhile(lambda line: line.span.start < span.end, islice(self.layout, first, None))

    @property
    def card(self) -> DocumentCard:
        """What is known of the document without its text."""
        return DocumentCard(
            self.id,
            self.title,
            self.version,
            self.publisher,
            self.as_of,
            self.language,
            self.topics,
            self.url,
            self.collection,
        )


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """A document without its text; the fields as in `Document`."""

    id: str
    title: str
    version: str
    publisher: str | None = None
    as_of: date | None = None
    language: str = "en"
    topics: tuple[str, ...] = ()
    url: str | None = None
    collection: str | None = None


_ADAPTER: TypeAdapter[Document] = TypeAdapter(Document)
_NOT_CONTENT = {"version", "collection", "layout"}


def dump_document(document: Document) -> bytes:
    """*document* as one line of JSON, for storage."""
    return _ADAPTER.dump_json(document, exclude={"version"})


def load_document_json(data: bytes | str) -> Document:
    """The document that `dump_document` wrote; raises pydantic's ``ValidationError`` on anything else."""
    return _ADAPTER.validate_json(data)
