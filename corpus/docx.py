"""Reads explainers written in Word (.docx). The one door to mammoth.

`word_package` opens the file, `word_markup` makes it ready, mammoth reads it, and `word_outline` tells what its
paragraphs are for. What is walked here is mammoth's model of the document and not its HTML, which has no place for the
numbers of lists, the labels of notes and much else.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from mammoth import documents as model
from mammoth.docx import read as read_docx

from corpus.builder import DocumentBuilder, Metadata, slugify, title_from_stem
from corpus.errors import DocumentFormatError
from corpus.html_text import TagState
from corpus.imprint import as_of, parse_date, publisher
from corpus.inline import InlineText, Mark, join_inline, normalise
from corpus.ports import Loaded
from corpus.word_markup import Markup, Shape, prepare
from corpus.word_outline import Outline, Part, numbered, outline, write
from corpus.word_package import WordPackage

_SCRIPTS = {"superscript": "sup", "subscript": "sub"}
_EMPTY = InlineText("")
_MOST_CELLS = 100_000
_LONGEST_REPEATED = 100
_BLANKS = (model.Tab, model.Break)


class DocxLoader:
    """Reads Word documents."""

    def load(self, data: bytes, source: Path) -> Loaded:
        """The document in *data*; raises `DocumentFormatError` where it can't be read."""
        package = WordPackage(data, source)
        properties = _Properties(package)
        markup = prepare(package)
        document, left_out = _read(markup, source)
        reader = _Reader(document, markup, source)
        page = outline(list(reader.parts(document.children)), properties.title)
        builder = DocumentBuilder()
        write(builder, page.parts)
        if not builder.has_body:
            raise DocumentFormatError(f"{source} has no body text; write at least one paragraph.")
        for label, body in reader.notes():
            builder.add_note(label, body)
        metadata, told = _metadata(page, properties, source)
        lost = [*_told_of_headings(page), *_told_of_lost(left_out, reader.without_text)]
        return Loaded(builder.build(metadata), tuple(f"{source} {warning}" for warning in [*told, *lost]))


def _read(markup: Markup, source: Path) -> tuple[Any, Counter[str]]:
    """mammoth's model of the document, and what has no text that can be read."""
    try:
        result = read_docx(io.BytesIO(markup.docx))
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise DocumentFormatError(
            f"{source} has parts that Word wouldn't write so; open it in Word and save it anew as .docx."
        ) from error
    symbols = sum(message.message.startswith("A w:sym element") for message in result.messages)
    return result.value, markup.left_out + Counter({"symbol": symbols})


class _Properties:
    """What the properties of a file say about it."""

    def __init__(self, package: WordPackage) -> None:
        core, app = package.properties("core"), package.properties("app")
        self.title = normalise(core.get("title", ""))
        self.company = normalise(app.get("Company", "")) or None
        self.saved: date | None = parse_date(core.get("modified", ""))
        topics = map(normalise, core.get("keywords", "").replace(";", ",").split(","))
        self.topics = tuple(dict.fromkeys(filter(None, topics)))


def _metadata(page: Outline, properties: _Properties, source: Path) -> tuple[Metadata, list[str]]:
    """What is known of the document, and what its editors should know about that."""
    day, name = as_of(page.imprints) or as_of(page.revisions), publisher(page.imprints)
    warnings: list[str] = []
    if day is None and properties.saved:
        day = properties.saved
        warnings.append(
            f"doesn't say as of when it holds, so the day it was last saved, {day}, was taken from the file's "
            "properties; put a line such as “Last updated April 14, 2025” below its title."
        )
    if name is None and properties.company:
        name = properties.company
        warnings.append(f"was taken to be published by {name}, which the file's properties name as the company.")
    metadata = Metadata(
        id=slugify(source.stem, "document"),
        title=page.title or title_from_stem(source.stem),
        publisher=name,
        as_of=day,
        topics=properties.topics,
    )
    return metadata, warnings


def _told_of_headings(page: Outline) -> Iterator[str]:
    if page.guessed:
        yield "has no headings in Word's own styles, so lines in bold were taken for headings; style them as Heading 1."


def _told_of_lost(left_out: Mapping[str, int], notes: list[str]) -> Iterator[str]:
    found = [f"{count} {name}{'s' if count > 1 else ''}" for name, count in sorted(left_out.items()) if count]
    if found:
        named = " and ".join([", ".join(found[:-1]), found[-1]] if found[1:] else found)
        yield f"has {named} with no text that can be read; say in words what readers should find there."
    if notes:
        yield f"has marks of notes without a text ({', '.join(notes[:5])}); write the notes or take the marks out."


