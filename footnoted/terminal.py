"""Replies and passages as text for a terminal or a pipe.

Colour and bold appear only where a terminal wants them (rich reads ``NO_COLOR``, ``FORCE_COLOR`` and ``TERM``). No word
is ever cut, so that a link can be copied whole from a window narrower than it.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from io import TextIOWrapper
from itertools import chain
from string import ascii_lowercase

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bot.answers import Answer, Citation, CitedDocument, NearestSection, Refusal, Reply, Turn
from bot.footnotes import permalink
from corpus.documents import Document, DocumentCard
from web.reader import BlockView, NoteView, ReaderView, SectionView, reader_view
from web.reader_text import Piece, Pieces
from web.views import (
    ENGLISH,
    AnswerView,
    Footnote,
    Link,
    RefusalView,
    Sentence,
    Shape,
    SourceGroup,
    TextBlock,
    section_label,
    turn_view,
)

Place = Citation | NearestSection
"""What can be opened: a document version, a span of it, and the section where that lies."""

_WIDEST = 100
"""Columns; longer lines are hard to read."""
_NARROWEST = 20
_PIPE_WIDTH = 80
_WORD = re.compile(r"[^ ]+(?: \[[0-9]+\])* *")
"""A word with the marks behind it, so that no line begins with a mark."""
_ROW = "  "
"""What stands before a row."""
_BAR = " | "
_LINK = "bright_blue"
_ASIDE = "dim"


_UNSEEN = re.compile("[\u200b\u202a-\u202e\u2060\u2066-\u2069\U000e0000-\U000e007f]")
"""Characters that turn the reading order, or that nobody sees; those that join letters in some scripts stay."""


def open_console() -> Console:
    """Standard output. In a pipe it has 80 columns, or ``COLUMNS``, whatever the window that it runs in."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an encoding without “ must not end in a traceback
    console = Console(highlight=False)
    if not console.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
        console.width = _PIPE_WIDTH
    return console


def visible(text: str) -> str:
    """*text* without control characters other than the line break: an explainer must not steer the terminal.

    Nor may it show a quote in another order than it is written, or hide parts of it.
    """
    spaced = text.replace("\t", " ").encode("utf-8", "replace").decode()
    return "".join(c for c in spaced if c == "\n" or (unicodedata.category(c) != "Cc" and not _UNSEEN.match(c)))


def dated_title(document: CitedDocument | DocumentCard) -> str:
    """The title, and the day that the text speaks of where it is known."""
    return f"{document.title}, as of {ENGLISH.date(document.as_of)}" if document.as_of else document.title


def print_wrapped(console: Console, text: Text | str, first: str = "", hang: int = 0) -> None:
    """Prints *text* at the width of *console*.

    *first* stands before it, and before the later lines blanks: as many columns as *first* has, and *hang* more.
    """
    text = Text(visible(text)) if isinstance(text, str) else text
    indent = cell_len(first) + hang
    width = max(min(console.width, _WIDEST) - indent, _NARROWEST)
    before = first
    for paragraph in text.split("\n", allow_blank=True):
        for line in paragraph.divide(_breaks(paragraph.plain, width)):
            line.rstrip()
            console.print(Text(before if line.plain else before.rstrip()).append_text(line), soft_wrap=True)
            before = " " * indent


def _breaks(line: str, width: int) -> list[int]:
    """The offsets at which *line* is broken to fit *width* columns, words left whole."""
    offsets = []
    used = 0
    for match in _WORD.finditer(line):
        if used and used + cell_len(match[0].rstrip()) > width:
            offsets.append(match.start())
            used = 0
        used += cell_len(match[0])
    return offsets


def print_reply(reply: Reply, console: Console | None = None) -> None:
    """Prints the answer and its footnotes, or the refusal and the nearest sections; both where it answers partly."""
    console = console or open_console()
    view = turn_view(1, Turn("", reply))
    if view.answer:
        _print_answer(view.answer, console)
    if view.answer and view.refusal:
        console.print()
    if view.refusal:
        _print_refusal(view.refusal, console)


