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
class _Gutter:
    """The blank strip between two columns."""

    left: float
    right: float


def flows_of(boxes: Sequence[Box]) -> list[list[Box]]:
    """*boxes* in reading order, one list for each column or part of one."""
    gutter = _find_gutter([box for box in boxes if isinstance(box, Line)])
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


def _side_by_side(boxes: Sequence[Box], gutter: _Gutter) -> list[list[Box]]:
    middle = (gutter.left + gutter.right) / 2
    sides = ([box for box in boxes if box.right <= middle], [box for box in boxes if box.right > middle])
    return [flow for side in sides for flow in flows_of(side)]


def _crosses(box: Placed, gutter: _Gutter) -> bool:
    middle = (gutter.left + gutter.right) / 2
    return box.left < middle < box.right


def _middle(box: Placed) -> float:
    return (box.top + box.bottom) / 2


def _find_gutter(lines: Sequence[Line]) -> _Gutter | None:
    """The gutter that fewest lines cross, where what stands on both sides of it is columns of text."""
    if len(lines) < 2 * _FEWEST_LINES:
        return None
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    best: tuple[int, float, _Gutter] | None = None
    x = left + 0.15 * (right - left)
    while x < left + 0.85 * (right - left):
        sides = [line for line in lines if line.right <= x], [line for line in lines if line.left >= x]
        crossing = len(lines) - len(sides[0]) - len(sides[1])
        if min(map(len, sides)) >= _FEWEST_LINES and crossing <= _MOST_CROSSING * len(lines):
            gutter = _Gutter(max(line.right for line in sides[0]), min(line.left for line in sides[1]))
            key = (crossing, gutter.left - gutter.right, gutter)
            if (best is None or key[:2] < best[:2]) and _parts_columns(gutter, sides, left, right):
                best = key
        x += _STEP
    return best[2] if best else None


def _parts_columns(gutter: _Gutter, sides: tuple[list[Line], list[Line]], left: float, right: float) -> bool:
    """Whether the gutter is wide, and lines on both sides fill what is between it and the margins."""
    if gutter.right - gutter.left < _NARROWEST_GUTTER:
        return False
    rows = [rows_of(side) for side in sides]
    widths = [median(max(line.right for line in row) - row[0].left for row in side) for side in rows]
    if widths[0] < _FULL * (gutter.left - left) or widths[1] < _FULL * (right - gutter.right):
        return False
    if all(sum(len(row) > 1 for row in side) > len(side) / 2 for side in rows):  # cells on both sides: a table
        return False
    overlap = min(max(line.top for line in side) for side in sides) - max(
        min(line.bottom for line in side) for side in sides
    )
    return overlap > 2 * median(line.size for side in sides for line in side)
