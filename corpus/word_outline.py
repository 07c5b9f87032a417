"""Tells what the paragraphs of a Word file are for: which is the title, which date it, which make up a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from corpus.builder import BULLET, DocumentBuilder
from corpus.furniture import NOTE_HEADINGS, heading_key, title_key
from corpus.imprint import REVISED, Imprint, read_imprint
from corpus.inline import InlineText, join_inline, normalise
from corpus.lines import is_bare
from corpus.word_markup import Shape

_FIRST_LINES = 8
_LAST_LINES = 3
_SHORTEST_TITLE = 3
_BOLD_LEVEL = 2
# What programs call a file by themselves.
_NO_TITLE = re.compile(
    r"(?:microsoft word - .*|powerpoint .*|(?:document|dokument|documento|untitled)[ -]?\d*|.*\.(?:docx?|odt|rtf))$",
    re.IGNORECASE,
)


_PLAIN = Shape()


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, or a table where there are ``rows``; ``bold`` says that all of its words are."""

    text: InlineText
    shape: Shape = _PLAIN
    rows: tuple[tuple[InlineText, ...], ...] = ()
    bold: bool = False

    @property
    def plain(self) -> str:
        """The text without its marks."""
        return normalise(self.text.text)

    @property
    def is_line(self) -> bool:
        """Whether it is text of its own: neither a heading nor an item nor a table."""
        return not self.rows and self.shape.heading is None and self.shape.numeral is None

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list."""
        return not self.rows and self.shape.heading is None and self.shape.numeral is not None


@dataclass(frozen=True, slots=True)
class Outline:
    """A file's title, its parts, and what its first and last lines say about when and by whom it was published.

    ``guessed`` says that lines in bold were taken for headings.
    """

    title: str | None
    parts: tuple[Part, ...]
    imprints: tuple[Imprint, ...]
    revisions: tuple[Imprint, ...]
    guessed: bool = False


def outline(parts: Sequence[Part], called: str) -> Outline:
    """The outline of *parts* in a file that its properties say is *called* so."""
    parts = [part for part in parts if part.rows or part.plain or part.text.marks]
    title, parts = _take_title(parts, "" if _NO_TITLE.match(called) else called)
    imprints, parts = _take_imprints(parts)
    revisions, parts = _take_revisions(parts)
    headed = parts
    if not any(part.shape.heading for part in parts):
        headed = [_as_heading(part, below) for part, below in pairwise([*parts, Part(InlineText(""))])]
    return Outline(title, tuple(_drop_note_headings(headed)), imprints, revisions, guessed=headed != parts)


def write(builder: DocumentBuilder, parts: Sequence[Part]) -> None:
    """Hand *parts* to *builder*."""
    place = 0
    while place < len(parts):
        part = parts[place]
        if part.is_item:
            end = _end_of_list(parts, place)
            _write_list(builder, parts[place:end])
            place = end
            continue
        place += 1
        if part.rows:
            builder.add_table(part.rows)
        elif part.shape.heading is not None:
            bulleted = part.shape.numeral and part.shape.numeral.marker == BULLET
            builder.add_heading(part.shape.heading, part.text if bulleted else numbered(part))
        else:
            builder.add_paragraph(part.text)


def numbered(part: Part) -> InlineText:
    """The text of *part* behind its number or bullet, where it has one."""
    numeral = part.shape.numeral
    return join_inline([InlineText(numeral.marker), part.text]) if numeral else part.text


def _take_title(parts: list[Part], called: str) -> tuple[str | None, list[Part]]:
    """The title among *parts*, and the parts without it."""
    places = _title_places(parts, called)
    if not places:
        return called or None, parts
    title = " ".join(parts[place].plain for place in places)
    return title, [part for place, part in enumerate(parts) if place not in places]


def _title_places(parts: Sequence[Part], called: str) -> range:
    """The places of the title's lines: those in its style, the one heading at the top, or a line above all text."""
    start = next((place for place, part in enumerate(parts) if part.shape.is_title and part.plain), None)
    if start is not None:
        return range(start, start + len(list(takewhile(lambda part: part.shape.is_title, parts[start:]))))
    above = len(list(takewhile(_stands_above, parts)))
    if above == len(parts):  # lines and nothing else
        return range(0)
    levels = [part.shape.heading for part in parts if part.shape.heading is not None and part.plain]
    if levels and levels.count(min(levels)) == 1 and parts[above].shape.heading == min(levels):
        return range(above, above + 1)
    lines = {place: parts[place].plain for place in range(above) if is_bare(parts[place].plain)}
    same = [place for place, line in lines.items() if title_key(line) == title_key(called) != ""]
    long = [place for place, line in lines.items() if len(line.split()) >= _SHORTEST_TITLE and not read_imprint(line)]
    best = same[:1] or sorted(long, key=lambda place: -len(lines[place].split()))[:1]
    return range(best[0], best[0] + 1) if best else range(0)