def _print_answer(answer: AnswerView, console: Console) -> None:
    for number, block in enumerate(answer.blocks):
        if number and block.shape is Shape.PARAGRAPH:
            console.print()
        _print_block(block, console)
    for group in answer.sources:
        console.print()
        _print_sources(group, console)


def _print_block(block: TextBlock, console: Console) -> None:
    match block.shape:
        case Shape.PARAGRAPH:
            print_wrapped(console, Text(" ").join(_sentence(sentence) for sentence in block.sentences))
        case Shape.LIST:
            for sentence in block.sentences:
                print_wrapped(console, _sentence(sentence), "  • ")
        case Shape.TABLE:
            _print_rows([_row(sentence) for sentence in block.sentences], console)


def _row(sentence: Sentence) -> list[Text]:
    """The cells of a row: before the first what the row is about, behind the last its marks."""
    first, *between, last = sentence.cells
    opening = _sentence(replace(sentence, text=first, marks=()))
    return [opening, *(Text(visible(cell)) for cell in between), _sentence(replace(sentence, text=last, about=None))]


def _print_rows(rows: Sequence[Sequence[Text]], console: Console) -> None:
    """Prints *rows* of a table, their cells below each other where that fits."""
    columns = max(map(len, rows))
    widths = [max((row[n].cell_len for row in rows if n < len(row)), default=0) for n in range(columns)]
    fits = sum(widths) + len(_BAR) * (columns - 1) <= min(console.width, _WIDEST) - len(_ROW)
    for row in rows:
        for cell, width in zip(row, widths if fits else [], strict=False):
            cell.pad_right(width - cell.cell_len)
        print_wrapped(console, Text(_BAR).join(row), _ROW, hang=2)


def _sentence(sentence: Sentence) -> Text:
    written = Text()
    if sentence.about:
        written.append(visible(f"[{sentence.about}] "), style="italic")
    written.append(visible(sentence.text))
    for mark in sentence.marks:
        written.append(f" [{mark.number}]", style="cyan")
    return written


def _print_sources(group: SourceGroup, console: Console) -> None:
    print_wrapped(console, Text(visible(f"From {dated_title(group.document)}:"), style="bold"))
    for footnote in group.footnotes:
        _print_footnote(footnote, console)


def _print_footnote(footnote: Footnote, console: Console) -> None:
    first = f"[{footnote.number}] "
    indent = " " * len(first)
    print_wrapped(console, f"“{footnote.quote}”", first)
    print_wrapped(console, Text(visible(footnote.section), style=_ASIDE), indent)
    for note in footnote.notes:
        _print_note(note.label, Text(visible(note.text)), console, indent)
    print_wrapped(console, Text(footnote.href, style=_LINK), indent)


def _print_note(label: str, text: Text, console: Console, indent: str = "") -> None:
    print_wrapped(console, Text(f"Note {visible(label)}: ", style="italic").append_text(text), indent)


def _print_refusal(refusal: RefusalView, console: Console) -> None:
    message = Text().append(f"{refusal.label}. ", style="bold").append(visible(refusal.message))
    print_wrapped(console, message)
    for group in refusal.sources:
        _print_sources(group, console)
    for letter, nearest in zip(ascii_lowercase, refusal.nearest, strict=False):
        _print_nearest(letter, nearest, console)


def _print_nearest(letter: str, nearest: Link, console: Console) -> None:
    print_wrapped(console, nearest.text, f"[{letter}] ")
    print_wrapped(console, Text(nearest.href, style=_LINK), "    ")


def openable(replies: Iterable[Reply | None]) -> dict[str, Place]:
    """What can be opened after *replies*, by the name that it was shown under.

    These are the footnotes of the last answer (``1`` …), and the sections that the last refusal, or the last answer to
    a part of a question, named (``a`` …).
    """
    footnotes: dict[str, Place] = {}
    sections: dict[str, Place] = {}
    for reply in replies:
        if isinstance(reply, Answer):
            footnotes = {str(citation.number): citation for citation in reply.citations}
        declined = reply.partly if isinstance(reply, Answer) else reply
        if isinstance(reply, Refusal) and reply.says:
            footnotes = {str(citation.number): citation for citation in reply.says}
        if isinstance(declined, Refusal):
            sections = dict(zip(ascii_lowercase, declined.nearest, strict=False))
    return footnotes | sections


