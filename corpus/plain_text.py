"""Reads explainers kept as plain text, such as the text copied from a web page.

The text is read in steps: `lines` tells what each line looks like, `endnotes` takes the notes out, `outline` tells
headings from furniture and how they nest; what is left goes to the builder in reading order.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from corpus.builder import DocumentBuilder, Metadata, slugify, title_from_stem
from corpus.documents import Document
from corpus.encoding import decode
from corpus.endnotes import MarkReader, take_notes
from corpus.errors import DocumentFormatError
from corpus.imprint import as_of, publisher, revisions
from corpus.lines import Shape, Unit, read_units
from corpus.outline import outline
from corpus.ports import Loaded

_LAST_LINES = 12


class PlainTextLoader:
    """Reads plain text."""

    def load(self, data: bytes, source: Path) -> Loaded:
        """The document in *data*; raises `DocumentFormatError` where it has no body."""
        text, warnings = decode(data, source)
        return Loaded(_document(text, source), warnings)


def _document(text: str, source: Path) -> Document:
    units = read_units(text)
    endnotes = take_notes(units)
    page = outline(endnotes.units)
    labels = [label for label, _ in endnotes.notes]
    marks = MarkReader(labels, (unit.content for unit in page.units))
    builder = DocumentBuilder()
    _write(builder, page.units, marks)
    for label, body in endnotes.notes:
        builder.add_note(label, body)
    if not builder.has_body:
        raise DocumentFormatError(f"{source} has no body text; write at least one paragraph.")
    return builder.build(
        Metadata(
            id=slugify(source.stem, "document"),
            title=marks.read(page.title).text if page.title else title_from_stem(source.stem),
            publisher=publisher(page.imprints),
            as_of=as_of(page.imprints) or as_of(revisions(unit.text for unit in units[-_LAST_LINES:])),
        )
    )


def _write(builder: DocumentBuilder, units: Sequence[Unit], marks: MarkReader) -> None:
    for shape, group in groupby(units, key=lambda unit: unit.shape):
        if shape is Shape.ITEM:
            items = list(group)
            builder.add_list([marks.read(item.text) for item in items], markers=[item.marker for item in items])
            continue
        for unit in group:
            match shape:
                case Shape.HEADING:
                    builder.add_heading(unit.level, marks.read(unit.text))
                case Shape.ROWS:
                    builder.add_table([[marks.read(cell) for cell in row] for row in unit.rows])
                case _:
                    builder.add_paragraph(marks.read(unit.text))
