"""Plain text, line by line: which lines make up a paragraph, and which look like headings, items or rows.

Nothing here knows what a unit is *for*; whether a bare line is a heading, a title or furniture depends on what
stands around it (see `corpus.plain_text`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby, islice

from corpus.builder import BULLET
from corpus.inline import drop_invisible


class Shape(StrEnum):
    """What a unit looks like."""

    BARE = "bare line"
    PROSE = "running text"
    ITEM = "list item"
    ROWS = "rows of a table"
    HEADING = "heading with a level"
    NOTE = "labelled note"


@dataclass(frozen=True, slots=True)
class Unit:
    """One or more lines that belong together.

    ``marker`` is an item's bullet or number or a note's label, which ``text`` leaves out; ``glued`` says that no
    blank line stands before the unit.
    """

    shape: Shape
    text: str
    marker: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    indent: int = 0
    glued: bool = False

    @property
    def written(self) -> str:
        """The text with its marker, as it was written."""
        return f"{self.marker} {self.text}" if self.marker else self.text

    @property
    def label(self) -> str:
        """The label of a note, or of an item that turns out to be one."""
        return plain_digits(self.marker.strip("[]^:()."))

    @property
    def content(self) -> str:
        """All that is written in the unit, without its marker."""
        return " ".join([self.text, *(cell for row in self.rows for cell in row)])

    @property
    def words(self) -> int:
        """How many words the unit has."""
        return len(self.content.split())


_LONGEST_HEADING = 16
_LONGEST_BARE_LINE = 150
_NARROWEST_WRAP = 40
_WIDEST_WRAP = 120
_UNWRAPPED = 200
_MOST_OF_IT = 0.4

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_DIGITS = str.maketrans(SUPERSCRIPTS, "0123456789")
_BULLETS = re.compile(r"(\s*)([•◦▪▫‣●○■□➢➤►▶✓✔✅☑·∙⁃]\ufe0f?|[-–*](?=\s)|o(?=\t))\s*(\S.*)$")
_NUMBERS = re.compile(r"(\s*)((?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]|\((?:\d{1,3}|[A-Za-z]|[ivx]{1,5})\))\s+(\S.*)$")
_NOTES = re.compile(
    rf"(\s*)(\[\^?\d{{1,3}}\]:?(?=\s*[^\s,.;:)])|\[\^?(?:[a-z]|[ivx]{{1,5}})\]:?(?=\s)|[{SUPERSCRIPTS}]+)\s*(\S.*)$"
)
_RULE = re.compile(r"\s*([-=_*~•·–—])\s*(\1\s*){2,}$")
_UNDERLINE = re.compile(r"\s*(={3,}|-{3,}|~{3,})\s*$")
_HASHES = re.compile(r"(#{1,6})\s+(\S.*)$")
_MARKS_BEHIND = re.compile(rf"(?:\s*\[[^\[\]\s]{{1,6}}\]|[{SUPERSCRIPTS}]+)+$")
_INITIALS = re.compile(r"(?:\b[^\W\d_]\.){2,}$")
_ENDS = tuple(".!:;,…。！：；、，؛،।")
_QUOTES_BEHIND = "\"'”’»)]』」"
_QUOTES_BEFORE = "\"'“‘«([¿¡『「"
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# No heading ends in one of these: it is the first line of something longer.
_WORDS_WITHIN = (
    "a an and as at by for from in of on or that the to with con de del el en la las los o para por que un una y"
)
_DANGLING = frozenset(_WORDS_WITHIN.split())
_ROMAN = {"i": 1, "v": 5, "x": 10}


def plain_digits(label: str) -> str:
    """*label* with ordinary digits for superscript ones."""
    return label.translate(_DIGITS)


def is_bare(text: str) -> bool:
    """Whether *text* could be a heading: a few words that don't end a sentence."""
    if len(text) > 2 * _LONGEST_BARE_LINE:  # not even without its marks
        return False
    plain = _MARKS_BEHIND.sub("", text).strip()
    words = plain.split()
    if not words or len(plain) > _LONGEST_BARE_LINE:
        return False
    if len(words) + len(_IDEOGRAPHS.findall(plain)) // 2 > _LONGEST_HEADING or _dangles(words[-1]):
        return False
    end = plain.rstrip(_QUOTES_BEHIND)
    start = plain.lstrip(_QUOTES_BEFORE)[:1]
    if not any(map(str.isalpha, plain)) or start.islower():
        return False
    return not end.endswith(_ENDS) or bool(_INITIALS.search(end))


def _dangles(word: str) -> bool:
    # "Appendix A" ends in a name, "A GUIDE FOR" doesn't.
    return word in _DANGLING or (len(word) > 1 and word.isupper() and word.lower() in _DANGLING)


