"""A printed text's headings and how they nest, its title, and its notes below a heading of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.furniture import NOTE_HEADINGS, heading_key, title_key
from corpus.imprint import Imprint, read_imprint
from corpus.pdf_glyphs import Bookmark
from corpus.pdf_lines import Line
from corpus.pdf_notes import note_label
from corpus.pdf_paragraphs import Kind, Setting, Unit, as_text

_LARGER = 1.07
_LARGEST_GAP_IN_SIZE = 0.3
_MOST_WORDS = 30
_MOST_LINES = 4
_LONGEST_CONTENTS = 30
_FEWEST_CONTENTS = 3
_CONTENTS = frozenset({"contents", "table of contents", "contenido", "tabla de contenido", "índice"})
_ENDS = (".", ";", ",", "!")
_TAGGED = re.compile(r"H([1-6])$")
_LEADERS = re.compile(r"[\s.…·_]*\s*\d{1,3}$|[\s.…·_]{2,}[ivxl\d]{1,5}$")
_BACK = re.compile(r"[↩↑^⮐]\ufe0e?$")


def with_headings(units: Sequence[Unit], setting: Setting, bookmarks: Sequence[Bookmark]) -> list[Unit]:
    """*units* with the headings among them, each with its level: 1 for those that stand highest."""
    named = {title_key(bookmark.title): bookmark.level for bookmark in bookmarks}
    body_is_bold = _is_mostly_bold(units, setting)
    marked: list[Unit] = []
    for place, unit in enumerate(units):
        followed = place + 1 < len(units)
        heads = followed and _is_heading(unit, setting, body_is_bold, named) and not _is_listed(units, place)
        marked.append(replace(as_text(unit), kind=Kind.HEADING) if heads else unit)
    return _nested(marked, named)


def _is_heading(unit: Unit, setting: Setting, body_is_bold: bool, named: Mapping[str, int]) -> bool:
    if unit.kind is Kind.TABLE or len(unit.lines) > _MOST_LINES:
        return False
    line = unit.opening or unit.first
    words = unit.text.split()
    if _heading_tag(line):
        return True
    if len(words) > _MOST_WORDS or unit.text.endswith(_ENDS) or not any(map(str.isalpha, unit.text)):
        return False
    larger = all(line.size >= _LARGER * setting.size for line in unit.lines)
    bold = all(line.bold for line in unit.lines) and not body_is_bold
    own = title_key(line.text if len(unit.lines) == 1 else unit.text) in named and unit.kind is Kind.TEXT
    return larger or own or (bold and unit.first.size >= setting.size / _LARGER)


def _heading_tag(line: Line) -> str:
    role = line.tag.role if line.tag else ""
    return role if role.startswith(("H", "Title")) else ""


def _is_mostly_bold(units: Sequence[Unit], setting: Setting) -> bool:
    lines = [line for unit in units for line in unit.lines if abs(line.size - setting.size) < 0.5]
    return sum(len(line.text) for line in lines if line.bold) > 0.5 * sum(len(line.text) for line in lines)


def _is_listed(units: Sequence[Unit], place: int) -> bool:
    """Whether the unit is an item with another directly above or below it."""
    if units[place].kind is not Kind.ITEM:
        return False
    beside = [units[other] for other in (place - 1, place + 1) if 0 <= other < len(units)]
    return any(unit.kind is Kind.ITEM and unit.first.size == units[place].first.size for unit in beside)


Style = tuple[float, bool, bool, bool]


def _style(unit: Unit) -> Style:
    """How a heading is set; of two, the one that stands higher compares as greater."""
    line = unit.first
    return (round(2 * line.size) / 2, line.bold, unit.text.isupper(), not line.italic)


def _nested(units: list[Unit], named: Mapping[str, int]) -> list[Unit]:
    """*units* with levels for the headings: as tagged, as bookmarked, else by how they are set."""
    headings = [unit for unit in units if unit.kind is Kind.HEADING]
    declared = [(unit, level) for unit in headings if (level := _declared(unit, named))]
    by_style: dict[Style, Counter[int]] = {}
    for unit, level in declared:
        by_style.setdefault(_style(unit), Counter())[level] += 1
    ranks = {style: rank for rank, style in enumerate(sorted(set(map(_style, headings)), reverse=True), 1)}
    for unit in headings:
        style = _style(unit)
        usual = by_style[style].most_common(1)[0][0] if style in by_style else _between(style, by_style, ranks)
        unit.level = _declared(unit, named) or usual
    return units


def _declared(unit: Unit, named: Mapping[str, int]) -> int:
    match = _TAGGED.match(_heading_tag(unit.first))
    return int(match[1]) if match else named.get(title_key(unit.text), 0)


def _between(style: Style, by_style: Mapping[Style, Counter[int]], ranks: Mapping[Style, int]) -> int:
    """The level of a style that nothing is declared of: one below the next higher style, where there is one."""
    if not by_style:
        return ranks[style]
    above = [levels.most_common(1)[0][0] for other, levels in by_style.items() if other > style]
    return max(above) + 1 if above else 1


def same_title(one: str, other: str) -> bool:
    """Whether two titles are one, or one is the other cut short."""
    plain, more = sorted((title_key(one), title_key(other)), key=len)
    return bool(plain) and (plain == more or (len(plain) > 8 and more.startswith(plain)))


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at a text's top: the title as it is shown, what dates and attributes it, and the units below."""

    title: str | None
    imprints: tuple[Imprint, ...]
    units: tuple[Unit, ...]


