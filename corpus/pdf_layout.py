"""Where on its pages a document's text stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from corpus.documents import BlockKind, Document, LineBox, Span
from corpus.pdf_glyphs import Page
from corpus.pdf_text import Sign

_FARTHEST = 16


def lay_out(document: Document, signs: Sequence[Sign], pages: Mapping[int, Page]) -> tuple[LineBox, ...]:
    """A box for every stretch of *document*'s text that stands in one line.

    *signs* are the letters that the document was built from, in its order. The builder changes only their blanks, so
    that both are read side by side; a letter without a partner is passed over.
    """
    boxes: list[LineBox] = []
    place = 0
    for span in _leaves(document):
        found: list[tuple[int, Sign]] = []
        for offset in range(span.start, span.end):
            char = document.text[offset]
            if char.isspace():
                continue
            ahead = range(place, min(place + _FARTHEST, len(signs)))
            match = next((other for other in ahead if signs[other].letter.char == char), None)
            if match is not None:
                found.append((offset, signs[match]))
                place = match + 1
        boxes.extend(_boxes(document.text, found, pages))
    return tuple(boxes)


def _leaves(document: Document) -> Iterator[Span]:
    """The spans that were written one by one, in order."""
    for section in document.sections:
        if section.heading:
            yield section.heading_span
        for block in section.blocks:
            match block.kind:
                case BlockKind.PARAGRAPH:
                    yield block.span
                case BlockKind.LIST:
                    yield from block.items
                case BlockKind.TABLE:
                    yield from (cell for row in block.cells for cell in row)
    yield from (note.span for note in document.notes)


def _boxes(text: str, found: Sequence[tuple[int, Sign]], pages: Mapping[int, Page]) -> Iterator[LineBox]:
    """The boxes of letters at their offsets: one for each stretch that has nothing but blanks between."""
    stretch: list[tuple[int, Sign]] = []
    for offset, sign in found:
        if stretch and not _is_next(text, stretch[-1], (offset, sign)):
            yield _box(stretch, pages)
            stretch = []
        stretch.append((offset, sign))
    if stretch:
        yield _box(stretch, pages)


def _is_next(text: str, one: tuple[int, Sign], other: tuple[int, Sign]) -> bool:
    between = text[one[0] + 1 : other[0]]
    ahead = other[1].letter.right >= one[1].letter.left
    return one[1].line is other[1].line and not between.strip() and ahead


def _box(stretch: Sequence[tuple[int, Sign]], pages: Mapping[int, Page]) -> LineBox:
    line = stretch[0][1].line
    page = pages[line.page]
    start, end = stretch[0][0], stretch[-1][0] + 1
    edges: list[float] = []
    reached = 0.0
    for offset, sign in stretch:
        edges += [reached] * (offset - start - len(edges))  # the blanks before it
        edges.append(sign.letter.left)
        reached = sign.letter.right
    edges.append(reached)
    return LineBox(
        Span(start, end), page.number, max(line.bottom, 0.0), min(line.top, page.height), _rising(edges, page.width)
    )


def _rising(edges: Iterable[float], width: float) -> tuple[float, ...]:
    """*edges* inside the page, none left of the one before."""
    rising: list[float] = []
    for edge in edges:
        inside = round(min(max(edge, 0.0), width), 2)
        rising.append(max(inside, rising[-1]) if rising else inside)
    return tuple(rising)
