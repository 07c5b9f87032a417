"""Reads explainers printed as PDF.

The file is read in steps: `pdf_pages` gives letters with their boxes, `pdf_lines`, `pdf_tables` and `pdf_columns` put
them into lines, tables and reading order, `pdf_furniture` and `pdf_notes` take off what runs along the top and foot,
`pdf_paragraphs` puts lines together, and `pdf_outline` tells headings; `pdf_layout` says where on the pages the
document's text stands in the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from pathlib import Path

from corpus.builder import DocumentBuilder, Metadata, slugify, title_from_stem
from corpus.documents import Document
from corpus.errors import DocumentFormatError
from corpus.imprint import as_of, publisher, revisions
from corpus.language import known_language
from corpus.pdf_columns import find_gutter, flows_of
from corpus.pdf_furniture import drop_running
from corpus.pdf_glyphs import Page, Printed
from corpus.pdf_layout import lay_out
from corpus.pdf_lines import Line, join_spread, lines_of
from corpus.pdf_metadata import day_of, read_packet, sensible_title
from corpus.pdf_notes import FootNote, NoteTaker
from corpus.pdf_outline import Head, drop_contents, take_endnotes, take_head, with_headings
from corpus.pdf_paragraphs import Kind, Unit, setting_of, units_of, unmarked
from corpus.pdf_process import read_apart
from corpus.pdf_tables import Table, take_aligned, take_ruled, take_tagged
from corpus.pdf_text import Reading, Sign, Words, join_lines, read_signs
from corpus.ports import Loaded

_MOST_UNREADABLE = 0.1
_MOSTLY_PICTURE = 0.4
_FEWEST_LETTERS = 40
_MOST_TURNED = 0.02
_LAST_UNITS = 6
_MOST_NAMED = 10
_MOST_GUTTERS = 3
_MOST_LINES = 3_000


class PdfLoader:
    """Reads PDFs that hold text."""

    def load(self, data: bytes, source: Path) -> Loaded:
        """The document in *data*; raises `DocumentFormatError` where it can't be read."""
        printed = read_apart(data, source)
        return read_printed(printed, source, read_packet(data))


def read_printed(printed: Printed, source: Path, packet: Mapping[str, str] | None = None) -> Loaded:
    """The document on printed pages; *packet* is what the file's XMP packet says of its title and publisher."""
    warnings = _check(printed, source)
    text = _read(printed, source)
    if not any(unit.lines or unit.table for unit in text.units if unit.kind is not Kind.HEADING):
        raise DocumentFormatError(f"{source} has no body text; print a document with at least one paragraph.")
    metadata, dated = _metadata(printed, text, packet or {}, source)
    return Loaded(_build(text, metadata, printed), (*warnings, *dated))


def _check(printed: Printed, source: Path) -> tuple[str, ...]:
    """Warnings about pages that can't be read; raises `DocumentFormatError` where that is most of the text."""
    letters = sum(len(page.letters) for page in printed.pages)
    unreadable = sum(page.unreadable for page in printed.pages) + sum(
        "\ue000" <= letter.char <= "\uf8ff" for page in printed.pages for letter in page.letters
    )
    pictures = [page.number for page in printed.pages if _is_picture(page)]
    if unreadable > _MOST_UNREADABLE * (letters + unreadable):
        raise DocumentFormatError(
            f"{source} doesn't say which characters its letters stand for, so that its text can't be read; export it "
            "again with its fonts embedded, or run it through text recognition (OCR)."
        )
    if pictures and len(pictures) == sum(bool(page.letters) or page.number in pictures for page in printed.pages):
        raise DocumentFormatError(
            f"{source} is a picture of text; run it through text recognition (OCR), and load what comes out."
        )
    if not letters:
        raise DocumentFormatError(
            f"{source} has no text; if it shows some, that is drawn as shapes: run it through text recognition (OCR)."
        )
    return tuple(_shortcomings(printed, pictures, letters, source))


