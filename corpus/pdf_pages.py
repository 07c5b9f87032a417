"""Opens PDFs. The one door to pypdfium2."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from corpus.errors import DocumentFormatError
from corpus.inline import normalise
from corpus.pdf_glyphs import Bookmark, Letter, Page, Printed, Rule, Tag

_MOST_PAGES = 1_000
_MOST_LETTERS = 3_000_000
_MOST_ON_A_PAGE = 100_000
_MOST_OBJECTS = 50_000
_MOST_ELEMENTS = 20_000
_DEEPEST = 60
_THICKEST_RULE = 3.0
_SHORTEST_RULE = 4.0
_SMALLEST_DOT, _LARGEST_DOT = 1.5, 8.0
_BOLD = re.compile(r"bold|black|heavy|semibold|demi(?!a)", re.IGNORECASE)
_SLANTED = re.compile(r"italic|oblique", re.IGNORECASE)
_ITALIC_FLAG = 64
_LIGATURES = re.compile("[\ufb00-\ufb06]")
_BROKEN_HYPHENS = "\x02\xad"
_HEADINGS = re.compile(r"H[1-6]?$|Title$")
_ROLES = {"Note": "Note", "FENote": "Note", "TD": "Cell", "TH": "Cell", "LI": "LI"}
_BLOCKS = frozenset({"P", "H", "LI", "TD", "TH", "Note", "FENote", "Caption", "BlockQuote", "TOCI", "Title"})

Place = Callable[[float, float], tuple[float, float]]


def read_pages(data: bytes, source: Path) -> Printed:
    """What the PDF *data* holds. Raises `DocumentFormatError` where it can't be opened or has too much in it.

    PDFium may be used by one thread at a time, whatever the document.
    """
    try:
        return _read(data, source)
    except (pdfium.PdfiumError, ctypes.ArgumentError, ValueError, OverflowError) as error:
        raise _broken(error, source) from error


def _broken(error: Exception, source: Path) -> DocumentFormatError:
    if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
        return DocumentFormatError(f"{source} is locked with a password; save a copy without one, and load that.")
    return DocumentFormatError(
        f"{source} is damaged and can't be read as a PDF; export it again from where it was made."
    )


def _read(data: bytes, source: Path) -> Printed:
    document = pdfium.PdfDocument(data)
    try:
        count = len(document)
        if count > _MOST_PAGES:
            raise DocumentFormatError(
                f"{source} has {count:,} pages, and PDFs of up to {_MOST_PAGES:,} are read; split it into its parts."
            )
        pages: list[Page] = []
        letters = 0
        for number in range(1, count + 1):
            pages.append(_read_page(document, number, source))
            letters += len(pages[-1].letters)
            if letters > _MOST_LETTERS:
                raise DocumentFormatError(f"{source} has more than {_MOST_LETTERS:,} letters; split it into its parts.")
        info = {key: normalise(value) for key, value in document.get_metadata_dict().items() if normalise(value)}
        return Printed(tuple(pages), info, _bookmarks(document), _language(document))
    finally:
        document.close()


def _bookmarks(document: pdfium.PdfDocument) -> tuple[Bookmark, ...]:
    try:
        entries = list(islice(document.get_toc(max_depth=6), 2_000))
        return tuple(Bookmark(normalise(entry.get_title()), entry.level + 1) for entry in entries)
    except (pdfium.PdfiumError, ValueError):
        return ()


def _language(document: pdfium.PdfDocument) -> str | None:
    return _wide(raw.FPDFCatalog_GetLanguage, document) or None


def _wide(ask: Callable[..., int], *asked: Any) -> str:
    """The string that *ask* writes as UTF-16."""
    size = ask(*asked, None, 0)
    if not 2 < size < 10_000:
        return ""
    buffer = ctypes.create_string_buffer(size)
    ask(*asked, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)) if ask in _SHORTS else buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le", errors="ignore")


_SHORTS = (raw.FPDFCatalog_GetLanguage,)


def _read_page(document: pdfium.PdfDocument, number: int, source: Path) -> Page:
    page = document[number - 1]
    try:
        width, height, place, turn = _frame(page)
        text = page.get_textpage()
        try:
            if text.count_chars() > _MOST_ON_A_PAGE:
                raise DocumentFormatError(
                    f"{source}, page {number}, has more than {_MOST_ON_A_PAGE:,} letters; split it into its pages."
                )
            reader = _TextReader(text, place, turn, _tags(page))
            letters = tuple(
                letter for letter in reader.letters() if 0 <= letter.left < width and 0 <= letter.baseline < height
            )
        finally:
            text.close()
        rules, dots, pictured = _drawn(page, place)
        share = min(pictured / (width * height), 1.0) if width * height else 0.0
        return Page(number, width, height, letters, rules, dots, reader.unreadable, reader.turned, share)
    finally:
        page.close()


def _frame(page: pdfium.PdfPage) -> tuple[float, float, Place, int]:
    """The size of *page* as it is shown, where a point of it is shown, and by how many quarters it is turned."""
    left, bottom, right, top = page.get_bbox()
    turn = page.get_rotation() // 90 % 4
    places: tuple[Place, ...] = (
        lambda x, y: (x - left, y - bottom),
        lambda x, y: (y - bottom, right - x),
        lambda x, y: (right - x, top - y),
        lambda x, y: (top - y, x - left),
    )
    width, height = abs(right - left), abs(top - bottom)
    return (*((height, width) if turn % 2 else (width, height)), places[turn], turn)


@dataclass(frozen=True, slots=True)
class _Style:
    """What the letters of one text object share."""

    size: float
    bold: bool
    italic: bool
    level: bool
    tag: Tag | None


class _TextReader:
    """Reads the letters of a page."""

    def __init__(self, text: pdfium.PdfTextPage, place: Place, turn: int, tags: dict[int, Tag]) -> None:
        self.unreadable = 0
        self.turned = 0
        self._text = text
        self._place = place
        self._turn = turn
        self._tags = tags
        self._styles: dict[int, _Style] = {}
        self._box = raw.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()

    def letters(self) -> Iterator[Letter]:
        """The visible letters, in the order they are drawn."""
        spaced = False
        last: Letter | None = None
        for index in range(self._text.count_chars()):
            char = chr(raw.FPDFText_GetUnicode(self._text, index))
            if char.isspace():
                spaced = spaced or raw.FPDFText_IsGenerated(self._text, index) != 1
                continue
            for letter in self._read(char, index, spaced):
                composed = unicodedata.normalize("NFC", last.char + letter.char) if last else ""
                if last and len(composed) == 1:
                    last = last._replace(char=composed)
                    continue
                if last:
                    yield last
                last = letter
            spaced = False
        if last:
            yield last

    def _read(self, char: str, index: int, spaced: bool) -> Iterator[Letter]:
        char = "-" if char in _BROKEN_HYPHENS else char
        style = self._style(index)
        if not style.level:
            self.turned += 1
        elif self._is_unreadable(char, index):
            self.unreadable += 1
        elif normalise(char):
            yield from self._split(char, index, style, spaced)

    def _is_unreadable(self, char: str, index: int) -> bool:
        if raw.FPDFText_HasUnicodeMapError(self._text, index) == 1:
            return True
        return unicodedata.category(char) in ("Cc", "Cn", "Cs") or char == "\ufffd"

    def _split(self, char: str, index: int, style: _Style, spaced: bool) -> Iterator[Letter]:
        """The letters of a character; a ligature has more than one, which share its width."""
        written = unicodedata.normalize("NFKC" if _LIGATURES.match(char) else "NFC", char)
        raw.FPDFText_GetLooseCharBox(self._text, index, self._box)
        raw.FPDFText_GetCharOrigin(self._text, index, self._x, self._y)
        left, bottom = self._place(self._box.left, self._box.bottom)
        right, top = self._place(self._box.right, self._box.top)
        _, baseline = self._place(self._x.value, self._y.value)
        left, right, bottom, top = min(left, right), max(left, right), min(bottom, top), max(bottom, top)
        share = (right - left) / max(len(written), 1)
        for place, part in enumerate(written):
            yield Letter(
                part, left + place * share, left + (place + 1) * share, bottom, top, baseline, style.size,
                style.bold, style.italic, spaced and not place, tag=style.tag,
            )  # fmt: skip

    def _style(self, index: int) -> _Style:
        held = raw.FPDFText_GetTextObject(self._text, index)
        key = ctypes.cast(held, ctypes.c_void_p).value or 0
        if key not in self._styles or not key:
            self._styles[key] = self._read_style(index, held)
        return self._styles[key]

    def _read_style(self, index: int, held: Any) -> _Style:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self._text, index, matrix)
        size = raw.FPDFText_GetFontSize(self._text, index) * (math.hypot(matrix.c, matrix.d) or 1.0)
        angle = math.atan2(matrix.b, matrix.a) - self._turn * math.pi / 2
        buffer, flags = ctypes.create_string_buffer(256), ctypes.c_int()
        raw.FPDFText_GetFontInfo(self._text, index, buffer, len(buffer), flags)
        name = buffer.value.decode("utf-8", errors="ignore")
        weight = raw.FPDFText_GetFontWeight(self._text, index)
        slanted = bool(_SLANTED.search(name) or (flags.value > 0 and flags.value & _ITALIC_FLAG))
        content = raw.FPDFPageObj_GetMarkedContentID(held) if held else -1
        return _Style(
            size=abs(size),
            bold=bool(_BOLD.search(name)) or weight >= 600,
            italic=slanted,
            level=math.cos(angle) > 0.99,
            tag=self._tags.get(content),
        )


def _tags(page: pdfium.PdfPage) -> dict[int, Tag]:
    """The tag of each piece of marked content, where the page has a structure."""
    tree = raw.FPDF_StructTree_GetForPage(page)
    if not tree:
        return {}
    try:
        walker = _TagWalker()
        for place in range(min(max(raw.FPDF_StructTree_CountChildren(tree), 0), _MOST_ELEMENTS)):
            walker.walk(raw.FPDF_StructTree_GetChildAtIndex(tree, place), Tag("", 0), 0)
        return walker.found
    finally:
        raw.FPDF_StructTree_Close(tree)


class _TagWalker:
    """Walks a page's structure, a limited number of elements of it."""

    def __init__(self) -> None:
        self.found: dict[int, Tag] = {}
        self._elements = 0

    def walk(self, element: Any, above: Tag, depth: int) -> None:
        """Note what *element*, which stands in *above*, and all in it say of the page's content."""
        self._elements += 1
        if not element or depth > _DEEPEST or self._elements > _MOST_ELEMENTS:
            return
        tag = self._tag(_wide(raw.FPDF_StructElement_GetType, element), above)
        for place in range(min(max(raw.FPDF_StructElement_CountChildren(element), 0), _MOST_ELEMENTS)):
            child = raw.FPDF_StructElement_GetChildAtIndex(element, place)
            if child:
                self.walk(child, tag, depth + 1)
                continue
            content = raw.FPDF_StructElement_GetChildMarkedContentID(element, place)
            if content >= 0:
                self.found[content] = tag

    def _tag(self, kind: str, above: Tag) -> Tag:
        """A heading, a cell and a note stay what they are, whatever is in them."""
        number = self._elements
        if kind == "Table" and not above.table:
            return above._replace(table=number)
        if kind == "TR" and above.role != "Cell":
            return above._replace(row=number)
        kept = above.role.startswith(("H", "Title")) or above.role in ("Cell", "Note")
        if kind in ("Note", "FENote"):
            return Tag("Note", number)
        if kept or (kind not in _BLOCKS and not _HEADINGS.match(kind)):
            return above
        role = kind if _HEADINGS.match(kind) else _ROLES.get(kind, "P")
        if above.role == "LI" and role == "P":
            return above
        return Tag(role, number, above.row, above.table)


