"""Notes in a list that no link leads to: under a heading such as "Notes", or below a table or at the page's end."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from corpus.endnotes import MarkReader
from corpus.furniture import NOTE_HEADINGS, heading_key
from corpus.html_marks import MARK, PageNote, holds_notes, label_in, prune, shown
from corpus.html_tree import BLOCKS, HEADINGS, Element
from corpus.inline import InlineText
from corpus.lines import SUPERSCRIPTS

# Lists under these are notes also where nothing leads to them; "References" may be further reading.
_MAYBE_NOTES = frozenset({"references", "referencias"})
_LABELLED = re.compile(
    r"\s*(?:\[\^?(\w{1,4})\]:?|\((\d{1,3})\)|(\d{1,3})[.)]?(?=\s)|([a-z]|[ivx]{2,5})[.)](?=\s)|([*†‡§]{1,3})(?=\s*\w))"
    r"\s*(?=\S)"
)
_RAISE = str.maketrans("0123456789", SUPERSCRIPTS)
_LONGEST_HEADING = 60
_HEADING_TAGS = (*HEADINGS, "p", "div", "header", "summary", "dt")
_POWER = 6
_LONGEST_RAISED = 24
_Group = tuple[bool, list[tuple[str, Element]]]
_NOT_READ = frozenset({MARK, "script", "style", "pre", "code"})
_READABLE = re.compile(rf"\[|[{SUPERSCRIPTS}]")


def take_listed(root: Element) -> list[PageNote]:
    """The notes under *root* that are only listed, taken out of it."""
    groups: list[tuple[bool, list[PageNote]]] = []
    bodies: set[Element] = set()
    for sure, entries in [*_headed(root), *_holding(root), *_raised(root)]:
        notes = [PageNote(label, [body]) for label, body in entries if body not in bodies]
        bodies.update(note.body[0] for note in notes)
        groups.append((sure, notes))
    _Marker(root, [note for _, notes in groups for note in notes]).mark()
    taken = [note for sure, notes in groups if sure or any(note.marks for note in notes) for note in notes]
    prune(root, {note.body[0] for note in taken})
    return taken


def _headed(root: Element) -> Iterator[_Group]:
    """The entries under each heading that announces notes, and whether they can be nothing but notes."""
    for parent in root.find():
        siblings = parent.elements
        for place, element in enumerate(siblings):
            key = heading_key(_short_text(element)) if element.tag in _HEADING_TAGS else ""
            if key not in NOTE_HEADINGS:
                continue
            if entries := _below(siblings, place + 1):
                yield key not in _MAYBE_NOTES or any(map(holds_notes, (element, parent))), entries
            elif entries := _below(siblings, place + 2):  # below a line such as "All links were checked in May."
                yield False, entries


def _holding(root: Element) -> Iterator[_Group]:
    """The lists in elements that say they hold notes."""
    for element in root.find("section", "div", "aside", "footer", "ol"):
        if holds_notes(element) and not any(True for _ in element.find(*HEADINGS)):
            for listing in element.find("ol"):
                yield True, _items(listing)
                break


def _short_text(element: Element) -> str:
    """The text of *element*, or nothing where it is more than a heading's."""
    text = ""
    for node in element.walk():
        if isinstance(node, str):
            text += node
            if len(text) > _LONGEST_HEADING:
                return ""
    return text


def _below(siblings: Sequence[Element], start: int) -> list[tuple[str, Element]]:
    """The list that *siblings* have at *start*, or the labelled paragraphs from there on."""
    entries: list[tuple[str, Element]] = []
    for place in range(start, len(siblings)):
        element = siblings[place]
        if element.tag in HEADINGS:
            break
        listing = element if element.tag == "ol" else None
        if element.tag in ("div", "section"):
            listing = next(element.find("ol"), None)
        if listing is not None and not entries:
            return _items(listing)
        label = _label_before(element)
        if label is not None:
            entries.append((label, element))
        elif element.tag != "hr" and element.text.strip():
            break
    return entries


