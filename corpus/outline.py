"""Tells a plain text's title and headings from what a site puts around them, and how the headings nest.

A bare line is a heading where text follows. Above the first paragraph the longest bare line is the title, the one
directly above the paragraph the first heading, and the others are the site's. Of two bare lines in a row the first
is a heading with parts: the headings that look like the second are its parts, and the next one that doesn't ends it.
A number ("1.2"), an underline or "##" gives a heading's level outright; where some headings are in capitals and the
first is, the others are parts of those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from corpus.builder import BULLET
from corpus.furniture import brings_a_line, drop_contents, drop_tail, heading_key, is_furniture
from corpus.imprint import Imprint, read_imprint
from corpus.lines import Shape, Unit

_HEADINGS = (Shape.BARE, Shape.HEADING)
_TOP = 2
_LONGEST_MENU_ITEM = 4
_FEWEST_ITEMS = 2
_FEWEST_SENTENCES = 3
_LONGEST_ITEM = 30
_SHORTEST_TITLE = 6
_LONGEST_SITE_NAME = 4
# A title says what a text is about; these say what its first part is for.
_OPENINGS = frozenset(
    {
        "at a glance",
        "background",
        "executive summary",
        "introduction",
        "key points",
        "key takeaways",
        "overview",
        "summary",
        "antecedentes",
        "introducción",
        "panorama general",
        "puntos clave",
        "resumen",
        "resumen ejecutivo",
    }
)

# "1.2 million people" counts something.
_NUMBERED = re.compile(r"(?:(\d{1,2}(?:\.\d{1,2})+)\.?|(\d{1,2}|[IVX]{1,5})[.)])\s+(?P<first>\S)")
_SEPARATORS = (";", ",", "; and", ", and", "; or", ", or", "; y", "; o")
_STOPS = (".", "!", "?", ":", "。")
_BEHIND = re.compile(r"\s*\([^()]*\)$")
_COUNTED = re.compile(r"([^\W\d_]+ )?(?:\d{1,3}|[A-Z]|[IVX]{1,5})[.:)]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outline:
    """A text's title, its units with every heading's level, and the lines above it that date or attribute it."""

    title: str | None
    units: tuple[Unit, ...]
    imprints: tuple[Imprint, ...]


def outline(units: Sequence[Unit]) -> Outline:
    """The outline of *units*, without what isn't the explainer's."""
    units = drop_contents(units)
    start = _first_text(units)
    title, headings = _read_head(units[:start])
    imprints = [imprint for unit in units[:start] for imprint in read_imprint(unit.text)]
    body = _list_bare_lines(_drop_furniture(drop_tail(units[start:])))
    return Outline(title, tuple(_nest([*headings, *body])), tuple(imprints))


def _first_text(units: Sequence[Unit]) -> int:
    """The place of the first paragraph, list or table that is the explainer's."""
    for place, unit in enumerate(units):
        if unit.shape is Shape.ITEM and _is_menu(units, place):
            continue
        if unit.shape not in _HEADINGS and not is_furniture(unit, around=True):
            return place
    return len(units)


def _is_menu(units: Sequence[Unit], place: int) -> bool:
    """Whether the item at *place* is a link of a site's menu: a few words above the first bare line."""
    above = any(unit.shape in _HEADINGS and not is_furniture(unit, around=True) for unit in units[:place])
    below = any(unit.shape in _HEADINGS for unit in units[place:])
    return not above and below and units[place].words <= _LONGEST_MENU_ITEM


def _read_head(units: Sequence[Unit]) -> tuple[str | None, list[Unit]]:
    """The title in the lines above the first text, and the headings that stand directly above it."""
    lines = [unit for unit in _drop_furniture(units, around=True) if unit.shape in _HEADINGS]
    if not lines:
        return None, []
    tops = [place for place, unit in enumerate(lines) if unit.shape is Shape.HEADING and unit.level == 1]
    if tops:
        place = tops[0]
        below = lines[place + 1 :]
        return lines[place].text, [unit for unit in below if unit.shape is Shape.HEADING] or below[-1:]
    headings = [unit for unit in lines if unit.shape is Shape.HEADING]
    bare = [unit for unit in lines if unit.shape is Shape.BARE]
    if not bare:
        return None, headings
    title, below = _part_title(bare, closed=bool(headings))
    return title, headings or below


def _part_title(lines: Sequence[Unit], closed: bool) -> tuple[str | None, list[Unit]]:
    """The title among bare *lines*, and the heading below it; there is none where the lines are *closed*."""
    *others, last = lines
    longest = max(others, key=lambda unit: (unit.words, len(unit.text)), default=None)
    if closed:
        return max([*others, last], key=lambda unit: (unit.words, len(unit.text))).text, []
    if heading_key(last.text) in _OPENINGS or _depth(last.text):
        return (longest.text if longest else None), [last]
    # A site's name stands above the title as the title does above a heading, but titles are longer.
    names = longest is None or (longest.words <= _LONGEST_SITE_NAME and last.words >= _SHORTEST_TITLE)
    return (last.text, []) if longest is None or names else (longest.text, [last])


def _drop_furniture(units: Sequence[Unit], around: bool = False) -> list[Unit]:
    kept: list[Unit] = []
    place = 0
    while place < len(units):
        unit = units[place]
        place += 1
        if not is_furniture(unit, around):
            kept.append(unit)
        elif brings_a_line(unit) and _is_brought(units, place):
            place += 1
    return kept


