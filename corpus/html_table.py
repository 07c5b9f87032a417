"""The rows of a table in a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus.html_marks import MARK
from corpus.html_tree import HEADINGS, Element

_WIDEST = 100
_MOST_CELLS = 500_000
_PARTS = {"thead": 0, "tbody": 1, "tfoot": 2}

Cell = Sequence["Element | str"]


class TableTooLarge(ValueError):  # noqa: N818 - named for what is wrong
    """A table of so many cells that it can't be laid out."""


def is_layout(table: Element) -> bool:
    """Whether *table* only arranges a page: tables, headings or one column in it, and no header cells."""
    if table.roles & {"presentation", "none"} or sum(1 for _ in table.find("table")) > 1:
        return True
    if any(True for _ in table.find("th", "caption")):
        return False
    rows = [[child for child in row.elements if child.tag == "td"] for row in _own_rows(table)]
    return max(map(len, rows), default=0) <= 1 or any(True for _ in table.find(*HEADINGS))


def table_rows(table: Element) -> list[list[Cell]]:
    """The cells of each row, the header first.

    A cell that spans rows is in each of them, so that a row can be read by itself; one that spans columns is in each
    where it heads them and in the first otherwise. Raises `TableTooLarge`.
    """
    rows: list[list[Cell]] = []
    hanging: dict[int, tuple[int, Cell]] = {}  # column: how many more rows have the cell
    count = 0
    for row in _own_rows(table):
        cells = list(_row(row, hanging))
        count += len(cells)
        if count > _MOST_CELLS:
            raise TableTooLarge(f"it has a table of more than {_MOST_CELLS:,} cells")
        rows.append(cells)
    # Columns that only a cell spanning them reaches are none.
    width = max((place + 1 for row in rows for place, cell in enumerate(row) if cell), default=0)
    if width * len(rows) > _MOST_CELLS:
        raise TableTooLarge(f"it has a table of more than {_MOST_CELLS:,} cells")
    return [row[:width] for row in rows]


def _own_rows(table: Element) -> list[Element]:
    """The rows of *table*, its head first and its foot last, wherever they are written."""
    parts = [part for part in table.elements if part.tag in (*_PARTS, "tr")]
    ordered = sorted(parts, key=lambda part: _PARTS.get(part.tag, 1))
    found: list[Element] = []
    for part in ordered:
        found.extend([part] if part.tag == "tr" else [row for row in part.elements if row.tag == "tr"])
    return found


def _row(row: Element, hanging: dict[int, tuple[int, Cell]]) -> Iterator[Cell]:
    column = 0
    heads = row.parent is not None and row.parent.tag == "thead"
    for cell in (child for child in row.elements if child.tag in ("td", "th")):
        while column in hanging:
            yield _hang(hanging, column)
            column += 1
        width, height = _span(cell, "colspan"), _span(cell, "rowspan")
        for place in range(min(width, max(_WIDEST - column, 1))):
            shown: Cell = cell.children if not place else _repeated(cell) if heads or cell.tag == "th" else ()
            if height > 1:
                hanging[column] = (height - 1, _repeated(cell) if shown else ())
            yield shown
            column += 1
    while column in hanging:
        yield _hang(hanging, column)
        column += 1


def _hang(hanging: dict[int, tuple[int, Cell]], column: int) -> Cell:
    left, cell = hanging.pop(column)
    if left > 1:
        hanging[column] = (left - 1, cell)
    return cell


def _repeated(cell: Element) -> Cell:
    """The cell's text without its marks, which stand where they were written."""
    return [_unmarked(child) for child in cell.children]


def _unmarked(node: Element | str) -> Element | str:
    if isinstance(node, str):
        return node
    if node.tag == MARK:
        return ""
    return Element(node.tag, node.attributes, [_unmarked(child) for child in node.children], node.parent)


def _span(cell: Element, name: str) -> int:
    text = cell.get(name).strip()
    if name == "rowspan" and text == "0":
        return 65_534
    return min(max(int(text), 1), 65_534) if text.isdecimal() and len(text) < 7 else 1
