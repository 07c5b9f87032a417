"""What a printed page holds: letters with their boxes, and the rules drawn between them.

Lengths are in points from the lower left corner of the page as it is shown, turned and cropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Tag(NamedTuple):
    """Where a letter stands in the structure that a tagged PDF declares.

    ``role`` is "H1" to "H6", "Title", "LI", "Cell", "Note" or "P"; ``element`` numbers the block, and ``row`` and
    ``table`` what a cell is in, within its page (0 where it is in none).
    """

    role: str
    element: int
    row: int = 0
    table: int = 0


class Letter(NamedTuple):
    """One visible character. ``spaced`` says that a blank stands before it, ``raised`` that it is a superscript."""

    char: str
    left: float
    right: float
    bottom: float
    top: float
    baseline: float
    size: float
    bold: bool = False
    italic: bool = False
    spaced: bool = False
    raised: bool = False
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line, as the box it fills; the longer side is its direction."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def level(self) -> bool:
        """Whether it runs from left to right."""
        return self.right - self.left >= self.top - self.bottom

    @property
    def length(self) -> float:
        """How long it is."""
        return max(self.right - self.left, self.top - self.bottom)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its letters in the order they are drawn.

    ``dots`` are shapes as small as a bullet.
    ``unreadable`` counts letters whose character isn't known, ``turned`` those that don't run from left to right;
    ``pictured`` is the share of the page that pictures cover.
    """

    number: int
    width: float
    height: float
    letters: tuple[Letter, ...]
    rules: tuple[Rule, ...] = ()
    dots: tuple[Rule, ...] = ()
    unreadable: int = 0
    turned: int = 0
    pictured: float = 0.0


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of a PDF's own outline; *level* counts from 1."""

    title: str
    level: int


@dataclass(frozen=True, slots=True)
class Printed:
    """A whole file: its pages, and what it says about itself."""

    pages: tuple[Page, ...]
    info: dict[str, str]
    bookmarks: tuple[Bookmark, ...] = ()
    language: str | None = None
