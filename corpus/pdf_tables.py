"""Tables on a printed page: as its tags declare them, as rules draw them, or as columns of cells line up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from corpus.pdf_glyphs import Rule
from corpus.pdf_lines import Line, rows_of

_TOUCHING = 2.5
_FEWEST_ALIGNED = 0.6
_NARROWEST_GAP = 4.0
_WIDEST_STEP = 3.0
_TIGHT = 1.4
_CLEARLY_WIDER = 1.25

Cell = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each with the lines in it, and the box around them."""

    page: int
    rows: tuple[tuple[Cell, ...], ...]
    left: float
    right: float
    bottom: float
    top: float

    @property
    def lines(self) -> Iterator[Line]:
        """Every line in it, row by row."""
        return (line for row in self.rows for cell in row for line in cell)


def _table(rows: Iterable[Sequence[Iterable[Line]]], fewest: int = 1) -> Table | None:
    """A table of *rows*, without those that are empty; nothing where that leaves less than *fewest*, or one column."""
    cells = [tuple(tuple(cell) for cell in row) for row in rows]
    cells = [row for row in cells if any(row)]
    lines = [line for row in cells for cell in row for line in cell]
    columns = sum(
        any(row[place] for row in cells if place < len(row)) for place in range(max(map(len, cells), default=0))
    )
    if len(cells) < fewest or columns < 2:
        return None
    return Table(
        page=lines[0].page,
        rows=tuple(cells),
        left=min(line.left for line in lines),
        right=max(line.right for line in lines),
        bottom=min(line.bottom for line in lines),
        top=max(line.top for line in lines),
    )


def take_tagged(lines: Sequence[Line]) -> tuple[list[Table], list[Line]]:
    """The tables that tags declare, and the lines outside."""
    tables, rest = list[Table](), list[Line]()
    cells = [line for line in lines if line.tag and line.tag.role == "Cell" and line.tag.table]
    for _, group in groupby(sorted(cells, key=_table_key), key=lambda line: _table_key(line)[0]):
        held = list(group)
        rows = [list(row) for _, row in groupby(held, key=lambda line: _table_key(line)[1])]
        table = _table(_in_columns([[tuple(cell) for _, cell in groupby(row, key=_table_key)] for row in rows]))
        if table:
            tables.append(table)
        else:
            rest.extend(held)
    taken = {id(line) for table in tables for line in table.lines}
    return tables, [line for line in lines if id(line) not in taken]


def _in_columns(rows: Sequence[Sequence[Cell]]) -> Iterator[list[Cell]]:
    """*rows* with as many cells each as the longest has: one that is empty leaves no trace on the page."""
    longest = max(rows, key=len)
    columns = [(min(line.left for line in cell), max(line.right for line in cell)) for cell in longest]
    for row in rows:
        if len(row) == len(longest):
            yield list(row)
            continue
        placed: list[Cell] = [() for _ in columns]
        for cell in row:
            left, right = min(line.left for line in cell), max(line.right for line in cell)
            overlaps = [min(right, end) - max(left, start) for start, end in columns]
            place = overlaps.index(max(overlaps))
            placed[place] += cell
        yield placed


def _table_key(line: Line) -> tuple[int, int, int]:
    tag = line.tag
    return (tag.table, tag.row, tag.element) if tag else (0, 0, 0)


def take_ruled(lines: Sequence[Line], rules: Sequence[Rule]) -> tuple[list[Table], list[Line]]:
    """The tables whose cells are drawn as a grid, and the lines outside."""
    tables: list[Table] = []
    rest = list(lines)
    for grid in _grids(rules):
        inside = [line for line in rest if grid.holds(line)]
        table = _table(grid.cells(inside)) if inside else None
        if table:
            tables.append(table)
            taken = {id(line) for line in table.lines}
            rest = [line for line in rest if id(line) not in taken]
    return tables, rest


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where a grid's rules run: from left to right, and from the top down."""

    columns: tuple[float, ...]
    rows: tuple[float, ...]

    def holds(self, line: Line) -> bool:
        middle = (line.bottom + line.top) / 2
        return self.rows[-1] <= middle <= self.rows[0] and (
            self.columns[0] - _TOUCHING <= line.left and line.right <= self.columns[-1] + _TOUCHING
        )

    def cells(self, lines: Sequence[Line]) -> list[list[list[Line]]]:
        cells: list[list[list[Line]]] = [[[] for _ in self.columns[1:]] for _ in self.rows[1:]]
        for line in lines:
            middle = (line.bottom + line.top) / 2
            row = sum(middle < edge for edge in self.rows[1:-1])
            column = sum(line.left + _TOUCHING >= edge for edge in self.columns[1:-1])
            cells[row][column].append(line)
        return cells


def _grids(rules: Sequence[Rule]) -> Iterator[_Grid]:
    for cluster in _clusters(rules):
        walls = [rule for rule in cluster if not rule.level]
        levels = [rule for rule in cluster if rule.level]
        if not walls or not levels:
            continue
        columns = _distinct(
            [wall.left for wall in walls] + [edge for rule in levels for edge in (rule.left, rule.right)]
        )
        rows = _distinct(
            [rule.bottom for rule in levels] + [edge for wall in walls for edge in (wall.bottom, wall.top)]
        )
        if len(columns) > 2 and len(rows) > 2:
            yield _Grid(tuple(columns), tuple(reversed(rows)))


def _clusters(rules: Sequence[Rule]) -> list[list[Rule]]:
    """*rules* that touch each other, directly or through others."""
    clusters: list[tuple[Rule, list[Rule]]] = []
    for rule in rules[:2_000]:
        touching = [cluster for cluster in clusters if _touch(cluster[0], rule)]
        clusters = [cluster for cluster in clusters if not _touch(cluster[0], rule)]
        members = [rule, *(member for _, held in touching for member in held)]
        clusters.append((_around(members), members))
    return [members for _, members in clusters]


