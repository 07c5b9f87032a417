"""Notes in a list that no link leads to: under a heading such as "Notes", or below a table or at the page's end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.endnotes import MarkReader
from corpus.furniture import NOTE_HEADINGS, heading_key
from corpus.html_marks import MARK, PageNote, holds_notes, label_in, prune, shown
from corpus.html_tree import BLOCKS, HEADINGS, Element
from corpus.inline import InlineText
from corpus.lines import SUPERSCRIPTS

# Lists under these are notes also where nothing leads to them; "References" may be further reading.
_MAYBE_NOTES = frozenset({"references", "referencias"})
_LABELLED = re.compile(r"\s*(?:\[\^?(\w{1,4})\]:?|\((\d{1,3})\)|(\d{1,3})[.)]?(?=\s)|([*†‡§]{1,3})(?=\s*\w))\s*(?=\S)")
_RAISE = str.maketrans("0123456789", SUPERSCRIPTS)
_FARTHEST = 6
_READABLE = re.compile(r"\[|[⁰¹²³⁴⁵⁶⁷⁸⁹]")


def take_listed(root: Element) -> list[PageNote]:
    """The notes under *root* that are only listed, taken out of it."""
    listed = [*_headed(root), *_raised(root)]
    notes: list[PageNote] = []
    gone: set[Element] = set()
    for sure, entries in listed:
        fresh = [(label, body) for label, body in entries if body not in gone]
        found = {body: PageNote(label, [body]) for label, body in fresh}
        if not found:
            continue
        marker = _Marker(root, {label: found[body] for label, body in fresh}, gone | set(found))
        if marker.mark() or sure:
            notes.extend(found.values())
            gone.update(found)
    prune(root, gone)
    return notes


def _headed(root: Element) -> Iterator[tuple[bool, list[tuple[str, Element]]]]:
    """The entries under each heading that announces notes, and whether they can be nothing but notes."""
    for element in root.find(*HEADINGS, "p", "div", "summary", "dt"):
        key = heading_key(shown(element)) if len(element.children) <= _FARTHEST else ""
        if key in NOTE_HEADINGS and element.parent is not None:
            sure = key not in _MAYBE_NOTES or any(map(holds_notes, [element, element.parent]))
            if entries := _below(element):
                yield sure, entries
    for element in root.find("section", "div", "aside", "footer", "ol"):
        if holds_notes(element):
            listing = next(element.find("ol"), None)
            if listing is not None and not any(True for _ in element.find(*HEADINGS)):
                yield True, _items(listing)


def _below(heading: Element) -> list[tuple[str, Element]]:
    """The list below *heading*, or the labelled paragraphs."""
    holder = heading
    siblings = _after(holder)
    if not siblings and heading.parent is not None and heading.parent.tag in ("header", "div", "summary"):
        siblings = _after(heading.parent)
    entries: list[tuple[str, Element]] = []
    for element in siblings:
        if element.tag in HEADINGS:
            break
        if element.tag == "ol" and not entries:
            return _items(element)
        if element.tag in ("div", "section") and not entries and (inner := next(element.find("ol"), None)):
            return _items(inner)
        label = _label_before(element)
        if label is not None:
            entries.append((label, element))
        elif element.tag != "hr" and element.text.strip():
            break
    return entries


def _after(element: Element) -> list[Element]:
    siblings = element.parent.elements if element.parent else []
    place = next((place for place, child in enumerate(siblings) if child is element), len(siblings))
    return siblings[place + 1 :]


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


def _raised(root: Element) -> Iterator[tuple[bool, list[tuple[str, Element]]]]:
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
    """Finds the marks of listed notes."""

    def __init__(self, root: Element, notes: dict[str, PageNote], bodies: set[Element]) -> None:
        self._root = root
        self._notes = notes
        self._reader = MarkReader(list(notes), ())
        self._held = {inner for body in bodies for inner in body.find()}
        self._last = ""

    def mark(self) -> bool:
        """Put marks in the tree; whether there were any."""
        for element in list(self._root.find()):
            if element in self._held or element.tag == MARK or element.tag in ("script", "style", "pre", "code"):
                continue
            if any(isinstance(child, str) for child in element.children):
                self._read(element)
        return any(note.marks for note in self._notes.values())

    def _read(self, element: Element) -> None:
        is_raised = element.tag == "sup"
        if is_raised and self._read_raised(element):
            return
        children: list[Element | str] = []
        for child in element.children:
            if isinstance(child, str) and _READABLE.search(child):
                children.extend(self._parts(self._reader.read(child)))
            else:
                children.append(child)
        element.children = children
        for child in element.elements:
            child.parent = element

    def _read_raised(self, element: Element) -> bool:
        text = shown(element)
        if not text or len(text) > 24:
            return False
        before = _text_before(element)
        if text in self._notes and not text.isdecimal():
            read = InlineText("", ())
            element.children = [self._mark(text)]
        else:
            digits = text.strip("[]()")
            tail = before + (digits.translate(_RAISE) if digits.isdecimal() else f"[{digits}]")
            read = self._reader.read(tail)
            if not read.marks or read.text != before:
                return False
            element.children = [self._mark(mark.label) for mark in read.marks]
        for child in element.elements:
            child.parent = element
        return True

    def _parts(self, read: InlineText) -> Iterator[Element | str]:
        position = 0
        for mark in read.marks:
            yield read.text[position : mark.offset]
            position = mark.offset
            yield self._mark(mark.label)
        yield read.text[position:]

    def _mark(self, label: str) -> Element:
        mark = Element(MARK, {})
        self._notes[label].marks.append(mark)
        return mark


def _text_before(element: Element) -> str:
    """The last characters before *element* in its line."""
    siblings: Sequence[Element | str] = element.parent.children if element.parent else ()
    before = ""
    for child in siblings:
        if child is element:
            break
        before = child if isinstance(child, str) else child.text
    return before[-6:].lstrip()
