"""Reads the blocks of a page's content: headings, paragraphs, lists and tables in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from corpus.builder import BULLET
from corpus.html_marks import MARK, words_in
from corpus.html_table import is_layout, table_rows
from corpus.html_text import TagState
from corpus.html_tree import BLOCKS, HEADINGS, Element
from corpus.inline import InlineText, Mark, join_inline, normalise

_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_BLANK = frozenset({"br", "img", "hr", "input", "button"})
_WORD_LIST = re.compile(r"msolist|mso-list", re.IGNORECASE)
_BULLETED = re.compile(r"\s*([•·▪◦●§■➢]|o(?=[\s\xa0]{2}))[\s\xa0]+")
_NUMBERED = re.compile(r"\s*(\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)])[\s\xa0]+")
_LONGEST_START = 7
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_STYLES = {"lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A"} | {
    "lower-roman": "i",
    "upper-roman": "I",
}
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)")


class Kind(Enum):
    """What a piece of a page is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading, paragraph, list or table of a page.

    ``rows`` holds a list's items, with ``markers``, and a table's rows; the others have one row of one cell.
    ``linked`` is the share of the words that are links; ``loose`` says that a list's items were paragraphs. ``text`` is
    all the text, normalised.
    """

    kind: Kind
    rows: tuple[tuple[InlineText, ...], ...]
    level: int = 0
    markers: tuple[str, ...] = ()
    linked: float = 0.0
    loose: bool = False
    text: str = field(init=False, default="")

    @property
    def inline(self) -> InlineText:
        """The text of a heading or paragraph."""
        return self.rows[0][0]

    def __post_init__(self) -> None:
        text = normalise(" ".join(cell.text for row in self.rows for cell in row))
        object.__setattr__(self, "text", text)


def read_blocks(content: Element) -> list[Piece]:
    """The pieces of *content* in reading order."""
    return list(_join_loose(_Reader(content).flow(content.children)))


def read_inline(nodes: Iterable[Element | str]) -> InlineText:
    """The running text in *nodes*, however deep, and the marks in it."""
    reader = _InlineReader()
    for node in nodes:
        reader.read(node)
    return InlineText("".join(reader.pieces), tuple(reader.marks))


class _InlineReader:
    """Collects running text."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.marks: list[Mark] = []
        self._length = 0
        self._state = TagState()

    def read(self, node: Element | str) -> None:
        if isinstance(node, str):
            self._put(self._state.read(node))
        elif node.tag == MARK:
            label = node.get("label")
            self.marks.append(Mark(self._length, label, f"[{label}]"))
        elif node.tag in _BLANK and not node.children:
            self._put(" ")
        else:
            self._read_inside(node)

    def _read_inside(self, element: Element) -> None:
        opening, closing = ("“", "”") if element.tag == "q" else (" ", " ") if element.tag in BLOCKS else ("", "")
        self._state.turn(element.tag, opens=True)
        self._put(opening)
        for child in element.children:
            self.read(child)
        self._put(closing)
        self._state.turn(element.tag, opens=False)

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self._length += len(text)


