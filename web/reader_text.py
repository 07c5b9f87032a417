"""Text of an explainer cut into pieces, each of them wholly highlighted or not at all.

A highlighted span may cross blocks, items, cells and sentences. They are cut where the span begins or ends, where a
note's mark stands, and around each abbreviation that is explained.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

from corpus.documents import Document, Span
from web.glossary import Term, term_uses


@dataclass(frozen=True, slots=True)
class NoteMark:
    """The mark of one of the document's own notes, with its HTML id and where it leads."""

    label: str
    id: str
    href: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; a ``note`` has none.

    ``strong`` are the exact words of a highlight, and ``mark_id`` is set on its first piece only. A piece that is a
    ``term`` either ``defines`` it or uses it.
    """

    text: str = ""
    marked: bool = False
    strong: bool = False
    mark_id: str | None = None
    note: NoteMark | None = None
    term: Term | None = None
    defines: bool = False


Pieces = tuple[Piece, ...]


class Cutter:
    """Cuts the spans of one document into pieces. They must come in the order of the text.

    *words* count only inside *highlight*.
    """

    def __init__(self, document: Document, highlight: Span | None, words: Span | None = None) -> None:
        self.document = document
        self.highlighted = False
        self.terms: list[Term] = []
        self._highlight = highlight
        self._words = words if words and highlight and highlight.contains(words) else None
        self._marks = deque(sorted(_note_marks(document), key=itemgetter(0)))
        self._uses = {use.span.start: use for use in term_uses(document)}
        spans = [use.span for use in self._uses.values()] + [s for s in (self._highlight, self._words) if s]
        offsets = {offset for span in spans for offset in (span.start, span.end)}
        self._edges = sorted(offsets | {offset for offset, _ in self._marks})

    def cut(self, span: Span) -> Pieces:
        """The pieces of *span*."""
        return tuple(self._pieces(span))

    def _pieces(self, span: Span) -> Iterator[Piece]:
        yield from self._notes_until(span.start)  # a mark can stand alone, as in an empty cell
        inner = self._edges[bisect_right(self._edges, span.start) : bisect_left(self._edges, span.end)]
        for start, end in pairwise([span.start, *inner, span.end]) if span.end > span.start else ():
            yield self._piece(Span(start, end))
            yield from self._notes_until(end)

    def _notes_until(self, offset: int) -> Iterator[Piece]:
        while self._marks and self._marks[0][0] <= offset:
            yield Piece(note=self._marks.popleft()[1])

    def _piece(self, span: Span) -> Piece:
        text = span.of(self.document.text)
        term, defines = self._term(span)
        if self._highlight is None or not self._highlight.contains(span):
            return Piece(text, term=term, defines=defines)
        is_first, self.highlighted = not self.highlighted, True
        strong = self._words is not None and self._words.contains(span)
        return Piece(text, True, strong, "quote" if is_first else None, None, term, defines)

    def _term(self, span: Span) -> tuple[Term | None, bool]:
        """The term that *span* is, where it is whole and its definition stands before it on the page."""
        use = self._uses.get(span.start)
        if use is None:
            return None, False
        if use.defines:
            self.terms.append(use.term)
            return use.term, True
        return (use.term if use.span == span and use.term in self.terms else None), False


def _note_marks(document: Document) -> Iterator[tuple[int, NoteMark]]:
    for number, note in enumerate(document.notes, start=1):
        for use, offset in enumerate(note.marks, start=1):
            yield offset, NoteMark(note.label, f"note-{number}-ref-{use}", f"#note-{number}")
