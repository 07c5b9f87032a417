"""Lines of text, from the letters of a page.

A line is what stands on one height without a wide gap; where columns or cells stand side by side, each has its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from corpus.builder import BULLET
from corpus.pdf_glyphs import Letter, Page, Rule, Tag

# Shares of the type size.
_WIDEST_BLANK = 1.0
_WIDEST_BLANK_DRAWN = 2.5
_WIDEST_TAB = 4.5
_NARROWEST_BLANK = 0.14
_NARROWEST_DRAWN = 0.05
_WIDEST_SPREAD = 3.5
_WIDEST_DOTTED = 1.6
_LARGEST_DOT = 0.6
_MOST_DOTS = 1_000
_EVEN = 0.25
_HIGHEST_RISE = 0.6
_SAME_HEIGHT = 0.25
_LOWEST_RISE = 0.12
_SMALLER = 0.85

_BEFORE_A_TAB = re.compile(
    r"(?:[•◦▪▫‣●○■□➢➤►▶✓✔✅☑·∙⁃\uf0a7\uf0b7\uf0d8\uf02d\uf076–—*o-]|\[?\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)\]]{0,2}|"
    r"\d{1,2}(?:\.\d{1,2})+\.?|[*†‡§]+)$"
)


@dataclass(frozen=True, slots=True)
class Line:
    """Letters on one height of a page, with the box around them; ``size`` is that of most of them."""

    page: int
    letters: tuple[Letter, ...]
    text: str
    size: float
    baseline: float
    left: float
    right: float
    bottom: float
    top: float
    bold: bool
    italic: bool

    @property
    def tag(self) -> Tag | None:
        """The tag that most of the line stands in."""
        return Counter(letter.tag for letter in self.letters).most_common(1)[0][0]

    @property
    def first_word(self) -> float:
        """How wide the first word is."""
        end = next((place for place, letter in enumerate(self.letters) if place and letter.spaced), len(self.letters))
        return self.letters[end - 1].right - self.left


def make_line(page: int, letters: Sequence[Letter]) -> Line:
    """The line that *letters* make, with its blanks and superscripts told from where they stand."""
    size, baseline = _main(letters)
    spaced = _blanks(letters)
    settled = tuple(
        letter._replace(
            spaced=blank,
            raised=letter.size <= _SMALLER * size and letter.baseline >= baseline + _LOWEST_RISE * size,
        )
        for letter, blank in zip(letters, spaced, strict=True)
    )
    main = [letter for letter in settled if not letter.raised] or settled
    return Line(
        page=page,
        letters=settled,
        text=written(settled),
        size=size,
        baseline=baseline,
        left=min(letter.left for letter in settled),
        right=max(letter.right for letter in settled),
        bottom=min(letter.bottom for letter in main),
        top=max(letter.top for letter in main),
        bold=all(letter.bold for letter in main if letter.char.isalnum()) and any(letter.bold for letter in main),
        italic=all(letter.italic for letter in main if letter.char.isalnum()) and any(letter.italic for letter in main),
    )


def written(letters: Iterable[Letter]) -> str:
    """The text of *letters*, with a blank where one stands before a letter."""
    return "".join(f" {letter.char}" if letter.spaced else letter.char for letter in letters).strip()


def lines_of(page: Page) -> list[Line]:
    """The lines of *page*, from its top down and from left to right."""
    walls = [rule for rule in page.rules if not rule.level]
    chunks = list(_chunks(page.letters, walls))
    lines: list[Line] = []
    for row in rows_of([make_line(page.number, chunk) for chunk in chunks]):
        lines.extend(_merge(row, walls))
    return [_with_bullet(line, page.dots) for line in lines]


def _with_bullet(line: Line, dots: Sequence[Rule]) -> Line:
    """*line* with the bullet that is drawn before it as a shape."""
    for dot in dots[:_MOST_DOTS]:
        inside = line.bottom <= dot.bottom and dot.top <= line.top
        if (
            inside
            and 0 <= line.left - dot.right <= _WIDEST_DOTTED * line.size
            and dot.length < _LARGEST_DOT * line.size
        ):
            first = line.letters[0]
            bullet = first._replace(char=BULLET, left=dot.left, right=dot.right, raised=False, spaced=False)
            return make_line(line.page, [bullet, first._replace(spaced=True), *line.letters[1:]])
    return line


def rows_of(lines: Iterable[Line]) -> list[list[Line]]:
    """*lines* by height, from the top down, each row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.baseline):
        if rows and rows[-1][0].baseline - line.baseline <= _SAME_HEIGHT * max(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _main(letters: Sequence[Letter]) -> tuple[float, float]:
    """The size and the baseline that most letters have; of those as frequent, the larger."""
    sizes = Counter(round(letter.size, 1) for letter in letters)
    size = max(sizes, key=lambda size: (sizes[size], size))
    baselines = Counter(round(letter.baseline, 1) for letter in letters if round(letter.size, 1) == size)
    return size, max(baselines, key=lambda baseline: (baselines[baseline], -baseline))


def _chunks(letters: Iterable[Letter], walls: Sequence[Rule]) -> Iterator[list[Letter]]:
    """Letters drawn one after the other on one height."""
    chunk: list[Letter] = []
    for letter in letters:
        if chunk and not _goes_on(chunk, letter, walls):
            yield chunk
            chunk = []
        chunk.append(letter)
    if chunk:
        yield chunk


def _goes_on(chunk: Sequence[Letter], letter: Letter, walls: Sequence[Rule]) -> bool:
    last = chunk[-1]
    size = max(last.size, letter.size)
    gap = letter.left - last.right
    rise = abs(letter.baseline - last.baseline)
    if rise > (_HIGHEST_RISE * size if abs(letter.size - last.size) > 0.1 * size else _SAME_HEIGHT * size):
        return False
    if not -size <= gap <= size * (_WIDEST_BLANK_DRAWN if letter.spaced else _WIDEST_BLANK):
        return False
    return not _apart(last, letter) and not (gap > 0 and _walled(last, letter, walls))


def _apart(one: Letter, other: Letter) -> bool:
    """Whether the tags put two letters into different cells."""
    cells = [letter.tag for letter in (one, other) if letter.tag and letter.tag.role == "Cell"]
    return bool(cells) and one.tag != other.tag


def _walled(one: Letter, other: Letter, walls: Sequence[Rule]) -> bool:
    middle = (one.bottom + one.top) / 2
    return any(
        one.right - 1 <= wall.left and wall.right <= other.left + 1 and wall.bottom <= middle <= wall.top
        for wall in walls
    )


def _merge(row: Sequence[Line], walls: Sequence[Rule]) -> Iterator[Line]:
    """The lines of a row that belong together: drawn in pieces, or a marker and what it marks."""
    held: Line | None = None
    for line in row:
        if held and _joins(held, line, walls):
            held = make_line(held.page, [*held.letters, line.letters[0]._replace(spaced=True), *line.letters[1:]])
            continue
        if held:
            yield held
        held = line
    if held:
        yield held


def join_spread(lines: Iterable[Line]) -> list[Line]:
    """The *lines* of one column, with those as one that wide blanks of one width have spread up to the margin."""
    joined: list[Line] = []
    for row in rows_of(lines):
        if len(row) > 1 and _is_spread(row):
            letters = [letter for line in row for letter in (line.letters[0]._replace(spaced=True), *line.letters[1:])]
            joined.append(make_line(row[0].page, letters))
        else:
            joined.extend(row)
    return joined


def _is_spread(row: Sequence[Line]) -> bool:
    letters = [letter for line in row for letter in line.letters]
    firsts = {line.letters[0] for line in row}
    pairs = list(pairwise(letters))
    gaps = [other.left - one.right for one, other in pairs if other.spaced or other in firsts]
    if _BEFORE_A_TAB.match(row[0].text.split()[0]):
        gaps = gaps[1:]
    if len(gaps) < 2 or any(_apart(one, other) for one, other in pairs):
        return False
    size = row[0].size
    return max(gaps) - min(gaps) <= _EVEN * size and max(gaps) <= _WIDEST_SPREAD * size


def _joins(one: Line, other: Line, walls: Sequence[Rule]) -> bool:
    gap = other.left - one.right
    tags = one.letters[-1].tag, other.letters[0].tag
    if gap > 0 and tags[0] == tags[1] and tags[0] and tags[0].role not in ("Cell", "LI"):
        return not _walled(one.letters[-1], other.letters[0], walls)
    widest = _WIDEST_TAB if _BEFORE_A_TAB.match(one.text) else 0.6
    if not -0.3 * one.size <= gap <= widest * max(one.size, other.size):
        return False
    return not _apart(one.letters[-1], other.letters[0]) and not _walled(one.letters[-1], other.letters[0], walls)


def _blanks(letters: Sequence[Letter]) -> list[bool]:
    """For each letter, whether a blank stands before it: drawn, or wider than what spreads the letters."""
    gaps = [0.0]
    for one, other in pairwise(letters):
        gaps.append((other.left - one.right) / max(one.size, other.size, 0.1))
    inside = [gap for gap, letter in zip(gaps, letters, strict=True) if not letter.spaced] or [0.0]
    narrowest = max(median(inside), 0) + _NARROWEST_BLANK
    return [
        place > 0 and (gap > narrowest or (letter.spaced and gap > _NARROWEST_DRAWN))
        for place, (gap, letter) in enumerate(zip(gaps, letters, strict=True))
    ]