def read_units(text: str) -> list[Unit]:
    """The units of *text*, in order."""
    lines = [drop_invisible(line).rstrip() for line in text.splitlines()]
    long = sum(len(line) for line in lines if len(line) > _UNWRAPPED)
    unwrapped = long > _MOST_OF_IT * sum(map(len, lines))
    units: list[Unit] = []
    for filled, block in groupby(lines, key=lambda line: bool(line.strip())):
        if filled:
            units.extend(_read_block(list(block), unwrapped))
    return _hang_items(_settle_numbers(_settle_rows(units)))


@dataclass(slots=True)
class _Chunk:
    """Lines that belong together, and what the first of them begins with."""

    shape: Shape
    lines: list[str]
    marker: str = ""
    indent: int = 0
    level: int = 0
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def unit(self, glued: bool) -> Unit:
        text = _join(self.lines)
        shape = self.shape
        if shape is Shape.PROSE and len(self.lines) <= 2 and is_bare(text):
            shape = Shape.BARE
        return Unit(shape, text, self.marker, self.level, tuple(self.rows), self.indent, glued)


def _read_block(lines: Sequence[str], unwrapped: bool) -> list[Unit]:
    """The units in lines between two blank lines."""
    widest = max(map(len, lines))
    width = max(widest, _NARROWEST_WRAP) if widest <= _WIDEST_WRAP and not unwrapped else 0
    chunks: list[_Chunk] = []
    place = 0
    while place < len(lines):
        line, last = lines[place], chunks[-1] if chunks else None
        chunk, taken = _open(lines, place)
        if last and chunk and chunk.shape is Shape.PROSE and _goes_on(last, line, width, unwrapped):
            last.lines.append(line)
        elif last and chunk and chunk.shape is Shape.HEADING and _breaks_off(last, line, width):
            last.lines.append(line)  # the last line of a paragraph, with a rule below it
        elif chunk:
            chunks.append(chunk)
        place += taken
    return [chunk.unit(glued=number > 0) for number, chunk in enumerate(chunks)]


def _open(lines: Sequence[str], place: int) -> tuple[_Chunk | None, int]:
    """What begins at *place* and how many lines it takes; nothing for a rule across the page."""
    line = lines[place]
    if _RULE.match(line):
        return None, 1
    below = lines[place + 1] if place + 1 < len(lines) else ""
    if (underline := _UNDERLINE.match(below)) and is_bare(line):
        return _Chunk(Shape.HEADING, [line], level=1 if underline[1][0] == "=" else 2), 2
    if hashes := _HASHES.match(line):
        return _Chunk(Shape.HEADING, [_without_closing(hashes[2])], level=len(hashes[1])), 1
    if opened := _open_marked(line):
        return opened, 1
    rows = _take_rows(islice(lines, place, None)) if "\t" in line else []
    if rows:
        return _Chunk(Shape.ROWS, [], rows=rows), len(rows)
    return _Chunk(Shape.PROSE, [line], indent=_indent(line)), 1


def _without_closing(heading: str) -> str:
    """*heading* without the "##" that may close it; "Learning C#" keeps its own."""
    text = heading.rstrip("#")
    return text.rstrip() if text[-1:].isspace() else heading


def _open_marked(line: str) -> _Chunk | None:
    if match := _BULLETS.match(line):
        return _Chunk(Shape.ITEM, [match[3]], BULLET, len(match[1]))
    if match := _NOTES.match(line):
        return _Chunk(Shape.NOTE, [match[3]], match[2], len(match[1]))
    if match := _NUMBERS.match(line):
        return _Chunk(Shape.ITEM, [match[3]], match[2], len(match[1]))
    return None


def _take_rows(lines: Iterable[str]) -> list[tuple[str, ...]]:
    """The tab-separated rows that *lines* begin with; cells that a leading tab leaves empty count."""
    rows: list[tuple[str, ...]] = []
    for line in lines:
        if "\t" not in line or _open_marked(line):
            break
        rows.append(tuple(cell.strip() for cell in line.split("\t")))
    return rows if any(sum(map(bool, row)) > 1 for row in rows) else []


def _goes_on(chunk: _Chunk, line: str, width: int, unwrapped: bool) -> bool:
    """Whether *line* goes on with the chunk above it rather than starting one of its own."""
    if chunk.shape in (Shape.ROWS, Shape.HEADING):
        return False
    if _breaks_off(chunk, line, width):
        return True
    if chunk.shape is not Shape.PROSE:
        return _indent(line) > chunk.indent
    if len(chunk.lines) == 1 and is_bare(chunk.lines[0]):
        return False
    return not unwrapped