def _around(rules: Sequence[Rule]) -> Rule:
    return Rule(
        min(rule.left for rule in rules), min(rule.bottom for rule in rules),
        max(rule.right for rule in rules), max(rule.top for rule in rules),
    )  # fmt: skip


def _touch(one: Rule, other: Rule) -> bool:
    return (
        one.left - _TOUCHING <= other.right
        and other.left - _TOUCHING <= one.right
        and one.bottom - _TOUCHING <= other.top
        and other.bottom - _TOUCHING <= one.top
    )


def _distinct(values: Iterable[float]) -> list[float]:
    """*values* from low to high, those that differ by a rule's thickness as one."""
    distinct: list[float] = []
    for value in sorted(values):
        if not distinct or value - distinct[-1] > 2 * _TOUCHING:
            distinct.append(value)
    return distinct


def take_aligned(flow: Sequence[Line | Table], rules: Sequence[Rule]) -> list[Line | Table]:
    """*flow* with tables for the rows of lines that stand below each other in columns."""
    settled: list[Line | Table] = []
    for is_line, group in groupby(flow, key=lambda box: isinstance(box, Line)):
        held = list(group)
        if not is_line:
            settled.extend(held)
            continue
        rows = rows_of(line for line in held if isinstance(line, Line))
        place = 0
        while place < len(rows):
            end, table = _read_table(rows, place, rules)
            settled.extend([table] if table else rows[place])
            place = end
    return settled


def _read_table(rows: Sequence[list[Line]], start: int, rules: Sequence[Rule]) -> tuple[int, Table | None]:
    """The table that begins with the row at *start*, and where it ends; nothing, and the next row, where none does."""
    if len(rows[start]) < 2:
        return start + 1, None
    columns = _spans(rows[start])
    end = last = start + 1
    while end < len(rows) and rows[end - 1][0].baseline - rows[end][0].baseline <= _WIDEST_STEP * rows[end][0].size:
        wider = _widen(columns, rows[end])
        if wider is None:
            break
        columns, end = wider, end + 1
        single = len(rows[end - 1]) < 2
        if not single or (rows[end - 1][0].left >= columns[1][0] - 1 and _is_tight(rows[end - 2], rows[end - 1])):
            last = end
    held = rows[start:last]
    if sum(len(row) > 1 for row in held) < 2 or not _line_up(held, columns):
        return start + 1, None
    table = _table((_by_column(group, columns) for group in _group_rows(held, columns, rules)), fewest=2)
    return (last, table) if table else (start + 1, None)


def _spans(row: Sequence[Line]) -> list[tuple[float, float]]:
    return [(line.left, line.right) for line in row]


def _widen(columns: Sequence[tuple[float, float]], row: Sequence[Line]) -> list[tuple[float, float]] | None:
    """*columns* made wide enough for *row*; nothing where two of them would run into each other."""
    wider = list(columns)
    for line in row:
        over = [place for place, (left, right) in enumerate(wider) if line.left < right and left < line.right]
        if len(over) > 1:
            return None
        if over:
            left, right = wider[over[0]]
            wider[over[0]] = (min(left, line.left), max(right, line.right))
        else:
            wider.append((line.left, line.right))
    wider.sort()
    parted = all(after[0] - before[1] >= _NARROWEST_GAP for before, after in pairwise(wider))
    return wider if parted else None


def _is_tight(above: Sequence[Line], below: Sequence[Line]) -> bool:
    return above[0].baseline - below[0].baseline <= _TIGHT * below[0].size


def _line_up(rows: Sequence[Sequence[Line]], columns: Sequence[tuple[float, float]]) -> bool:
    """Whether in each column most cells share a side or their middle; a few columns may have one cell."""
    alone = 0
    for left, right in columns:
        cells = [line for row in rows for line in row if left <= line.left and line.right <= right]
        sides = ([c.left for c in cells], [c.right for c in cells], [(c.left + c.right) / 2 for c in cells])
        most = max(sum(abs(one - other) <= 2 for other in side) for side in sides for one in side)
        if most < _FEWEST_ALIGNED * len(cells):
            return False
        alone += len(cells) < 2
    return alone <= len(columns) / 2 and len(columns) - alone > 1


def _group_rows(
    rows: Sequence[list[Line]], columns: Sequence[tuple[float, float]], rules: Sequence[Rule]
) -> list[list[Line]]:
    """The lines of each row of the table: up to the next rule or wider step, or else to the next first cell."""
    steps = [above[0].baseline - below[0].baseline for above, below in pairwise(rows)]
    levels = [rule for rule in rules if rule.level and rule.left < columns[-1][0] and columns[0][1] < rule.right]
    ruled = [
        any(below[0].baseline < rule.bottom < above[0].baseline for rule in levels) for above, below in pairwise(rows)
    ]
    uneven = max(steps) > _CLEARLY_WIDER * min(steps)
    middle = (max(steps) + min(steps)) / 2
    groups = [list(rows[0])]
    for place, row in enumerate(rows[1:]):
        if sum(ruled) > 1:
            opens = ruled[place]
        elif uneven and min(steps) <= _TIGHT * rows[0][0].size:
            opens = steps[place] > middle
        else:
            opens = row[0].left <= columns[0][1]
        if opens:
            groups.append([])
        groups[-1].extend(row)
    return groups


def _by_column(lines: Sequence[Line], columns: Sequence[tuple[float, float]]) -> list[list[Line]]:
    return [[line for line in lines if left <= line.left and line.right <= right] for left, right in columns]