def _is_brought(units: Sequence[Unit], place: int) -> bool:
    """Whether the line at *place*, below a label such as "Topics", names topics and isn't a heading."""
    if place >= len(units) or units[place].shape is not Shape.BARE:
        return False
    followed = place + 1 < len(units) and units[place + 1].shape in _HEADINGS
    return followed or units[place].glued or "," in units[place].text


def _list_bare_lines(units: Sequence[Unit]) -> list[Unit]:
    """Make items of bare lines below a paragraph that ends in a colon: a list whose bullets weren't copied."""
    listed: list[Unit] = []
    place = 0
    while place < len(units):
        above = listed[-1] if listed else None
        introduced = above is not None and above.shape is Shape.PROSE and above.text.endswith(":")
        end = _end_of_items(units, place) if introduced else place
        if end - place >= _FEWEST_ITEMS:
            listed.extend(replace(unit, shape=Shape.ITEM, marker=BULLET) for unit in units[place:end])
            place = end
        else:
            listed.append(units[place])
            place += 1
    return listed


def _end_of_items(units: Sequence[Unit], start: int) -> int:
    """Where the items that begin at *start*, below a colon, end; at *start* where there are none."""
    if start + 1 < len(units) and units[start + 1].glued:  # lines of one block
        return _end_of_run(units, start, lambda unit: unit.glued or unit is units[start])
    end = _end_of_run(units, start, lambda unit: unit.text.endswith(_SEPARATORS))
    if end > start:  # an enumeration, and the last of it
        return min(end + 1, len(units)) if end < len(units) and _is_short(units[end]) else end
    end = _end_of_run(units, start, lambda unit: not unit.text.endswith(_STOPS))
    if end == start:
        end = _end_of_run(units, start, lambda unit: unit.text.endswith(_STOPS))
        return end if end - start >= _FEWEST_SENTENCES else start
    heads = start + 1 < end < len(units) and _heads(units[end - 1], units[start : end - 1])
    return end - 1 if heads else end


def _end_of_run(units: Sequence[Unit], start: int, belongs: Callable[[Unit], bool]) -> int:
    """Where the short lines from *start* on that *belong* end."""
    end = start
    while end < len(units) and _is_short(units[end]) and belongs(units[end]):
        end += 1
    return end


def _is_short(unit: Unit) -> bool:
    return unit.shape in (Shape.BARE, Shape.PROSE) and unit.words <= _LONGEST_ITEM


def _heads(last: Unit, others: Sequence[Unit]) -> bool:
    """Whether *last*, in a row of bare lines, is a heading below the *others*, which are items."""
    if last.glued or last.shape is not Shape.BARE:
        return False
    if _looks(last.text) & _looks(others[0].text):
        return False
    return _is_title_case(last.text) and not all(_is_title_case(unit.text) for unit in others)


def _is_title_case(text: str) -> bool:
    """Whether the long words of *text* have capitals; a line of one word is as good as any."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    return all(word[0].isupper() for word in words)


@dataclass(frozen=True, slots=True)
class _Parent:
    """A heading with parts: their level, and what their headings have in common that its own hasn't."""

    level: int
    looks: frozenset[str]


def _nest(units: Sequence[Unit]) -> list[Unit]:
    """*units* with a level for every heading."""
    capitals = _capitals_lead([unit.text for unit in units if unit.shape in _HEADINGS])
    nested: list[Unit] = []
    parents: list[_Parent] = []
    base = _TOP
    directly_above: Unit | None = None  # a bare line with nothing between it and this unit
    for unit in units:
        settled = unit
        if unit.shape is Shape.BARE and capitals and _in_capitals(unit.text):
            settled = replace(unit, shape=Shape.HEADING, level=_TOP)
        if settled.shape is Shape.HEADING:
            parents, base = [], settled.level + 1
        elif settled.shape is Shape.BARE:
            level = _level(unit, directly_above, parents, base)
            settled = replace(unit, shape=Shape.HEADING, level=level)
        directly_above = settled if unit.shape is Shape.BARE else None
        nested.append(settled)
    return nested


def _capitals_lead(headings: Sequence[str]) -> bool:
    """Whether headings in capitals stand above the others: the first is one, more are, and not all."""
    capitals = [_in_capitals(heading) for heading in headings]
    return bool(capitals) and capitals[0] and sum(capitals) > 1 and not all(capitals)


def _in_capitals(text: str) -> bool:
    return text.isupper() and sum(map(str.isalpha, text)) > 3


def _level(unit: Unit, above: Unit | None, parents: list[_Parent], base: int) -> int:
    """The level of a bare line below *above*; *parents* are the headings it could be a part of."""
    if depth := _depth(unit.text):
        parents.clear()
        return base + depth - 1
    if above is not None:
        parents.append(_Parent(above.level + 1, _looks(unit.text) - _looks(above.text)))
        return above.level + 1
    while parents and not (parents[-1].looks & _looks(unit.text)):
        parents.pop()
    return parents[-1].level if parents else base


def _depth(text: str) -> int:
    """How deep a heading's number says it is: 1 for "2. Costs", 2 for "2.1 Training", 0 without a number."""
    match = _NUMBERED.match(text)
    if not match or match["first"].islower():
        return 0
    return match[1].count(".") + 1 if match[1] else 1


def _looks(text: str) -> frozenset[str]:
    """What makes a heading look like its siblings."""
    looks: set[str] = set()
    plain = _BEHIND.sub("", text)
    if plain != text:
        looks.add("an abbreviation behind")
    if plain.endswith("?"):
        looks.add("a question")
    if counted := _COUNTED.match(plain):
        looks.add(f"counted {counted[1] or ''}")
    if words := re.findall(r"\w+", plain):
        looks.add(f"last word {words[-1].casefold()}")
    return frozenset(looks)