class _Reader:
    """Reads blocks; what stands between them in an element is a paragraph."""

    def __init__(self, content: Element) -> None:
        self._wide = _with_blocks(content)

    def flow(self, nodes: Sequence[Element | str], quoted: bool = False) -> Iterator[Piece]:
        """The pieces that *nodes* come to."""
        run: list[Element | str] = []
        for place, node in enumerate(nodes):
            if isinstance(node, Element) and (node in self._wide or _breaks(nodes, place)):
                yield from _paragraph(run)
                run = []
                if node in self._wide:
                    yield from self._block(node, quoted)
            else:
                run.append(node)
        yield from _paragraph(run)

    def _block(self, element: Element, quoted: bool) -> Iterator[Piece]:
        level = _level(element)
        if level:
            inline = read_inline(element.children)
            yield Piece(Kind.PARAGRAPH if quoted else Kind.HEADING, ((inline,),), level)
        elif element.tag in _LISTS and not self._is_layout_list(element):
            yield from self._list(element)
        elif element.tag == "table" and not is_layout(element):
            yield from self._table(element)
        elif element.tag == "dl" and not any(True for _ in element.find(*HEADINGS, "table")):
            yield from self._definitions(element)
        elif element.tag == "p" or (element.tag == "pre" and not self._has_wide_child(element)):
            yield from self._paragraphs(element, quoted)
        else:
            yield from self.flow(element.children, quoted or element.tag == "blockquote")

    def _has_wide_child(self, element: Element) -> bool:
        return any(child in self._wide for child in element.elements)

    def _paragraphs(self, element: Element, quoted: bool) -> Iterator[Piece]:
        for piece in self.flow(element.children, quoted):
            yield _as_item(piece, element) if piece.kind is Kind.PARAGRAPH else piece

    def _is_layout_list(self, element: Element) -> bool:
        """Whether the list is one of cards, each with a heading, or of parts."""
        return any(True for _ in element.find(*HEADINGS, "table"))

    def _list(self, element: Element) -> Iterator[Piece]:
        items = list(self._items(element))
        if items:
            rows = tuple((item,) for _, item in items)
            yield Piece(Kind.LIST, rows, markers=tuple(marker for marker, _ in items), linked=_linked(element))

    def _items(self, element: Element) -> Iterator[tuple[str, InlineText]]:
        """The items of a list and of the lists in it, in reading order, each with its marker."""
        markers = _markers(element)
        for child in element.children:
            if isinstance(child, Element) and child.tag in _LISTS:  # a list directly in a list
                yield from self._items(child)
            elif isinstance(child, Element):
                yield from self._item(child, next(markers) if child.tag == "li" else "")
            elif child.strip():
                yield "", InlineText(child)

    def _item(self, item: Element, marker: str) -> Iterator[tuple[str, InlineText]]:
        own: list[Element | str] = []
        for node in self._unfolded(item):
            if isinstance(node, str) or node.tag not in _LISTS:
                own.append(node)
                continue
            if words_in(own) or any(isinstance(part, Element) and any(True for _ in part.find(MARK)) for part in own):
                yield marker, read_inline(own)
                marker = ""  # text that goes on below a nested list has no marker of its own
            own = []
            yield from self._items(node)
        yield marker, read_inline(own)

    def _unfolded(self, element: Element) -> Iterator[Element | str]:
        """The children of *element*, and those of children with lists in them."""
        for child in element.children:
            if isinstance(child, str) or child.tag in _LISTS or not any(True for _ in child.find(*_LISTS)):
                yield child
            else:
                yield " "
                yield from self._unfolded(child)
                yield " "

    def _table(self, element: Element) -> Iterator[Piece]:
        for caption in (child for child in element.elements if child.tag == "caption"):
            yield from self.flow(caption.children, quoted=True)
        rows = table_rows(element)
        if rows:
            cells = tuple(tuple(read_inline(nodes) for nodes in row) for row in rows)
            yield Piece(Kind.TABLE, cells, linked=_linked(element))

    def _definitions(self, element: Element) -> Iterator[Piece]:
        """A list of "Term: definition"."""
        items: list[InlineText] = []
        terms: list[InlineText] = []
        for child in element.find("dt", "dd"):
            inline = read_inline(child.children)
            if child.tag == "dt":
                terms.append(inline)
                continue
            items.append(_defined(terms, inline) if terms else inline)
            terms = []
        items += [join_inline(terms)] if terms else []
        if items:
            yield Piece(Kind.LIST, tuple((item,) for item in items), markers=(BULLET,) * len(items))


def _with_blocks(content: Element) -> set[Element]:
    """The elements that are blocks or have blocks in them."""
    wide: set[Element] = set()
    for element in content.find():
        if element.tag in BLOCKS or _level(element):
            while element not in wide and element is not content:
                wide.add(element)
                if element.parent is None:
                    break
                element = element.parent  # noqa: PLW2901
    return wide