def _stands_above(part: Part) -> bool:
    """Whether *part* is a line such as stands above a text: a title, a name, a date."""
    return part.is_line and (is_bare(part.plain) or bool(read_imprint(part.plain)))


def _take_imprints(parts: Sequence[Part]) -> tuple[tuple[Imprint, ...], list[Part]]:
    """What the first lines say about when and by whom the text was published, and the parts without these lines."""
    head = len(list(takewhile(lambda part: part.is_line, parts[:_FIRST_LINES])))
    found = [read_imprint(part.plain) for part in parts[:head]]
    kept = [part for part, imprints in zip(parts, found, strict=False) if not imprints]
    return tuple(imprint for imprints in found for imprint in imprints), [*kept, *parts[head:]]


def _take_revisions(parts: Sequence[Part]) -> tuple[tuple[Imprint, ...], list[Part]]:
    """What the last lines say about when the text was revised; any other date down there could be another text's."""
    found: list[Imprint] = []
    kept = list(parts[:-_LAST_LINES])
    for part in parts[-_LAST_LINES:]:
        imprints = read_imprint(part.plain) if part.is_line else ()
        if imprints and all(imprint.rank == REVISED for imprint in imprints):
            found.extend(imprints)
        else:
            kept.append(part)
    return tuple(found), kept


def _as_heading(part: Part, below: Part) -> Part:
    """*part* as a heading where it is a bold line with anything below it."""
    if not (part.is_line and part.bold and is_bare(part.plain)) or not (below.rows or below.plain):
        return part
    return replace(part, shape=replace(part.shape, heading=_BOLD_LEVEL))


def _drop_note_headings(parts: Sequence[Part]) -> Iterator[Part]:
    """*parts* without headings such as "Notes" that have nothing below them, since Word prints the notes there."""
    for place, part in enumerate(parts):
        empty = place + 1 == len(parts) or parts[place + 1].shape.heading is not None
        if part.shape.heading is None or not empty or heading_key(part.plain) not in NOTE_HEADINGS:
            yield part


def _end_of_list(parts: Sequence[Part], start: int) -> int:
    """Where the list that begins at *start* ends, with the paragraphs that go on below its items."""
    end = start + 1
    while end < len(parts):
        below = next((place for place in range(end, len(parts)) if not _goes_on(parts[place], parts[end - 1])), end)
        if below >= len(parts) or not parts[below].is_item or _begins_anew(parts[below], parts[start]):
            break
        end = below + 1
    return end


def _goes_on(part: Part, above: Part) -> bool:
    """Whether *part* is a paragraph that stands as far in as the item *above* it, or as one above that."""
    return part.is_line and part.shape.indent > 0 and above.shape.indent > 0


def _begins_anew(part: Part, first: Part) -> bool:
    """Whether the item *part* begins a list of its own behind the one that begins with *first*."""
    new, old = part.shape.numeral, first.shape.numeral
    if new is None or old is None or part.shape.level > 0 or part.shape.list_id == first.shape.list_id:
        return False
    return new.opens or (new.marker == BULLET) != (old.marker == BULLET)


def _write_list(builder: DocumentBuilder, parts: Sequence[Part]) -> None:
    items: list[InlineText] = []
    markers: list[str] = []
    indent = 0
    for part in parts:
        if part.shape.numeral:
            items.append(part.text)
            markers.append(part.shape.numeral.marker)
            indent = part.shape.indent
        elif part.shape.indent >= indent:
            items[-1] = join_inline([items[-1], part.text])
        else:  # goes on with an item further up, below the items in it
            items.append(part.text)
            markers.append("")
    builder.add_list(items, markers=markers)
