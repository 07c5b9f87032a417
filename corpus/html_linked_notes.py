"""Notes that a page's marks lead to by links, as nearly every program writes them.

A mark is a link whose text is a label, or that says it refers to a note, and whose target stands further down. The
target says where the note is: it may be the note's block, a name inside it, or one of several in one paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote

from corpus.html_marks import (
    MARK,
    PageNote,
    add_mark,
    block_of,
    holds_notes,
    label_in,
    make_mark,
    refers_to_note,
    shown,
    take_away,
    words_in,
)
from corpus.html_tree import BLOCKS, HEADINGS, Element

_WHOLE = frozenset({"html", "body", "main", "article"})
_NOT_WIDER = _WHOLE | {"ol", "ul", "dl", "table", "tbody", "thead", "tfoot", "tr", "td", "th"}
_ARROWS = re.compile(r"[\s\[\](){}^↑↩↖⇑⇧⤴⤶⏎↵⮌⮐⬆▲△🔙🔼←↫\ufe0e\ufe0f]+")
_RETURNS = re.compile(
    r"[\[(\s]*(?:(?:jump|go|return|scroll)(?: back)?(?: up)?(?: to\b.*)?|back(?: to\b.*)?|up|top|"
    r"(?:volver|regresar|retour|zurück)\b.*)[\])\s.]*",
    re.IGNORECASE,
)
_LONGEST_RETURN = 6


@dataclass(frozen=True, slots=True, eq=False)
class _Link:
    """A link inside the page: the element, what it leads to, and the label it shows, if it does."""

    element: Element
    target: Element
    label: str | None


class LinkedNotes:
    """Finds the notes that links lead to, and turns the links into marks."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._places: dict[Element, int] = {}
        self._ends: dict[Element, int] = {}
        self._count()
        self._ids = self._named()
        self._headings = [place for element, place in self._places.items() if element.tag in HEADINGS]
        self._led_to: dict[Element, set[Element | None]] = {}
        self._links = list(self._inside())
        self._marks = [link for link in self._links if self._is_mark(link)]
        self._mark_places = sorted(self._places[link.element] for link in self._marks)
        self._target_places = sorted({self._places[link.target] for link in self._marks})

    def take(self) -> list[PageNote]:
        """The notes in the order of their bodies."""
        notes: dict[Element, PageNote] = {}
        for link in self._marks:
            body = self._body(link.target)
            if body is None or self._is_inside(link.element, body):
                continue
            note = notes.setdefault(body, PageNote(link.label, [body]))
            note.label = note.label or link.label
            note.marks.append(link.element)
        ordered = sorted(notes.values(), key=lambda note: self._places.get(note.body[0], 0))
        self._add_unmarked(notes, ordered)
        self._mark_again(notes)
        self._clean(ordered)
        for note in ordered:
            note.marks = [make_mark(mark) if label_in(shown(mark)) else _add(mark) for mark in note.marks]
        _go_on(ordered)
        return ordered

    def _count(self) -> None:
        """Number the elements in reading order, and note where each ends."""
        order = list(self._root.find())
        self._places = {element: place for place, element in enumerate(order)}
        self._ends = {element: place + 1 for place, element in enumerate(order)}
        for element in reversed(order):
            if element.parent in self._ends:
                self._ends[element.parent] = max(self._ends[element.parent], self._ends[element])

    def _named(self) -> dict[str, Element]:
        named: dict[str, Element] = {}
        for element in self._places:
            for name in (element.get("id"), element.get("name") if element.tag == "a" else ""):
                if name:
                    named.setdefault(name, element)
        return named

    def _inside(self) -> Iterator[_Link]:
        for element in self._places:
            target = self._target(element) if element.tag == "a" else None
            # An address before the fragment may be this page's or another's.
            if target is not None and (element.get("href").startswith("#") or refers_to_note(element)):
                yield _Link(element, target, label_in(shown(element)))

    def _is_mark(self, link: _Link) -> bool:
        start, target = self._places[link.element], self._places[link.target]
        if target <= start or target < self._ends[link.element] or self._is_headed(link.target):
            return False
        if any(above.tag == "nav" for above in link.element.ancestors()):
            return False
        block = block_of(link.target)
        if link.label is None:
            return self._is_phrase(link, block)
        return refers_to_note(link.element) or self._leads_back(block, link)

    def _is_headed(self, element: Element) -> bool:
        """Whether *element* is a part of the text or its heading, and so no note."""
        return self._among(self._headings, element) > 0 or any(above.tag in HEADINGS for above in element.ancestors())

    def _is_phrase(self, link: _Link, block: Element) -> bool:
        """Whether words, not a label, refer to a note, as where style sheets number the marks."""
        said = "aria-describedby" in link.element.attributes or link.element.roles & {"doc-noteref", "noteref"}
        return bool(said) and block.tag not in _WHOLE and self._leads_back(block, link)

    def _leads_back(self, block: Element, link: _Link) -> bool:
        """Whether a link in *block* leads to *link* or to what it stands in."""
        if block not in self._led_to:
            self._led_to[block] = {self._target(element) for element in block.find("a")}
        near = self._places[link.element]
        return any(target is not None and self._is_near(target, near) for target in self._led_to[block])

    def _target(self, link: Element) -> Element | None:
        """What *link* leads to inside the page."""
        fragment = link.get("href").partition("#")[2]
        return self._ids.get(fragment) or self._ids.get(unquote(fragment))

    def _is_near(self, target: Element, place: int) -> bool:
        """Whether the mark at *place* is in *target* or next to it, in the same line."""
        start, end = self._places[target], self._ends[target]
        if start <= place < end:
            return block_of(target) is not target or target.tag not in _WHOLE
        return abs(start - place) <= 2

    def _is_inside(self, element: Element, body: Element) -> bool:
        return body in self._ends and self._places[body] <= self._places[element] < self._ends[body]

    def _body(self, target: Element) -> Element | None:
        """The element that holds the note at *target* and nothing else."""
        block = block_of(target)
        if block.tag == "dt":
            siblings = block.parent.elements if block.parent else []
            after = siblings[siblings.index(block) + 1 :][:1]
            return after[0] if after and after[0].tag == "dd" else None
        if block.tag in ("td", "th"):
            block = next((above for above in block.ancestors() if above.tag == "tr"), block)
        if block.tag in _WHOLE or self._targets_in(block) > 1 or self._marks_in(block) or self._is_late(target, block):
            return self._cut_out(target, block)
        return self._widened(block)

    def _is_late(self, target: Element, block: Element) -> bool:
        """Whether *block* has text before *target*."""
        for node in block.walk():
            if node is target:
                return False
            if isinstance(node, str) and node.strip():
                return not label_in(node) and not _ARROWS.fullmatch(node)
        return False

    def _cut_out(self, target: Element, block: Element) -> Element | None:
        """An element of its own for the text from *target* to the next target or block."""
        if target is block:
            return None
        first = self._alone(target, block)
        holder = first.parent
        if holder is None:
            return None
        children = holder.children
        start = next(place for place, child in enumerate(children) if child is first)
        end = start + 1
        while end < len(children) and not self._ends_note(children, end):
            end += 1
        body = Element("span", {})
        self._places[body], self._ends[body] = self._places[target], self._places[target] + 1
        for child in children[start:end]:
            body.append(child)
        children[start:end] = [body]
        body.parent = holder
        return body

    def _alone(self, target: Element, block: Element) -> Element:
        """The widest element in *block* around *target* that has no other target and no mark in it."""
        first = target
        while first.parent is not None and first.parent is not block:
            if self._targets_in(first.parent) > 1 or self._marks_in(first.parent) > self._marks_in(target):
                break
            first = first.parent
        return first

    def _ends_note(self, children: Sequence[Element | str], place: int) -> bool:
        child = children[place]
        if isinstance(child, str):
            return False
        if child.tag in BLOCKS or child.tag == MARK:
            return True
        after = [node for node in children[place + 1 : place + 3] if not isinstance(node, str) or node.strip()]
        twice = child.tag == "br" and bool(after) and isinstance(after[0], Element) and after[0].tag == "br"
        return twice or self._targets_in(child) > 0

    def _widened(self, block: Element) -> Element:
        """*block*, or the widest element around it that begins with it and has no other note, mark or heading."""
        above = block.parent
        while above is not None and above.tag not in _NOT_WIDER and self._begins_with(above, block):
            alone = self._targets_in(above) == self._targets_in(block) and not self._marks_in(above)
            if block.tag == "li" or not alone or self._is_headed(above):
                break
            block, above = above, above.parent
        return block

    def _begins_with(self, above: Element, block: Element) -> bool:
        for child in above.children:
            if isinstance(child, Element) and child is not block and child.tag == "hr":
                continue
            if child is block:
                return True
            if words_in([child]):
                return False
        return False

    def _targets_in(self, element: Element) -> int:
        return self._among(self._target_places, element)

    def _marks_in(self, element: Element) -> int:
        return self._among(self._mark_places, element)

    def _among(self, places: Sequence[int], element: Element) -> int:
        if element not in self._places:
            return 0
        return bisect_left(places, self._ends[element]) - bisect_left(places, self._places[element])

    def _add_unmarked(self, notes: dict[Element, PageNote], ordered: list[PageNote]) -> None:
        """Take the items of a list of notes that no mark leads to, and number those whose marks show no label."""
        lists = {body.parent: None for body in notes if body.tag == "li" and body.parent is not None}
        for listing in lists:
            items = [item for item in listing.elements if item.tag == "li"]
            marked = [place for place, item in enumerate(items) if item in notes]
            if 2 * len(marked) < len(items) and not any(map(holds_notes, [listing, *listing.ancestors()][:3])):
                continue
            for place, item in enumerate(items):
                if item in notes:
                    notes[item].label = notes[item].label or str(place + 1)
                    continue
                notes[item] = PageNote(str(place + 1), [item])
                ordered.append(notes[item])
        ordered.sort(key=lambda note: self._places.get(note.body[0], 0))

    def _mark_again(self, notes: dict[Element, PageNote]) -> None:
        """Find further marks of the notes, such as those below a list of notes that closes a part."""
        marked = {mark for note in notes.values() for mark in note.marks}
        for link in self._links:
            if link.element in marked or link.label is None or not refers_to_note(link.element):
                continue
            around = [link.target, *link.target.ancestors()]
            note = next((notes[element] for element in around if element in notes), None)
            held = any(above in notes for above in link.element.ancestors())
            if note is not None and not held:
                note.marks.append(link.element)

    def _clean(self, notes: Iterable[PageNote]) -> None:
        """Take the links back, and the label before a body, out of the notes."""
        marks = {mark for note in notes for mark in note.marks}
        near = {self._ids.get(mark.get("id")) for mark in marks}
        for note in notes:
            for body in note.body:
                if body.tag == "dd":
                    _drop_terms(body)
                for link in [link for link in body.find("a") if link not in marks]:
                    target = self._target(link)
                    if is_way_back(link, target is not None and (target in near or self._is_before(target, body))):
                        take_away(link)

    def _is_before(self, target: Element, body: Element) -> bool:
        return self._places[target] < self._places.get(body, 0)