def _level(element: Element) -> int:
    if element.tag in HEADINGS:
        return int(element.tag[1])
    if "heading" in element.roles:
        level = element.get("aria-level")
        return int(level) if re.fullmatch("[1-9]", level) else 2
    return 0


def _breaks(nodes: Sequence[Element | str], place: int) -> bool:
    """Whether two line breaks, which part paragraphs, begin or end at *place*."""
    return _is_break(nodes[place]) and (_is_next_break(nodes, place, 1) or _is_next_break(nodes, place, -1))


def _is_next_break(nodes: Sequence[Element | str], place: int, step: int) -> bool:
    place += step
    while 0 <= place < len(nodes):
        node = nodes[place]
        if not isinstance(node, str) or node.strip():
            return _is_break(node)
        place += step
    return False


def _is_break(node: Element | str) -> bool:
    return isinstance(node, Element) and node.tag == "br"


def _paragraph(run: Sequence[Element | str]) -> Iterator[Piece]:
    inline = read_inline(run)
    if normalise(inline.text) or inline.marks:
        holder = Element("p", {}, list(run))
        yield Piece(Kind.PARAGRAPH, ((inline,),), linked=_linked(holder))


def _linked(element: Element) -> float:
    """The share of the words in *element* that are links."""
    links = [link for link in element.find("a") if link.get("href")]
    return words_in(links) / max(words_in([element]), 1) if links else 0.0


def _as_item(piece: Piece, element: Element) -> Piece:
    """The item of a list that the paragraph *piece* is, where a word processor or its author wrote the bullet."""
    text = piece.inline.text
    match = _BULLETED.match(text)
    if match is None and _WORD_LIST.search(f"{element.get('class')} {element.get('style')}"):
        match = _NUMBERED.match(text)
    if match is None or not text[match.end() :].strip():
        return piece
    marks = tuple(replace(mark, offset=max(mark.offset - match.end(), 0)) for mark in piece.inline.marks)
    marker = match[1] if match.re is _NUMBERED else BULLET
    item = InlineText(text[match.end() :], marks)
    return Piece(Kind.LIST, ((item,),), markers=(marker,), linked=piece.linked, loose=True)


def _join_loose(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """*pieces* with items that follow each other in one list."""
    last: list[Piece] = []
    for piece in pieces:
        if last and not piece.loose:
            yield _joined(last)
            last = []
        if piece.loose:
            last.append(piece)
        else:
            yield piece
    if last:
        yield _joined(last)


def _joined(items: Sequence[Piece]) -> Piece:
    rows = tuple(row for item in items for row in item.rows)
    return replace(items[0], rows=rows, markers=tuple(marker for item in items for marker in item.markers))


def _defined(terms: Sequence[InlineText], definition: InlineText) -> InlineText:
    term = join_inline(terms)
    plain = term.text.rstrip()
    colon = "" if not plain or plain.endswith((":", "?", ".", "!", "–", "—")) else ":"
    return join_inline([replace(term, text=plain + colon), definition])


def _markers(element: Element) -> Iterator[str]:
    """The markers of a list's items, in order."""
    if element.tag != "ol":
        while True:
            yield BULLET
    style = _LIST_STYLE.search(element.get("style").lower())
    kind = _STYLES.get(style[1], "1") if style else element.get("type") or "1"
    items = [child for child in element.elements if child.tag == "li"]
    step = -1 if "reversed" in element.attributes else 1
    number = _number(element.get("start"), len(items) if step < 0 else 1)
    for item in items:
        number = _number(item.get("value"), number)
        yield f"{_written(number, kind)}."
        number += step


def _number(text: str, default: int) -> int:
    plain = text.strip()
    return int(plain) if plain.removeprefix("-").isdecimal() and len(plain) <= _LONGEST_START else default


def _written(number: int, kind: str) -> str:
    if kind in ("a", "A") and 1 <= number <= 26:
        return chr(ord(kind) + number - 1)
    if kind in ("i", "I") and 1 <= number < 400:
        roman = ""
        for value, letters in _ROMAN:
            count, number = divmod(number, value)
            roman += letters * count
        return roman if kind == "i" else roman.upper()
    return str(number)