class _Reader:
    """Walks mammoth's model."""

    def __init__(self, document: Any, markup: Markup, source: Path) -> None:
        self._source = source
        self.without_text: list[str] = []
        self._bodies = document.notes
        self._shapes = markup.shapes
        self._labels = markup.labels
        self._met: dict[tuple[str, str], None] = {}

    def parts(self, nodes: Iterable[Any]) -> Iterator[Part]:
        """The paragraphs and tables in *nodes*."""
        for node in nodes:
            if isinstance(node, model.Paragraph):
                part = self._paragraph(node)
                if not part.shape.is_contents:
                    yield part
            elif isinstance(node, model.Table):
                yield from self._table(node)

    def notes(self) -> Iterator[tuple[str, InlineText]]:
        """The label and body of each note that a mark leads to, in the order of the marks."""
        for kind, note_id in list(self._met):
            label = self._labels[kind, note_id]
            try:
                note = self._bodies.find_note(kind, note_id)
            except KeyError:
                self.without_text.append(label)
            else:
                yield label, self._joined(note.body)

    def _paragraph(self, node: Any) -> Part:
        place = node.style_id or ""
        shape = self._shapes[int(place)] if place.isdecimal() else Shape()
        runs = [child for child in node.children if isinstance(child, model.Run) and _has_words(child)]
        return Part(self._text(node.children), shape, bold=bool(runs) and all(run.is_bold for run in runs))

    def _table(self, node: Any) -> Iterator[Part]:
        rows = [row.children for row in node.children if isinstance(row, model.TableRow)]
        if len(rows) == 1 and len(rows[0]) == 1:  # a frame around text
            yield from self.parts(rows[0][0].children)
        elif rows:
            yield Part(_EMPTY, rows=self._settled(list(self._grid(rows))))

    def _settled(self, rows: list[list[InlineText]]) -> tuple[tuple[InlineText, ...], ...]:
        """*rows* without columns that are empty from top to bottom, as cells that reach over others leave them."""
        width = max(map(len, rows))
        if width * len(rows) > _MOST_CELLS:
            raise DocumentFormatError(
                f"{self._source} has a table of {len(rows):,} rows and {width:,} columns; divide it into smaller ones."
            )
        filled = {place for row in rows for place, cell in enumerate(row) if cell.text.strip() or cell.marks}
        return tuple(tuple(cell for place, cell in enumerate(row) if place in filled) for row in rows)

    def _grid(self, rows: list[Any]) -> Iterator[list[InlineText]]:
        """The cells of each row. A short one that spans rows is in each of these, so that each can be read alone."""
        spanning: dict[int, tuple[int, InlineText]] = {}
        for row in rows:
            cells: list[InlineText] = []
            for cell in row:
                _put_spanning(cells, spanning)
                text = self._joined(cell.children)
                if cell.rowspan > 1:
                    repeated = InlineText(text.text) if len(text.text) <= _LONGEST_REPEATED else _EMPTY
                    spanning[len(cells)] = (cell.rowspan - 1, repeated)
                cells.extend([text, *[_EMPTY] * (cell.colspan - 1)])
            _put_spanning(cells, spanning)
            yield cells

    def _joined(self, nodes: Iterable[Any]) -> InlineText:
        """All that stands in a cell or a note, in one."""
        texts: list[InlineText] = []
        for part in self.parts(nodes):
            texts.extend([cell for row in part.rows for cell in row] or [numbered(part)])
        return join_inline(texts)

    def _text(self, nodes: Iterable[Any]) -> InlineText:
        """The running text in *nodes*, and the marks in it."""
        pieces, marks, length = list[str](), list[Mark](), 0
        for node, height in _leaves(nodes):
            if isinstance(node, model.NoteReference):
                note = (node.note_type, node.note_id)
                if note in self._labels:
                    self._met[note] = None
                    marks.append(Mark(length, self._labels[note], f"[{self._labels[note]}]"))
                continue
            pieces.append(_at_height(node.value, height) if isinstance(node, model.Text) else " ")
            length += len(pieces[-1])
        return InlineText("".join(pieces), tuple(marks))


def _put_spanning(cells: list[InlineText], spanning: dict[int, tuple[int, InlineText]]) -> None:
    """Go on in a row of *cells* past those that reach down into it."""
    while len(cells) in spanning:
        left, text = spanning.pop(len(cells))
        if left > 1:
            spanning[len(cells)] = (left - 1, text)
        cells.append(text)


def _leaves(nodes: Iterable[Any], height: str = "") -> Iterator[tuple[Any, str]]:
    """The texts, blanks and references in *nodes*, each with whether it is raised or lowered."""
    for node in nodes:
        if isinstance(node, (model.Text, model.NoteReference, *_BLANKS)):
            yield node, height
        elif isinstance(node, model.Run):
            yield from _leaves(node.children, node.vertical_alignment)


def _has_words(run: Any) -> bool:
    return any(isinstance(child, model.Text) and child.value.strip() for child in run.children)


def _at_height(text: str, height: str) -> str:
    """*text* as it reads raised or lowered: without that, ten to the sixth would come out as 106."""
    if height not in _SCRIPTS:
        return text
    state = TagState()
    state.turn(_SCRIPTS[height], opens=True)
    return state.read(text)