def take_head(units: Sequence[Unit], named: str | None) -> Head:
    """Part *units* into the title, the lines that date and attribute the text, and what is left.

    The title is the heading called as the file's own title, *named*, or else the one that is set largest on the first
    page, if it stands above all text and no other is set like it.
    """
    top = [unit for unit in units if unit.lines and unit.first.page == units[0].first.page] if units[0].lines else []
    headings = [unit for unit in top if unit.kind is Kind.HEADING]
    title = next((unit for unit in headings if named and same_title(unit.text, named)), None) or _largest(
        units, headings
    )
    imprints: list[Imprint] = []
    kept: list[Unit] = []
    heads = True
    for unit in units:
        if unit is title:
            continue
        found = read_imprint(unit.text) if heads and unit.kind in (Kind.TEXT, Kind.HEADING) else ()
        imprints += found
        if not found:
            kept.append(unit)
            heads = heads and unit.kind is Kind.HEADING
    return Head(title.text if title else None, tuple(imprints), tuple(kept))


def _largest(units: Sequence[Unit], headings: Sequence[Unit]) -> Unit | None:
    if not headings:
        return None
    largest = max(headings, key=lambda unit: unit.first.size)
    others = [unit for unit in units if unit.kind is Kind.HEADING and unit is not largest]
    above = units[: next(place for place, unit in enumerate(units) if unit is largest)]
    text = sum(len(unit.text.split()) for unit in above if unit.kind is not Kind.HEADING)
    alone = all(unit.first.size < largest.first.size - _LARGEST_GAP_IN_SIZE for unit in others)
    return largest if alone and text <= _MOST_WORDS else None


def drop_contents(units: Sequence[Unit]) -> list[Unit]:
    """*units* without a table of contents: lines in a row that come again, without page number, as headings."""
    headings = {title_key(unit.text): place for place, unit in enumerate(units) if unit.kind is Kind.HEADING}
    kept: list[Unit] = []
    place = 0
    while place < len(units):
        end = place
        while end < len(units) and _is_contents(units[end], headings, end):
            end += 1
        lines = sum(len(unit.lines) for unit in units[place:end])
        labelled = bool(kept) and heading_key(kept[-1].text) in _CONTENTS
        if lines >= _FEWEST_CONTENTS or (lines and labelled):
            if labelled:
                kept.pop()
            place = end
        else:
            kept.append(units[place])
            place += 1
    return kept


def _is_contents(unit: Unit, headings: Mapping[str, int], place: int) -> bool:
    """Whether every line of *unit* is a heading further down, with or without its page."""
    if unit.kind is Kind.TABLE or len(unit.lines) > _LONGEST_CONTENTS:
        return False
    lines = [line.text for line in ([unit.opening, *unit.lines[1:]] if unit.opening else unit.lines)]
    keys = [(title_key(line), title_key(_LEADERS.sub("", line))) for line in lines]
    return all(any(headings.get(key, -1) > place for key in pair if key) for pair in keys)


def take_endnotes(units: Sequence[Unit]) -> tuple[list[tuple[str, list[Line]]], list[Unit]]:
    """The notes below a heading such as "Notes" as label and lines, and the units that are left."""
    notes: list[tuple[str, list[Line]]] = []
    kept: list[Unit] = []
    inside = False
    for place, unit in enumerate(units):
        if unit.kind is Kind.HEADING:
            inside = (
                heading_key(unit.text) in NOTE_HEADINGS and place + 1 < len(units) and bool(_entry(units[place + 1], 1))
            )
            if inside:
                continue
        entry = _entry(unit, len(notes) + 1) if inside else None
        if entry:
            notes.append(entry)
        elif inside and unit.lines:
            notes[-1][1].extend(unit.lines)
        else:
            kept.append(unit)
    return [(label, list(without_back_links(lines))) for label, lines in notes], kept


def _entry(unit: Unit, number: int) -> tuple[str, list[Line]] | None:
    if unit.kind is Kind.ITEM and unit.marker.strip("().")[:1].isalnum():
        return unit.marker.strip("()."), unit.lines
    found = note_label(unit.first, (number,)) if unit.kind is Kind.TEXT else None
    return (found[0], [*([found[1]] if found[1] else []), *unit.lines[1:]]) if found else None


def without_back_links(lines: Sequence[Line]) -> Iterator[Line]:
    """*lines* of a note without the arrow that leads a reader of the web page back."""
    for line in lines:
        letters = line.letters
        while letters and _BACK.search(letters[-1].char):
            letters = letters[:-1]
        if letters:
            yield line if letters is line.letters else replace(line, letters=letters)