def print_openable(places: dict[str, Place], console: Console) -> None:
    """Prints what can be opened, one a line: the quote of a footnote, the heading of a section."""
    for name, place in places.items():
        section = section_label(place.section, place.document)
        text = f"“{place.quote}”\n{section}" if isinstance(place, Citation) else section
        print_wrapped(console, text, f"[{name}] ")


def print_place(place: Place, document: Document, console: Console) -> None:
    """Prints the text around *place*, whose words are bold in a terminal and stand in ``«…»`` in a pipe.

    What is shown are the blocks that hold it and those beside them; *document* is the version that *place* cites.
    """
    view = reader_view(document, place.span)
    print_wrapped(console, Text(visible(dated_title(document.card)), style="bold"))
    print_wrapped(console, Text(visible(section_label(place.section, place.document)), style=_ASIDE))
    shown: list[BlockView] = []
    for section in view.sections:
        if any(map(_is_marked, section.blocks)) or _has_mark(section.heading):
            shown += _print_around(section, console)
    notes = list(_notes_of(view, shown))
    if notes:
        console.print()
    for note in notes:
        _print_note(note.label, _inline(note.text, console), console)
    console.print()
    print_wrapped(console, Text(permalink(place.document, place.span), style=_LINK))


def _print_around(section: SectionView, console: Console) -> Sequence[BlockView]:
    """Prints the marked blocks of *section* and those beside them, and returns them."""
    marked = [number for number, block in enumerate(section.blocks) if _is_marked(block)]
    start = max(marked[0] - 1, 0) if marked else 0
    end = marked[-1] + 2 if marked else 1
    blocks = section.blocks[start:end]
    if start:
        console.print(Text("\n[…]", style=_ASIDE))
    for block in blocks:
        console.print()
        _print_passage(block, console)
    if end < len(section.blocks):
        console.print(Text("\n[…]", style=_ASIDE))
    return blocks


def _print_passage(block: BlockView, console: Console) -> None:
    if block.paragraph:
        print_wrapped(console, _inline(block.paragraph.text, console))
    for item in block.items:
        print_wrapped(console, _inline(item.line.text, console), f"  {visible(item.marker or '•')} ")
    if block.table:
        _print_rows([[_inline(cell, console) for cell in row.cells] for row in block.table.rows], console)


def _inline(pieces: Pieces, console: Console) -> Text:
    """*pieces* as one text, the marked ones bold, or between guillemets where *console* can't show bold."""
    marked = [number for number, piece in enumerate(pieces) if piece.marked]
    signs = bool(marked) and console.color_system is None
    text = Text()
    for number, piece in enumerate(pieces):
        text.append("«" if signs and number == marked[0] else "")
        text.append_text(_piece(piece))
        text.append("»" if signs and number == marked[-1] else "")
    return text


def _piece(piece: Piece) -> Text:
    if piece.note:
        return Text(f" (note {visible(piece.note.label)})", style=_ASIDE)
    return Text(visible(piece.text), style="bold" if piece.marked else "")


def _notes_of(view: ReaderView, shown: Iterable[BlockView]) -> Iterator[NoteView]:
    """The document's own notes that *shown* blocks carry the marks of, and those that are marked themselves."""
    pieces = chain.from_iterable(block.text for block in shown)
    wanted = {piece.note.href for piece in pieces if piece.note}
    for note in view.notes:
        if f"#{note.id}" in wanted or _has_mark(note.text):
            yield note


def _is_marked(block: BlockView) -> bool:
    return _has_mark(block.text)


def _has_mark(pieces: Iterable[Piece]) -> bool:
    return any(piece.marked for piece in pieces)