def _is_picture(page: Page) -> bool:
    return page.pictured >= _MOSTLY_PICTURE and len(page.letters) < _FEWEST_LETTERS


def _shortcomings(printed: Printed, pictures: Sequence[int], letters: int, source: Path) -> Iterable[str]:
    if pictures:
        yield (
            f"{source}: {_listed(pictures)} a picture of text and left out; run it through text recognition (OCR) "
            "to have all of it."
        )
    turned = [page.number for page in printed.pages if page.turned > _MOST_TURNED * (letters / len(printed.pages))]
    if turned:
        yield f"{source}: text that is turned on its side is left out; see {_pages(turned)}."


def _listed(pages: Sequence[int]) -> str:
    return f"{_pages(pages)} {'is' if len(pages) == 1 else 'are each'}"


def _pages(pages: Sequence[int]) -> str:
    named = ", ".join(map(str, pages[:_MOST_NAMED])) + (" and more" if len(pages) > _MOST_NAMED else "")
    return f"{'page' if len(pages) == 1 else 'pages'} {named}"


@dataclass(slots=True)
class _Text:
    """What a PDF says, before it is built."""

    head: Head
    units: list[Unit]
    notes: list[FootNote]
    words: Words


def _read(printed: Printed, source: Path) -> _Text:
    found = [_page_tables(page, source) for page in printed.pages]
    running = drop_running([lines for _, lines in found], [page.height for page in printed.pages])
    gutters = [gutter for lines in running if (gutter := find_gutter(lines))][:_MOST_GUTTERS]
    pages: list[list[list[Line | Table]]] = []
    for (tables, _), lines in zip(found, running, strict=True):
        boxes: list[Line | Table] = [*tables, *lines]
        pages.append([_mended(flow) for flow in flows_of(boxes, gutters)])
    setting = setting_of(flow for flows in pages for flow in flows)
    taker = NoteTaker(setting.size)
    bodies: list[list[Line | Table]] = []
    for page, flows in zip(printed.pages, pages, strict=True):
        bodies += [take_aligned(taker.take(flow, page.rules), page.rules) for flow in flows]
    words = Words(line for flows in pages for flow in flows for box in flow for line in _lines(box))
    units = drop_contents(with_headings(list(unmarked(units_of(bodies, setting))), setting, printed.bookmarks))
    endnotes, units = take_endnotes(units)
    notes = [*taker.notes, *(FootNote(label, 0, lines) for label, lines in endnotes)]
    named = sensible_title(printed.info.get("Title", ""))
    head = take_head(units, named) if units else Head(None, (), ())
    return _Text(head, list(head.units), [note for note in notes if note.lines], words)


def _page_tables(page: Page, source: Path) -> tuple[list[Table], list[Line]]:
    """The tables of *page* that are declared or drawn, and the lines outside."""
    lines = lines_of(page)
    if len(lines) > _MOST_LINES:
        raise DocumentFormatError(
            f"{source}, page {page.number}, has more than {_MOST_LINES:,} pieces of text that stand apart, as on a map "
            "or a drawing; take that page out."
        )
    tagged, lines = take_tagged(lines)
    ruled, lines = take_ruled(lines, page.rules)
    return [*tagged, *ruled], lines


def _mended(flow: Sequence[Line | Table]) -> list[Line | Table]:
    lines = join_spread(box for box in flow if isinstance(box, Line))
    return sorted([*lines, *(box for box in flow if isinstance(box, Table))], key=lambda box: (-box.top, box.left))


def _lines(box: Line | Table) -> Iterable[Line]:
    return box.lines if isinstance(box, Table) else [box]


