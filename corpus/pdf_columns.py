"""The order in which the lines of a page are read: column by column, between what runs across them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol, TypeVar

from corpus.pdf_lines import Line, rows_of

_FEWEST_LINES = 4
_MOST_CROSSING = 0.4
_NARROWEST_GUTTER = 6.0
_FULL = 0.6
_NEARLY_FULL = 0.8
_NARROWEST_COLUMN = 9  # times the type size
_STEP = 2.0


class Placed(Protocol):
    """A box on a page."""

    @property
    def left(self) -> float: ...  # noqa: D102
    @property
    def right(self) -> float: ...  # noqa: D102
    @property
    def bottom(self) -> float: ...  # noqa: D102
    @property
    def top(self) -> float: ...  # noqa: D102


Box = TypeVar("Box", bound=Placed)


@dataclass(frozen=True, slots=True)
class Gutter:
    """The blank strip between two columns."""

    left: float
    right: float

    @property
    def middle(self) -> float:
        """Where it is cut."""
        return (self.left + self.right) / 2


def flows_of(boxes: Sequence[Box], known: Sequence[Gutter] = ()) -> list[list[Box]]:
    """*boxes* in reading order, one list for each column or part of one.

    *known* are gutters of other pages, which a page that ends early shares.
    """
    lines = [box for box in boxes if isinstance(box, Line)]
    gutter = find_gutter(lines) or next((gutter for gutter in known if _fits(gutter, lines)), None)
    if gutter is None:
        return [sorted(boxes, key=lambda box: (-box.top, box.left))] if boxes else []
    across = sorted((box for box in boxes if _crosses(box, gutter)), key=lambda box: -box.top)
    beside = [box for box in boxes if not _crosses(box, gutter)]
    flows: list[list[Box]] = []
    for box in across:
        above = [other for other in beside if _middle(other) > _middle(box)]
        beside = [other for other in beside if _middle(other) <= _middle(box)]
        flows.extend(_side_by_side(above, gutter))
        if above or not flows:
            flows.append([])
        flows[-1].append(box)
    return [*flows, *_side_by_side(beside, gutter)]


def _side_by_side(boxes: Sequence[Box], gutter: Gutter) -> list[list[Box]]:
    sides = ([box for box in boxes if box.right <= gutter.middle], [box for box in boxes if box.right > gutter.middle])
    return [flow for side in sides for flow in flows_of(side)]


def _crosses(box: Placed, gutter: Gutter) -> bool:
    return box.left < gutter.middle < box.right


def _middle(box: Placed) -> float:
    return (box.top + box.bottom) / 2


def _fits(gutter: Gutter, lines: Sequence[Line]) -> bool:
    """Whether there is text on both sides of *gutter*, that of one side fills a column, and few lines cross it."""
    crossing = sum(_crosses(line, gutter) for line in lines)
    left = [line for line in lines if line.right <= gutter.right]
    right = [line for line in lines if line.left >= gutter.left]
    if not left or not right or crossing > _MOST_CROSSING * len(lines):
        return False
    widths = (gutter.left - min(line.left for line in left), max(line.right for line in right) - gutter.right)
    full = max(_full_rows(rows_of(side), width) for side, width in zip((left, right), widths, strict=True))
    return full >= _FEWEST_LINES


def find_gutter(lines: Sequence[Line]) -> Gutter | None:
    """The gutter that fewest lines cross, where what stands on both sides of it is columns of text."""
    if len(lines) < 2 * _FEWEST_LINES:
        return None
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    best: tuple[int, float, Gutter] | None = None
    x = left + 0.15 * (right - left)
    while x < left + 0.85 * (right - left):
        sides = [line for line in lines if line.right <= x], [line for line in lines if line.left >= x]
        crossing = len(lines) - len(sides[0]) - len(sides[1])
        if min(map(len, sides)) >= _FEWEST_LINES and crossing <= _MOST_CROSSING * len(lines):
            gutter = Gutter(max(line.right for line in sides[0]), min(line.left for line in sides[1]))
            key = (crossing, gutter.left - gutter.right, gutter)
            if (best is None or key[:2] < best[:2]) and _parts_columns(gutter, sides, left, right):
                best = key
        x += _STEP
    return best[2] if best else None


def _parts_columns(gutter: Gutter, sides: tuple[list[Line], list[Line]], left: float, right: float) -> bool:
    """Whether the gutter is wide, and lines on both sides fill what is between it and the margins."""
    if gutter.right - gutter.left < _NARROWEST_GUTTER:
        return False
    rows = [rows_of(side) for side in sides]
    widths = [median(max(line.right for line in row) - row[0].left for row in side) for side in rows]
    if widths[0] < _FULL * (gutter.left - left) or widths[1] < _FULL * (right - gutter.right):
        return False
    if min(widths) < _NARROWEST_COLUMN * median(line.size for side in sides for line in side):
        return False
    spans = (gutter.left - left, right - gutter.right)
    if max(_full_rows(side, span) for side, span in zip(rows, spans, strict=True)) < _FEWEST_LINES:  # cells of a table
        return False
    overlap = min(max(line.top for line in side) for side in sides) - max(
        min(line.bottom for line in side) for side in sides
    )
    return overlap > 2 * median(line.size for side in sides for line in side)


def _full_rows(rows: Sequence[Sequence[Line]], width: float) -> int:
    """How many rows are one line each that reaches nearly from margin to margin."""
    return sum(len(row) == 1 and row[0].right - row[0].left >= _NEARLY_FULL * width for row in rows)