def is_way_back(link: Element, leads_up: bool) -> bool:
    """Whether *link*, in a note, is there to lead back to the mark."""
    if link.roles & {"doc-backlink", "backlink"} or "data-footnote-backref" in link.attributes:
        return True
    text = shown(link)
    if not leads_up:
        return bool(text) and bool(_ARROWS.fullmatch(text))
    few = len(text.split()) <= _LONGEST_RETURN
    back = "back" in link.get("class") or "rev" in link.attributes
    return few and (not text or back or bool(label_in(text) or _ARROWS.fullmatch(text) or _RETURNS.fullmatch(text)))


def _drop_terms(body: Element) -> None:
    """Take away the labels that stand before *body* in a list of definitions."""
    siblings = body.parent.elements if body.parent else []
    for place in range(siblings.index(body) - 1, -1, -1):
        if siblings[place].tag != "dt":
            return
        take_away(siblings[place])


def _add(element: Element) -> Element:
    element.attributes.pop("href", None)
    return add_mark(element)


def _go_on(notes: Sequence[PageNote]) -> None:
    """Give a note what stands between it and the next, where both are blocks in one place."""
    following = {one.body[0]: other.body[0] for one, other in pairwise(notes)}
    owners = {note.body[0]: note for note in notes}
    for parent in {note.body[0].parent: None for note in notes if note.body[0].tag in ("p", "div")}:
        run: list[Element] = []
        owner: PageNote | None = None
        for child in parent.children if parent else ():
            if isinstance(child, str):
                owner = None if child.strip() else owner
            elif child in owners:
                if owner and following.get(owner.body[0]) is child:
                    owner.body.extend(run)
                owner, run = owners[child], []
            elif child.tag in HEADINGS or child.tag == "hr" or any(True for _ in child.find(MARK, *HEADINGS)):
                owner = None
            else:
                run.append(child)
