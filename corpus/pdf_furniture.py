"""What stands at the same place of page after page: running heads and feet, and page numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import ceil

from corpus.pdf_lines import Line, rows_of

_DEEPEST = 4
_FAR = 6.0
_ALONG_EDGE = 0.13
_MOSTLY = 0.8
_FEWEST = 0.4
_NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"(?:[-–—|\[(]?\s*)?(?:(?:page|pg?\.|página|pág\.)\s*)?#(?:\s*(?:of|de|/)\s*#)?(?:\s*[-–—|\])])?$", re.IGNORECASE
)

Pages = Sequence[Sequence[Line]]


def drop_running(pages: Pages, heights: Sequence[float]) -> list[list[Line]]:
    """The lines of *pages*, which are so many points high, without those that run along their top and foot."""
    rows = [rows_of(lines) for lines in pages]
    tagged = _are_tagged(pages)
    for _ in range(_DEEPEST):
        dropped = [_drop_outermost(rows, heights, place, tagged) for place in (0, -1)]
        if not any(dropped):
            break
    return [[line for row in page for line in row] for page in rows]


def _are_tagged(pages: Pages) -> bool:
    """Whether nearly all text has a tag, so that what has none is declared not to be text."""
    letters = [letter for lines in pages for line in lines for letter in line.letters]
    return sum(letter.tag is not None for letter in letters) > _MOSTLY * len(letters)


def _drop_outermost(rows: list[list[list[Line]]], heights: Sequence[float], place: int, tagged: bool) -> bool:
    """Take the top (0) or the last (-1) row off each page where it is not the text's; whether any was."""
    places: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, page in enumerate(rows):
        if page and _is_along_edge(page[place][0], heights[number]):
            places[_key(page[place])].append((number, page[place][0].baseline))
    needed = max(2, min(3, ceil(_FEWEST * len(rows))))
    found: set[int] = set()
    for key, held in places.items():
        middle = sorted(height for _, height in held)[len(held) // 2]
        same = [number for number, height in held if abs(height - middle) <= _FAR]
        found.update(same if len(same) >= needed and key else ())
        if _PAGE_NUMBER.match(key):
            found.update(number for number, _ in held if _is_number_of(rows[number], place, number + 1))
    if tagged:
        found.update(number for number, page in enumerate(rows) if page and not _tags(page[place]))
    for number in found:
        del rows[number][place]
    return bool(found)


def _is_along_edge(line: Line, height: float) -> bool:
    return not _ALONG_EDGE * height <= line.baseline <= (1 - _ALONG_EDGE) * height


def _key(row: Iterable[Line]) -> str:
    """The text of a row without its numbers; empty where it is a cell of a table or the start of a note."""
    lines = list(row)
    if any(line.letters[0].raised or (line.tag and line.tag.role in ("Cell", "Note")) for line in lines):
        return ""
    return _NUMBERS.sub("#", " ".join(line.text for line in lines)).casefold()


def _is_number_of(page: Sequence[Sequence[Line]], place: int, number: int) -> bool:
    """Whether the outermost row counts the page, and stands apart from the text."""
    digits = re.findall(r"\d+", " ".join(line.text for line in page[place]))
    if len(page) < 2:
        return False
    beside = page[1 if place == 0 else -2]
    apart = abs(page[place][0].baseline - beside[0].baseline) > 1.5 * beside[0].size
    return apart and str(number) in digits[:1]


def _tags(row: Iterable[Line]) -> bool:
    return any(letter.tag for line in row for letter in line.letters)