def _breaks_off(chunk: _Chunk, line: str, width: int) -> bool:
    """Whether the text above *line* breaks off: mid-sentence, or for want of room for its first word."""
    if chunk.shape in (Shape.ROWS, Shape.HEADING):
        return False
    if line.lstrip()[:1].islower():
        return True
    first = len(chunk.lines) == 1 and chunk.shape is not Shape.PROSE
    above = len(chunk.lines[-1]) + (chunk.indent + len(chunk.marker) + 1 if first else 0)
    return above + 1 + len(line.split(maxsplit=1)[0]) > width > 0


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _join(lines: Sequence[str]) -> str:
    """*lines* as one; a word that was broken at its hyphen loses the break, not the hyphen."""
    text = ""
    for line in map(str.strip, lines):
        broken = text[-1:] == "-" and text[-2:-1].isalpha() and line[:1].islower()
        text += line if broken or not text else f" {line}"
    return text


def _settle_rows(units: Sequence[Unit]) -> list[Unit]:
    """Put rows that blank lines keep apart into one table; a row alone is text with a tab in it."""
    settled: list[Unit] = []
    for is_table, group in groupby(units, key=lambda unit: unit.shape is Shape.ROWS):
        tables = list(group)
        if not is_table:
            settled.extend(tables)
            continue
        rows = tuple(row for table in tables for row in table.rows)
        if len(rows) > 1:
            settled.append(replace(tables[0], rows=rows))
        else:
            text = " ".join(cell for cell in rows[0] if cell)
            settled.append(Unit(Shape.BARE if is_bare(text) else Shape.PROSE, text, glued=tables[0].glued))
    return settled


def _settle_numbers(units: Sequence[Unit]) -> list[Unit]:
    """Keep as items the numbered lines that count on; "1. Background" alone is a heading or a sentence."""
    settled: list[Unit] = []
    for is_items, group in groupby(units, key=lambda unit: unit.shape is Shape.ITEM):
        region = list(group)
        if not is_items:
            settled.extend(region)
            continue
        counted = _counting(region)
        for place, unit in enumerate(region):
            if unit.marker == BULLET or place in counted:
                settled.append(unit)
            else:
                unmark(unit, settled)
    return settled


def _counting(region: Sequence[Unit]) -> set[int]:
    """The places of the items whose number goes one up from, or is one below, the next of its style."""
    latest: dict[str, tuple[int, int]] = {}
    counting: set[int] = set()
    for place, unit in enumerate(region):
        for style, value in _ordinals(unit.marker):
            before = latest.get(style)
            if before and before[1] + 1 == value:
                counting |= {before[0], place}
            latest[style] = (place, value)
    return counting


def unmark(unit: Unit, above: list[Unit]) -> None:
    """Add *unit* to *above* as the text it was before its first characters were taken for a marker."""
    last = above[-1] if above else None
    if unit.glued and last and _may_go_on(last):
        joined = Shape.PROSE if last.shape is Shape.BARE else last.shape
        above[-1] = replace(last, shape=joined, text=f"{last.text} {unit.written}")
        return
    shape = Shape.BARE if is_bare(unit.written) else Shape.PROSE
    above.append(Unit(shape, unit.written, indent=unit.indent, glued=unit.glued))


def _may_go_on(unit: Unit) -> bool:
    """Whether the line glued to *unit* may be more of it; a bare line of some length was wrapped rather than ended."""
    if unit.shape is Shape.BARE:
        return len(unit.text) > _NARROWEST_WRAP
    return unit.shape in (Shape.PROSE, Shape.ITEM)


def _ordinals(marker: str) -> Iterator[tuple[str, int]]:
    """The places *marker* may have in a count, each with its style: "i." is a letter or a Roman one."""
    core = marker.strip("().")
    style = marker.replace(core, "", 1)
    if core.isdecimal():
        yield f"1{style}", int(core)
        return
    case = "upper" if core.isupper() else "lower"
    if len(core) == 1 and core.isalpha():
        yield f"letter {case}{style}", ord(core.lower())
    if core and set(core.lower()) <= set(_ROMAN):
        values = [_ROMAN[letter] for letter in core.lower()]
        signed = [-one if one < two else one for one, two in zip(values, [*values[1:], 0], strict=True)]
        yield f"roman {case}{style}", sum(signed)


def _hang_items(units: Sequence[Unit]) -> list[Unit]:
    """Join to an item the indented text that goes on with it, between two items."""
    hung: list[Unit] = []
    for place, unit in enumerate(units):
        after = units[place + 1] if place + 1 < len(units) else None
        last = hung[-1] if hung else None
        between = last is not None and after is not None and last.shape is after.shape is Shape.ITEM
        if last and between and unit.shape in (Shape.PROSE, Shape.BARE) and unit.indent > last.indent:
            hung[-1] = replace(last, text=f"{last.text} {unit.text}")
        else:
            hung.append(unit)
    return hung