def _metadata(
    printed: Printed, text: _Text, packet: Mapping[str, str], source: Path
) -> tuple[Metadata, tuple[str, ...]]:
    named = sensible_title(packet.get("title", "")) or sensible_title(printed.info.get("Title", ""))
    day = as_of(text.head.imprints) or as_of(revisions(unit.text for unit in text.units[-_LAST_UNITS:]))
    warnings: tuple[str, ...] = ()
    if day is None and (day := _changed(printed)):
        warnings = (
            f"{source} shows no date, so it is taken to hold as of {day}, when the file was made or last changed; "
            "put a line such as “Last updated April 14, 2025” below its title.",
        )
    metadata = Metadata(
        id=slugify(source.stem, "document"),
        title=text.head.title or named or title_from_stem(source.stem),
        publisher=publisher(text.head.imprints) or packet.get("publisher"),
        as_of=day,
        language=known_language(printed.language),
    )
    return metadata, warnings


def _changed(printed: Printed) -> date | None:
    return day_of(printed.info.get("ModDate") or printed.info.get("CreationDate") or "")


class _Notes:
    """Finds the note that a mark leads to: on the mark's page, on the next, or at the end."""

    def __init__(self, notes: Sequence[FootNote]) -> None:
        self.notes = notes
        self.marked: Counter[int] = Counter()
        self._places = {(note.label, note.page): number for number, note in reversed(list(enumerate(notes)))}

    def find(self, label: str, page: int) -> int | None:
        """The number of the note called *label* for a mark on *page*."""
        candidates = (self._places.get((label, other)) for other in (page, page + 1, 0))
        found = next((number for number in candidates if number is not None), None)
        if found is not None:
            self.marked[found] += 1
        return found

    def names(self) -> list[str]:
        """A label for each note: its own, unless several share one and can't be told apart by their order."""
        shared = Counter(note.label for note in self.notes)
        unclear = any(
            not note.label or (shared[note.label] > 1 and self.marked[number] != 1)
            for number, note in enumerate(self.notes)
        )
        return [str(number) if unclear else note.label for number, note in enumerate(self.notes, 1)]


@dataclass(slots=True)
class _Writer:
    """Reads units in order, and keeps their letters; they go to the builder once every mark is known."""

    words: Words
    notes: _Notes
    signs: list[Sign] = field(default_factory=list)

    def read(self, lines: Iterable[Line]) -> Reading:
        """The text of *lines*."""
        reading = read_signs(join_lines(lines, self.words), self.notes.find)
        self.signs.extend(reading.signs)
        return reading


def _build(text: _Text, metadata: Metadata, printed: Printed) -> Document:
    notes = _Notes(text.notes)
    writer = _Writer(text.words, notes)
    read = [(unit, _readings(unit, writer)) for unit in text.units]
    bodies = [read_signs(join_lines(note.lines, text.words), lambda _, __: None) for note in text.notes]
    names = notes.names()
    builder = DocumentBuilder()
    for kind, group in groupby(read, key=lambda pair: pair[0].kind):
        _write(builder, kind, list(group), names)
    for name, body in zip(names, bodies, strict=True):
        builder.add_note(name, body.text)
        writer.signs.extend(body.signs)
    document = builder.build(metadata)
    return replace(document, layout=lay_out(document, writer.signs, {page.number: page for page in printed.pages}))


def _readings(unit: Unit, writer: _Writer) -> list[list[Reading]]:
    if unit.table is None:
        return [[writer.read(unit.lines)]]
    return [[writer.read(cell) for cell in row] for row in unit.table.rows]


def _write(
    builder: DocumentBuilder, kind: Kind, group: Sequence[tuple[Unit, list[list[Reading]]]], names: Sequence[str]
) -> None:
    if kind is Kind.ITEM:
        items = [rows[0][0].inline(names) for _, rows in group]
        builder.add_list(items, markers=[unit.marker for unit, _ in group])
        return
    for unit, rows in group:
        match kind:
            case Kind.TABLE:
                builder.add_table([[cell.inline(names) for cell in row] for row in rows])
            case Kind.HEADING:
                builder.add_heading(unit.level, rows[0][0].inline(names))
            case _:
                builder.add_paragraph(rows[0][0].inline(names))
