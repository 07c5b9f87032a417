"""Reads web pages saved as files.

The page is read in steps: `html_tree` parses it, `html_notes` takes its notes out, `html_content` finds the explainer
among what the site put around it, `html_blocks` reads that in order, and what is left goes to the builder.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from corpus.builder import DocumentBuilder, Metadata, slugify, title_from_stem
from corpus.encoding import decode
from corpus.errors import DocumentFormatError
from corpus.html_blocks import Kind, Piece, read_blocks, read_inline
from corpus.html_bytes import declared_encoding
from corpus.html_content import ContentFinder
from corpus.html_frame import Framed, drop_frame
from corpus.html_marks import PageNote
from corpus.html_metadata import PageMetadata, read_day, read_metadata
from corpus.html_notes import take_notes
from corpus.html_table import TableTooLarge
from corpus.html_tree import Element, PageTooComplex, parse_page
from corpus.imprint import REVISED, Imprint, as_of, publisher, revisions
from corpus.inline import InlineText, join_inline
from corpus.ports import Loaded

_LINES = ("p", "div", "span", "li", "time", "dd", "td", "small", "em", "footer")
_LONGEST_LINE = 200


class HtmlLoader:
    """Reads HTML and XHTML."""

    def load(self, data: bytes, source: Path) -> Loaded:
        """The document in *data*; raises `DocumentFormatError` where it can't be read."""
        text, warnings = decode(data, source, declared_encoding(data))
        try:
            page = _Page(parse_page(text.removeprefix("\ufeff")))
        except (PageTooComplex, TableTooLarge) as error:
            raise DocumentFormatError(f"{source} can't be read as a web page: {error}; make it simpler.") from error
        builder = page.build()
        if not builder.has_body:
            raise DocumentFormatError(
                f"{source} has no body text; if the page shows its text with scripts, open it in a browser and save it "
                "from there."
            )
        return Loaded(builder.build(page.metadata(source)), (*warnings, *page.warnings(source)))


class _Page:
    """A page on its way into a builder."""

    def __init__(self, root: Element) -> None:
        _name_title(root)
        self._notes = take_notes(root)  # first, so that no title has a mark in it
        self._head = read_metadata(root)
        self._revisions = list(_revisions(root))
        self._times = _times(root)
        finder = ContentFinder(root)
        self._content = finder.find()
        self._struck = finder.struck
        pieces = read_blocks(self._content)
        self._framed: Framed = drop_frame(pieces, self._head.title, has_notes=bool(self._notes))

    def build(self) -> DocumentBuilder:
        """A builder with every piece and note in it."""
        builder = DocumentBuilder()
        for piece in self._framed.pieces:
            _add(builder, piece)
        for note in self._notes:
            builder.add_note(note.label or "", _body(note))
        return builder

    def metadata(self, source: Path) -> Metadata:
        """What is known of the document."""
        head = self._head
        return Metadata(
            id=slugify(source.stem, "document"),
            title=head.title or self._framed.title or title_from_stem(source.stem),
            publisher=head.publisher or publisher(self._framed.imprints),
            as_of=self._as_of(head),
            language=head.language,
            topics=head.topics,
            url=head.url,
        )

    def warnings(self, source: Path) -> Iterator[str]:
        """What the page's editors should know."""
        if self._struck:
            yield f"{source} has text struck out, which was left out; take it out of the page if that is right."

    def _as_of(self, head: PageMetadata) -> date | None:
        revised = as_of([imprint for imprint in self._framed.imprints if imprint.rank == REVISED])
        visible = revised or as_of(self._revisions)
        return head.modified or visible or head.published or self._times or as_of(self._framed.imprints)


def _name_title(root: Element) -> None:
    """Make a heading of what Word calls the title, which stands above headings of the first level."""
    for element in root.find("p"):
        if "msotitle" in element.classes:
            element.tag, element.attributes["itemprop"] = "h1", "headline"


def _revisions(root: Element) -> Iterator[Imprint]:
    """What the page's lines say about when it was last changed."""
    for element in root.find(*_LINES):
        text = " ".join(element.text.split()) if len(element.children) <= 6 else ""
        if 0 < len(text) <= _LONGEST_LINE:
            yield from revisions([text])


def _times(root: Element) -> date | None:
    """The day that the page's ``<time>`` elements name, where they name one."""
    days = {read_day(element.get("datetime") or element.text) for element in root.find("time")} - {None}
    return days.pop() if len(days) == 1 else None


def _body(note: PageNote) -> InlineText:
    return join_inline(read_inline([body]) for body in note.body)


def _add(builder: DocumentBuilder, piece: Piece) -> None:
    match piece.kind:
        case Kind.HEADING:
            builder.add_heading(piece.level, piece.inline)
        case Kind.LIST:
            builder.add_list([row[0] for row in piece.rows], markers=piece.markers)
        case Kind.TABLE:
            builder.add_table(piece.rows)
        case Kind.PARAGRAPH:
            builder.add_paragraph(piece.inline)