def _items(listing: Element) -> list[tuple[str, Element]]:
    first = listing.get("start")
    start = int(first) if first.isdecimal() and len(first) < 6 else 1
    items = [item for item in listing.elements if item.tag == "li"]
    return [(_label_before(item) or str(number), item) for number, item in enumerate(items, start)]


def _label_before(element: Element) -> str | None:
    """The label that *element* begins with."""
    match = _LABELLED.match(element.text[:40])
    if match is not None:
        return next(str(group) for group in match.groups() if group)
    return _raised_label(element)


def _raised_label(element: Element) -> str | None:
    """The label of a ``<sup>`` that *element* begins with."""
    for node in element.walk():
        if isinstance(node, str):
            if node.strip():
                return None
        elif node.tag == "sup":
            return label_in(shown(node))
    return None


def _raised(root: Element) -> Iterator[_Group]:
    """Paragraphs in a row, or rows of a table, that begin with a raised label."""
    run: list[tuple[str, Element]] = []
    for element in root.find("p", "li", "td", "div"):
        if any(child.tag in BLOCKS for child in element.elements):
            continue
        label = _raised_label(element)
        if label is not None and len(shown(element).split()) > 1:
            run.append((label, element))
        elif run and element.text.strip():
            yield False, run
            run = []
    if run:
        yield False, run


class _Marker:
    """Finds the marks of listed notes; where lists share a label, a mark leads to the next one below it."""

    def __init__(self, root: Element, notes: Sequence[PageNote]) -> None:
        self._order = list(root.find())
        places = {element: place for place, element in enumerate(self._order)}
        self._notes: dict[str, list[tuple[int, PageNote]]] = {}
        for note in notes:
            self._notes.setdefault(note.label or "", []).append((places[note.body[0]], note))
        for sharing in self._notes.values():
            sharing.sort(key=lambda placed: placed[0])
        self._reader = MarkReader(list(self._notes), ())
        self._held = {inner for note in notes for inner in note.body[0].find()}
        self._place = 0

    def mark(self) -> None:
        """Put marks in the tree."""
        for place, element in enumerate(self._order if self._notes else ()):
            if element not in self._held and element.tag not in _NOT_READ:
                self._place = place
                self._read(element)

    def _read(self, element: Element) -> None:
        children: list[Element | str] = []
        before = ""
        for child in element.children:
            if isinstance(child, Element) and child.tag == "sup" and child not in self._held:
                self._read_raised(child, before[-_POWER:].lstrip())
            if isinstance(child, str) and _READABLE.search(child):
                children.extend(self._parts(self._reader.read(child)))
            else:
                children.append(child)
            before = child if isinstance(child, str) else child.text
        element.children = children
        for child in element.elements:
            child.parent = element

    def _read_raised(self, element: Element, before: str) -> None:
        """Make marks of what *element* raises, unless it is an exponent of what stands *before* it."""
        text = shown(element)
        if text in self._notes and not text.isdecimal():
            element.children = [self._mark(text)]
        elif text and len(text) <= _LONGEST_RAISED:
            digits = text.strip("[]()")
            read = self._reader.read(before + (digits.translate(_RAISE) if digits.isdecimal() else f"[{digits}]"))
            if read.marks and read.text == before:
                element.children = [self._mark(mark.label) for mark in read.marks]
        for child in element.elements:
            child.parent = element

    def _parts(self, read: InlineText) -> Iterator[Element | str]:
        position = 0
        for mark in read.marks:
            yield read.text[position : mark.offset]
            position = mark.offset
            yield self._mark(mark.label)
        yield read.text[position:]

    def _mark(self, label: str) -> Element:
        mark = Element(MARK, {})
        sharing = self._notes[label]
        place = bisect_right(sharing, self._place, key=lambda placed: placed[0])
        sharing[min(place, len(sharing) - 1)][1].marks.append(mark)
        return mark
