"""Puts a printed text's lines together: paragraphs, items of lists, over the ends of columns and pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from corpus.builder import BULLET
from corpus.pdf_lines import Line, make_line
from corpus.pdf_tables import Table

# Shares of the type size, or of the usual distance between lines.
_SAME_SIZE = 0.06
_WIDER_STEP = 1.25
_INDENT = 0.8
_SLACK = 0.6
_MUCH_ROOM = 0.4  # of the column
_BLANK = 0.25
_WIDEST_GAP = 4.0
_STEPS_TOLD_APART = 20

_BULLETS = re.compile(r"([•◦▪▫‣●○■□➢➤►▶✓✔✅☑·∙⁃\uf0a7\uf0b7\uf0d8\uf02d\uf076]|[-–—*o](?=\s))\s*")
_NUMBERS = re.compile(r"((?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]|\((?:\d{1,3}|[A-Za-z]|[ivx]{1,5})\))\s+(?=\S)")
_STOPS = re.compile(r"[.!?:;…]['\"”’»)\]\d]*$")


class Kind(StrEnum):
    """What a unit of a printed text is."""

    TEXT = "running text"
    ITEM = "list item"
    TABLE = "table"
    HEADING = "heading"


@dataclass(slots=True)
class Unit:
    """Lines that belong together; an item's ``marker`` isn't in them, but in ``opening``, its first line as it stands.

    ``hang`` is where an item's text begins, and ``margin`` where its marker stands or its column begins.
    """

    kind: Kind
    lines: list[Line] = field(default_factory=list)
    marker: str = ""
    level: int = 0
    table: Table | None = None
    hang: float = 0.0
    margin: float = 0.0
    opening: Line | None = None

    @property
    def text(self) -> str:
        """The text of its lines, as they stand."""
        return " ".join(line.text for line in self.lines)

    @property
    def first(self) -> Line:
        """Its first line."""
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class Setting:
    """How a text is set: the size of most of it, and the usual distance of its lines in sizes."""

    size: float
    step: float


def setting_of(flows: Iterable[Sequence[Line | Table]]) -> Setting:
    """How the lines in *flows* are set."""
    lines = [[box for box in flow if isinstance(box, Line)] for flow in flows]
    weights: Counter[float] = Counter()
    for line in (line for flow in lines for line in flow):
        weights[round(line.size, 1)] += len(line.letters)
    size = weights.most_common(1)[0][0] if weights else 0.0
    steps = [
        (one.baseline - other.baseline) / one.size
        for flow in lines
        for one, other in pairwise(flow)
        if one.size == other.size and abs(one.size - size) < 0.5 and 0 < one.baseline - other.baseline < 3 * size
    ]
    usual = Counter(round(step * _STEPS_TOLD_APART) for step in steps).most_common(1)
    return Setting(size, usual[0][0] / _STEPS_TOLD_APART if usual else 1.2)


def units_of(flows: Iterable[Sequence[Line | Table]], setting: Setting) -> list[Unit]:
    """The units in *flows*, each of which holds the boxes of one column of one page from the top down."""
    flows = [flow for flow in flows if flow]
    tagged = _tags_part_paragraphs(flows, setting)
    assembler = _Assembler(setting, tagged)
    for flow in flows:
        assembler.read(flow)
    return assembler.units


def _tags_part_paragraphs(flows: Sequence[Sequence[Line | Table]], setting: Setting) -> bool:
    """Whether new elements begin where paragraphs do; some programs make one of every line."""
    pairs = [
        (one, other)
        for flow in flows
        for one, other in pairwise(flow)
        if isinstance(one, Line) and isinstance(other, Line) and one.tag and other.tag
    ]
    parted = [(one, other) for one, other in pairs if one.tag != other.tag]
    wrong = [other for one, other in parted if other.text[0].islower() and _is_close(one, other, setting)]
    return bool(pairs) and len(wrong) <= 0.2 * len(parted)


def _is_close(above: Line, below: Line, setting: Setting) -> bool:
    step = above.baseline - below.baseline
    return 0 < step <= _WIDER_STEP * setting.step * max(above.size, below.size)


class _Assembler:
    """Puts lines into units, one after the other."""

    def __init__(self, setting: Setting, tagged: bool) -> None:
        self.units: list[Unit] = []
        self._setting = setting
        self._tagged = tagged
        self._edge = 0.0  # the right margin of the column
        self._edge_above = 0.0  # that of the column before
        self._fresh = False  # nothing of the column has been read

    def read(self, flow: Sequence[Line | Table]) -> None:
        """Add the boxes of one column."""
        lines = [box for box in flow if isinstance(box, Line)]
        self._edge_above, self._edge = self._edge, max((line.right for line in lines), default=0.0)
        margin = min((line.left for line in lines), default=0.0)
        self._fresh = True
        for box in flow:
            if isinstance(box, Table):
                self._add_table(box)
            else:
                self._add_line(box, margin)
            self._fresh = False

    def _add_table(self, table: Table) -> None:
        last = self.units[-1] if self.units else None
        if last and last.table and self._fresh and _columns(last.table) == _columns(table) > 0:
            last.table = _with_more(last.table, table)
        else:
            self.units.append(Unit(Kind.TABLE, table=table))

    def _add_line(self, line: Line, margin: float) -> None:
        last = self.units[-1] if self.units else None
        marked = _marked(line) or self._declared(line)
        if last and last.kind is not Kind.TABLE and self._goes_on(last, line, margin, bool(marked)):
            last.lines.append(line)
            if self._fresh:
                last.hang, last.margin = (line.left, margin) if last.kind is Kind.ITEM else (0.0, margin)
        elif marked:
            marker, rest = marked
            self.units.append(Unit(Kind.ITEM, [rest], marker, hang=rest.left, margin=line.left, opening=line))
        else:
            self.units.append(Unit(Kind.TEXT, [line], margin=margin))

    def _declared(self, line: Line) -> tuple[str, Line] | None:
        """An item that only its tag tells: its bullet is a drawing."""
        last = self.units[-1].lines[-1:] if self.units else []
        opens = line.tag and line.tag.role == "LI" and not any(above.tag == line.tag for above in last)
        return (BULLET, line) if self._tagged and opens and not (self._fresh and line.text[0].islower()) else None

    def _goes_on(self, unit: Unit, line: Line, margin: float, marked: bool) -> bool:
        last = unit.lines[-1]
        if abs(last.size - line.size) > _SAME_SIZE * max(last.size, line.size):
            return False
        if self._fresh:
            return self._goes_on_over(unit, line, margin, marked)
        if _beside(last, line):
            return line.left - last.right < _WIDEST_GAP * line.size
        if last.bold != line.bold and not line.text[0].islower():
            return False
        if self._tagged and last.tag and line.tag:
            return last.tag == line.tag
        return self._goes_on_below(unit, line, marked)

    def _goes_on_below(self, unit: Unit, line: Line, marked: bool) -> bool:
        """Whether *line* goes on with the unit above it, by nothing but where it stands."""
        last = unit.lines[-1]
        if not _is_close(last, line, self._setting) or (marked and self._may_be_marked(unit, line)):
            return False
        if unit.kind is Kind.ITEM:
            return self._hangs(unit, line)
        indented = line.left > last.left + _INDENT * line.size and len(unit.lines) > 1
        return not indented and not self._broke_off(last, line, self._edge)

    def _may_be_marked(self, unit: Unit, line: Line) -> bool:
        """Whether a marker opens *line*, rather than a number that happens to begin it."""
        if _BULLETS.match(line.text) or unit.kind is Kind.ITEM:
            return True
        return abs(line.left - unit.lines[-1].left) > 0.5 * line.size or bool(_STOPS.search(unit.lines[-1].text))

    def _hangs(self, unit: Unit, line: Line) -> bool:
        """Whether *line* stands below the text of the item, or below its marker for want of room above."""
        if line.left >= unit.hang - 0.3 * line.size:
            return True
        if line.left < unit.margin - 0.3 * line.size:
            return False
        return line.text[0].islower() or not self._broke_off(unit.lines[-1], line, self._edge)

    def _broke_off(self, last: Line, line: Line, edge: float) -> bool:
        """Whether the first word of *line* had room on the line above: some if a sentence ended there, else much."""
        if line.text[0].islower() or last.bold or last.text.endswith(("-", "\u2010")):
            return False
        room = edge - last.right - _BLANK * line.size - line.first_word
        return room > (_SLACK * line.size if _STOPS.search(last.text) else _MUCH_ROOM * (edge - last.left))

    def _goes_on_over(self, unit: Unit, line: Line, margin: float, marked: bool) -> bool:
        """Whether *line*, the first of a column, goes on with what stood last in the column before."""
        last = unit.lines[-1]
        if marked or last.bold or line.bold:
            return bool(last.bold and line.bold and line.text[0].islower())
        if line.text[0].islower():
            return True
        if unit.kind is Kind.ITEM and line.left < margin + 0.5 * line.size and unit.margin > 0 and unit.hang > margin:
            return False
        if not _STOPS.search(last.text):
            return True
        return not self._broke_off(last, line, self._edge_above) and line.left <= margin + _INDENT * line.size


def _beside(last: Line, line: Line) -> bool:
    return abs(last.baseline - line.baseline) < 0.3 * line.size and line.left > last.left


def _columns(table: Table) -> int:
    """How many cells every row has; 0 where they differ."""
    counts = {len(row) for row in table.rows}
    return counts.pop() if len(counts) == 1 else 0


def _with_more(table: Table, more: Table) -> Table:
    """*table* with the rows of *more*, which goes on with it; a header that is repeated is left out."""
    header = [[line.text for line in cell] for cell in table.rows[0]]
    repeated = header == [[line.text for line in cell] for cell in more.rows[0]]
    rows, added = table.rows, more.rows[int(repeated) :]
    if (
        added and not all(added[0]) and all(map(all, (*rows, *added[1:])))
    ):  # the rest of a row that the page's end broke
        rows, added = (*rows[:-1], tuple(one + other for one, other in zip(rows[-1], added[0], strict=True))), added[1:]
    rows = (*rows, *added)
    return Table(table.page, rows, table.left, table.right, table.bottom, table.top)


def _marked(line: Line) -> tuple[str, Line] | None:
    """The marker of the item that *line* opens, and the rest of the line."""
    match = _BULLETS.match(line.text) or _NUMBERS.match(line.text)
    if not match or match.end() >= len(line.text):
        return None
    rest = make_line(line.page, line.letters[len(match[0].replace(" ", "")) :])
    return (BULLET if match.re is _BULLETS else match[1]), rest


def unmarked(units: Sequence[Unit]) -> Iterator[Unit]:
    """*units*, where a number that no other item counts on from is text again."""
    for place, unit in enumerate(units):
        around = [*units[max(place - 1, 0) : place], *units[place + 1 : place + 2]]
        alone = not any(other.kind is Kind.ITEM for other in around)
        if unit.kind is Kind.ITEM and unit.marker != BULLET and alone:
            yield as_text(unit)
        else:
            yield unit


def as_text(unit: Unit) -> Unit:
    """An item as running text, with its marker."""
    return Unit(Kind.TEXT, [unit.opening or unit.first, *unit.lines[1:]], margin=unit.margin)
