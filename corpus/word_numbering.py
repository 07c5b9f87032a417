"""The numbers of a Word file's lists and headings, which stand in no text: they are counted, as Word counts them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from corpus.builder import BULLET
from corpus.word_styles import NumberedAs, Styles, W, is_on, number, value

_LEVELS = 9
# Beyond these Word's letters and signs would be thirty or more in a row, and no writer's pattern is longer.
_LARGEST = 780
_LONGEST_PATTERN = 80
_PLACEHOLDER = re.compile(r"%([1-9])")
_ROMANS = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def as_letters(count: int) -> str:
    """*count* as Word letters it: a to z, then aa, bb."""
    letter = chr(ord("a") + (count - 1) % 26)
    return letter * ((count - 1) // 26 + 1)


def as_roman(count: int) -> str:
    """*count* as a small Roman numeral."""
    written = ""
    for worth, letters in _ROMANS:
        written += letters * (count // worth)
        count %= worth
    return written


def _as_ordinal(count: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{'th' if count % 100 in (11, 12, 13) else ending}"


_FORMATS: dict[str, Callable[[int], str]] = {
    "none": lambda _: "",
    "decimalZero": lambda count: f"{count:02}",
    "lowerLetter": as_letters,
    "upperLetter": lambda count: as_letters(count).upper(),
    "lowerRoman": as_roman,
    "upperRoman": lambda count: as_roman(count).upper(),
    "ordinal": _as_ordinal,
    "chicago": lambda count: "*†‡§"[(count - 1) % 4] * ((count - 1) // 4 + 1),
}


def written(count: int, number_format: str) -> str:
    """*count* in one of Word's number formats; in digits where it is one for another script or in words."""
    if not 0 < count <= _LARGEST:
        return str(count)
    return _FORMATS.get(number_format, str)(count)


@dataclass(frozen=True, slots=True)
class Numeral:
    """How an item is marked; ``opens`` says that its number is the first of its level."""

    marker: str
    opens: bool


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    number_format: str = "decimal"
    pattern: str = ""
    restart: int | None = None
    in_digits: bool = False
    indent: int | None = None


class Numbering:
    """Counts the numbered paragraphs of a document, which are to be asked for in reading order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        nodes = list(root) if root is not None else []
        self._abstract = {node.get(f"{W}abstractNumId", ""): node for node in nodes if node.tag == f"{W}abstractNum"}
        self._numbers = {node.get(f"{W}numId", ""): node for node in nodes if node.tag == f"{W}num"}
        self._levels: dict[NumberedAs, _Level] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[str] = set()

    def next(self, numbered: NumberedAs) -> Numeral | None:
        """How the next paragraph that is *numbered* is marked; none where it shows no number."""
        abstract_id = self._abstract_id(numbered.number_id)
        if abstract_id is None:
            return None
        counts = self._counts.setdefault(abstract_id, [None] * _LEVELS)
        self._begin(numbered.number_id, counts)
        level = self._level(numbered)
        before = counts[numbered.level]
        counts[numbered.level] = level.start if before is None else before + 1
        self._restart_below(numbered, counts)
        if level.number_format == "bullet":
            return Numeral(BULLET, opens=False)
        marker = self._marker(numbered, level, counts)
        return Numeral(marker, opens=before is None) if marker else None

    def indent(self, numbered: NumberedAs) -> int:
        """How far in a paragraph that is *numbered* stands, in twentieths of a point."""
        return self._level(numbered).indent or 0

    def _begin(self, number_id: str, counts: list[int | None]) -> None:
        """Let a list that shares its count with others, but has numbers of its own to begin with, begin with them."""
        if number_id in self._begun:
            return
        self._begun.add(number_id)
        for override in self._numbers[number_id].iter(f"{W}lvlOverride"):
            level = number(override.get(f"{W}ilvl"), 0)
            if value(override, "startOverride") is not None and 0 <= level < _LEVELS:
                counts[level:] = [None] * (_LEVELS - level)

    def _restart_below(self, numbered: NumberedAs, counts: list[int | None]) -> None:
        for deeper in range(numbered.level + 1, _LEVELS):
            restart = self._level(NumberedAs(numbered.number_id, deeper)).restart
            if restart is None or numbered.level < restart:  # 0 is never
                counts[deeper] = None

    def _marker(self, numbered: NumberedAs, level: _Level, counts: list[int | None]) -> str:
        def put(match: re.Match[str]) -> str:
            above = int(match[1]) - 1
            shown = self._level(NumberedAs(numbered.number_id, above))
            count = counts[above]
            digits = level.in_digits and shown.number_format not in ("none", "bullet")
            return written(shown.start if count is None else count, "decimal" if digits else shown.number_format)

        return _PLACEHOLDER.sub(put, level.pattern)

    def _abstract_id(self, number_id: str) -> str | None:
        """The definition that a numbering counts by; numberings that share one count on together."""
        for _ in range(_LEVELS):
            found = value(self._numbers.get(number_id), "abstractNumId")
            linked = value(self._abstract.get(found or ""), "numStyleLink")
            if linked is None:
                return found if found in self._abstract else None
            number_id = self._styles.numbering(linked) or ""
        return None

    def _level(self, numbered: NumberedAs) -> _Level:
        if numbered not in self._levels:
            self._levels[numbered] = self._read_level(numbered)
        return self._levels[numbered]

    def _read_level(self, numbered: NumberedAs) -> _Level:
        node = self._find_level(self._abstract.get(self._abstract_id(numbered.number_id) or ""), numbered.level)
        start = None
        own = self._numbers.get(numbered.number_id)
        for override in own.iter(f"{W}lvlOverride") if own is not None else ():
            if number(override.get(f"{W}ilvl"), 0) == numbered.level:
                start = value(override, "startOverride")
                replaced = self._find_level(override, numbered.level)
                node = node if replaced is None else replaced
        if node is None:
            return _Level()
        restart = value(node, "lvlRestart")
        indent = node.find(f"{W}pPr/{W}ind")
        left = None if indent is None else indent.get(f"{W}start") or indent.get(f"{W}left")
        return _Level(
            start=number(start if start is not None else value(node, "start"), 0),
            number_format=value(node, "numFmt") or "decimal",
            pattern=(value(node, "lvlText") or "")[:_LONGEST_PATTERN],
            restart=number(restart, 0) if restart is not None else None,
            in_digits=is_on(node.find(f"{W}isLgl")),
            indent=number(left, 0),
        )

    @staticmethod
    def _find_level(parent: Element | None, level: int) -> Element | None:
        found = parent.iterfind(f"{W}lvl") if parent is not None else ()
        return next((node for node in found if number(node.get(f"{W}ilvl"), 0) == level), None)