def _drawn(page: pdfium.PdfPage, place: Place) -> tuple[tuple[Rule, ...], tuple[Rule, ...], float]:
    """The straight lines and the dots on *page*, and the area of its pictures."""
    rules, dots = list[Rule](), list[Rule]()
    pictured = 0.0
    kinds = (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE)
    for drawn in islice(page.get_objects(filter=kinds, max_depth=4), _MOST_OBJECTS):
        box = _bounds(drawn.raw, place)
        if box is None:
            continue
        if drawn.type == raw.FPDF_PAGEOBJ_IMAGE:
            pictured += (box.right - box.left) * (box.top - box.bottom)
        elif _is_dot(box):
            dots.append(box)
        else:
            rules.extend(_rules_of(drawn.raw, box, place))
    return tuple(rules), tuple(dots), pictured


def _is_dot(box: Rule) -> bool:
    width, height = box.right - box.left, box.top - box.bottom
    return _SMALLEST_DOT <= width <= _LARGEST_DOT and abs(width - height) <= 0.2 * width


def _bounds(drawn: Any, place: Place) -> Rule | None:
    sides = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(drawn, *sides):
        return None
    left, bottom, right, top = (side.value for side in sides)
    return _box(place(left, bottom), place(right, top))


def _box(one: tuple[float, float], other: tuple[float, float]) -> Rule | None:
    if not all(map(math.isfinite, (*one, *other))):
        return None
    return Rule(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))


def _rules_of(path: Any, box: Rule, place: Place) -> Iterator[Rule]:
    """The lines of a path: itself where it is thin, else the straight sides that are drawn with a pen."""
    if min(box.right - box.left, box.top - box.bottom) <= _THICKEST_RULE:
        if box.length >= _SHORTEST_RULE:
            yield box
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    if not stroke.value:
        return
    points = list(_points(path, place))
    for one, other in pairwise(points):
        side = _box(one[0], other[0]) if other[1] else None
        if side and min(side.right - side.left, side.top - side.bottom) <= 1 and side.length >= _SHORTEST_RULE:
            yield side


def _points(path: Any, place: Place) -> Iterator[tuple[tuple[float, float], bool]]:
    """The corners of a path, and whether a line leads to each."""
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    start: tuple[float, float] | None = None
    for index in range(min(max(raw.FPDFPath_CountSegments(path), 0), 1_000)):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = place(
            matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f
        )
        kind = raw.FPDFPathSegment_GetType(segment)
        start = point if kind == raw.FPDF_SEGMENT_MOVETO else start
        yield point, kind == raw.FPDF_SEGMENT_LINETO
        if raw.FPDFPathSegment_GetClose(segment) and start:
            yield start, True
