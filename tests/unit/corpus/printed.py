"""Sets text on pages, as far as a loader of printed text can tell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpus.documents import Document
from corpus.pdf import read_printed
from corpus.pdf_glyphs import Letter, Page, Printed, Rule

WIDTH, HEIGHT = 600.0, 800.0
SOURCE = Path("housing.pdf")


def letters(
    text: str,
    x: float,
    y: float,
    size: float = 10.0,
    bold: bool = False,
    rise: float = 0.0,
) -> list[Letter]:
    """*text* from *x* on, its baseline at *y*; every letter is half its size wide, and a blank a third."""
    found: list[Letter] = []
    spaced = False
    for char in text:
        if char == " ":
            x, spaced = x + size / 3, True
            continue
        base = y + rise
        found.append(Letter(char, x, x + size / 2, base - size / 4, base + size * 0.8, base, size, bold, spaced=spaced))
        x, spaced = x + size / 2, False
    return found


def mark(label: str, after: Sequence[Letter]) -> list[Letter]:
    """*label* raised behind the letters it follows."""
    last = after[-1]
    return letters(label, last.right, last.baseline, size=last.size * 0.6, rise=last.size * 0.35)


def column(
    lines: Sequence[str], x: float = 60.0, top: float = 700.0, size: float = 10.0, step: float = 12.0
) -> list[Letter]:
    """*lines* below each other."""
    return [letter for place, line in enumerate(lines) for letter in letters(line, x, top - place * step, size)]


def page(number: int, *parts: Sequence[Letter], rules: Sequence[Rule] = (), pictured: float = 0.0) -> Page:
    """A page with *parts* on it, drawn in that order."""
    held = tuple(letter for part in parts for letter in part)
    return Page(number, WIDTH, HEIGHT, held, tuple(rules), pictured=pictured)


def read(*pages: Page) -> Document:
    """The document on *pages*."""
    return read_printed(Printed(pages, {}), SOURCE).document


def body(document: Document) -> list[str]:
    """The blocks of *document*, headings and notes left out."""
    return [block.span.of(document.text) for section in document.sections for block in section.blocks]
