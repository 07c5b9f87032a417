"""The styles of a Word file: what a paragraph or a run is by the style that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
"""The namespace of WordprocessingML, as ElementTree writes it."""

_LONGEST_CHAIN = 50
_BODY_LEVEL = 9
_OFF = ("0", "false", "off", "none")

# Word keeps the English names of its own styles in every language, other programs translate them, and where the
# styles are missing only ids are left, whose letters with accents Word drops ("berschrift1", "Ttulo1").
_HEADING = re.compile(
    r"(?:heading|(?:ü|ue)?berschrift|encabezado|t[íi]?tulo|titre|titolo|kop|rubrik|t[íi]?tol|nagłówek|заголовок)"
    r"[ _-]*([1-9])$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:title|titel|t[íi]?tulo|titre|titolo|t[íi]?tol|tytuł|название)$", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(?:toc|contents|verzeichnis|inhaltsverzeichnis|tdc|tm|sumario|[íi]ndice|inhopg|sommario)[ _-]*\d$|"
    r"(?:toc[ _-]*heading|contents[ _-]*heading|inhaltsverzeichnis(?:[ -]?berschrift)?|"
    r"t[íi]?tulo (?:de|del) (?:tdc|[íi]ndice)|en-t[êe]te de table des mati[èe]res|table of figures)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NumberedAs:
    """The numbering that a paragraph takes part in, and at which level (0 is the outermost)."""

    number_id: str
    level: int


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """What a paragraph is: ``heading`` its level from 1, ``indent`` in twentieths of a point."""

    heading: int | None = None
    is_title: bool = False
    is_contents: bool = False
    numbered: NumberedAs | None = None
    indent: int | None = None


class Styles:
    """The styles in ``styles.xml``, where there is one."""

    def __init__(self, root: Element | None) -> None:
        found = list(root.iter(f"{W}style")) if root is not None else []
        self._styles = {style.get(f"{W}styleId", ""): style for style in reversed(found)}  # of two, the first counts
        self._paragraphs: dict[str, ParagraphStyle] = {}
        self._runs: dict[str, dict[str, str]] = {}
        # What has no style has the default one.
        default = (
            style
            for style in found
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default", "0") not in _OFF
        )
        self._default = next((style.get(f"{W}styleId", "") for style in default), "")

    def paragraph(self, properties: Element | None) -> ParagraphStyle:
        """What a paragraph with these *properties* is, by its style and by what they say themselves."""
        style_id = value(properties, "pStyle") or self._default
        if style_id not in self._paragraphs:
            self._paragraphs[style_id] = self._read(style_id)
        return _overridden(self._paragraphs[style_id], properties)

    def run(self, style_id: str) -> dict[str, str]:
        """What the style of a run, or of a paragraph's runs, says of how they look; see `run_looks`."""
        if style_id not in self._runs:
            looks: dict[str, str] = {}
            for style in self._chain(style_id):
                looks = run_looks(style.find(f"{W}rPr")) | looks
            self._runs[style_id] = looks
        return self._runs[style_id]

    def numbering(self, style_id: str) -> str | None:
        """The id of the numbering that a list style stands for."""
        numbered = _numbered(_child(self._styles.get(style_id), "pPr"))
        return numbered.number_id if numbered else None

    def _chain(self, style_id: str) -> Iterator[Element]:
        """The style *style_id*, the one it is based on, and so on."""
        for _ in range(_LONGEST_CHAIN):
            style = self._styles.get(style_id)
            if style is None:
                return
            yield style
            style_id = value(style, "basedOn") or ""

    def _read(self, style_id: str) -> ParagraphStyle:
        read = ParagraphStyle()
        chain = list(self._chain(style_id))
        for style in reversed(chain):
            read = _overridden(_named(value(style, "name") or "", read), _child(style, "pPr"))
        return read if chain else _named(style_id, read)


def value(parent: Element | None, name: str) -> str | None:
    """What the child *name* of *parent* is set to; none where there is no such child."""
    child = _child(parent, name)
    return child.get(f"{W}val", "") if child is not None else None


def is_on(switch: Element | None) -> bool:
    """Whether a switch such as ``<w:vanish/>`` is there and on."""
    return switch is not None and switch.get(f"{W}val", "1") not in _OFF


def run_looks(properties: Element | None) -> dict[str, str]:
    """What a run's *properties* say of "vanish" and "b" (each "1" or "") and of "vertAlign"."""
    looks: dict[str, str] = {}
    for name in ("vanish", "b"):
        switch = _child(properties, name)
        if switch is not None:
            looks[name] = "1" if is_on(switch) else ""
    if (height := value(properties, "vertAlign")) is not None:
        looks["vertAlign"] = height
    return looks


def number(text: str | None, fallback: int) -> int:
    """The whole number in *text*; *fallback* where there is none."""
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text, re.ASCII) else fallback


def _child(parent: Element | None, name: str) -> Element | None:
    return parent.find(f"{W}{name}") if parent is not None else None


def _named(name: str, below: ParagraphStyle) -> ParagraphStyle:
    """What a style called *name* is where it is based on *below*."""
    heading = _HEADING.match(name)
    is_title = bool(_TITLE.match(name))
    return ParagraphStyle(
        heading=int(heading[1]) if heading else None if is_title else below.heading,
        is_title=is_title or (below.is_title and not heading and name.casefold() != "subtitle"),
        is_contents=bool(_CONTENTS.match(name)) or below.is_contents,
        numbered=below.numbered,
        indent=below.indent,
    )


def _overridden(style: ParagraphStyle, properties: Element | None) -> ParagraphStyle:
    """*style* with what *properties* say themselves."""
    outline = value(properties, "outlineLvl")
    level = number(outline, _BODY_LEVEL)
    indent = _child(properties, "ind")
    left = indent.get(f"{W}start") or indent.get(f"{W}left") if indent is not None else None
    numbered = _numbered(properties, style.numbered)
    heading = style.heading
    if outline is not None:
        heading = level + 1 if 0 <= level < _BODY_LEVEL else None
    return ParagraphStyle(
        heading, style.is_title, style.is_contents, numbered, number(left, 0) if left else style.indent
    )


def _numbered(properties: Element | None, inherited: NumberedAs | None = None) -> NumberedAs | None:
    """The numbering that *properties* name; number 0 takes an inherited one away."""
    element = _child(properties, "numPr")
    if element is None:
        return inherited
    number_id = value(element, "numId") or (inherited.number_id if inherited else "")
    level = number(value(element, "ilvl"), inherited.level if inherited else 0)
    return NumberedAs(number_id, min(max(level, 0), 8)) if number_id not in ("", "0") else None
