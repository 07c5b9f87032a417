"""Notes whose bodies stand where they are marked: in an attribute, or in an element that pops up."""

from __future__ import annotations

import re
from collections.abc import Collection

from corpus.html_marks import (
    MARK,
    PageNote,
    add_mark,
    block_of,
    has_heading,
    holds_notes,
    is_named_for_notes,
    label_in,
    make_mark,
    shown,
    words_in,
)
from corpus.html_tree import Element, names, parse_text
from corpus.inline import normalise

_MARKING = names("a sup span button abbr small label cite i b")
_BODIES = names("span small div aside i em cite")
_NOTE_ATTRIBUTES = ("data-footnote", "data-footnote-content", "data-footnote-text", "data-note", "data-fn")
_TIP_ATTRIBUTES = (
    "data-content",
    "data-bs-content",
    "data-tooltip",
    "data-tip",
    "data-tippy-content",
    "data-original-title",
    "data-bs-original-title",
    "title",
)
_NOT_A_BODY = re.compile(
    r"(?:jump|go|skip|scroll|click|ir|ver|saltar)\b.{0,40}$|"
    r"(?:see|view|read|open|show)(?: the)? (?:foot|end)?notes?\b.{0,10}$|"
    r"(?:foot|end)?note:?\s*\[?\w{1,4}\]?$",
    re.IGNORECASE,
)
_IN_PLACE = names(
    "footnote sidenote marginnote margin-note side-note footnote-text footnote-content footnote-body inline-footnote"
)
_TIPS = names("tooltip tooltiptext tooltip-text tooltip-content popover note-content note-text")
_FEWEST_WORDS = 2
_MOST_IN_A_MARK = 20


def take_popups(root: Element, taken: Collection[Element]) -> list[PageNote]:
    """The notes under *root* that stand where they are marked; bodies already *taken* aren't looked at."""
    page = _Page(root, taken)
    notes: dict[PageNote, None] = {}
    held = {inner for body in taken for inner in body.find()}
    for element in list(root.find()):
        if element in held or element.tag == MARK or element.parent is None:
            continue
        note = _described(element, page) or _in_element(element, page) or _in_attribute(element)
        if note is not None and note not in notes:
            page.bodies.update(dict.fromkeys(note.body, note))
            held.update(inner for body in note.body for inner in body.find())
            notes[note] = None
    return list(notes)


class _Page:
    """What is asked of many elements about the same part of a page, and found out once."""

    def __init__(self, root: Element, taken: Collection[Element]) -> None:
        self.bodies: dict[Element, PageNote | None] = dict.fromkeys(taken)
        self._ids = {element.get("id"): element for element in root.find() if element.get("id")}
        self._says: dict[Element, bool] = {}
        self._before: dict[Element, dict[Element, Element]] = {}
        self._first: dict[Element, frozenset[Element]] = {}

    def described_by(self, element: Element) -> Element | None:
        """The element that ``aria-describedby`` of *element* names."""
        return next((self._ids[name] for name in element.get("aria-describedby").split() if name in self._ids), None)

    def says_something(self, body: Element) -> bool:
        """Whether *body* has the words of a note and is no part of the page."""
        if body not in self._says:
            self._says[body] = not has_heading(body) and words_in([body]) >= _FEWEST_WORDS
        return self._says[body]

    def before(self, element: Element) -> Element | None:
        """The element directly before *element*, with no text between them; fields of forms count as nothing."""
        parent = element.parent
        if parent is None or parent.tag == MARK:
            return None
        if parent not in self._before:
            self._before[parent] = _pairs(parent)
        return self._before[parent].get(element)

    def is_in_a_line(self, element: Element) -> bool:
        """Whether text stands before *element* in its paragraph."""
        block = block_of(element)
        if block not in self._first:
            self._first[block] = _first_elements(block)
        return element not in self._first[block]


def _pairs(parent: Element) -> dict[Element, Element]:
    """By each child of *parent* that has one, the element before it."""
    pairs: dict[Element, Element] = {}
    before: Element | None = None
    for child in parent.children:
        if isinstance(child, str):
            before = None if child.strip() else before
            continue
        if before is not None:
            pairs[child] = before
        before = before if child.tag == "input" else child
    return pairs


def _first_elements(block: Element) -> frozenset[Element]:
    """The elements in *block* that begin before any of its text."""
    first: list[Element] = []
    for node in block.walk():
        if isinstance(node, Element):
            first.append(node)
        elif node.strip():
            break
    return frozenset(first)


def _described(element: Element, page: _Page) -> PageNote | None:
    """The note in the element that ``aria-describedby`` names."""
    body = page.described_by(element)
    if body is None or element.tag in ("input", "select", "textarea", "form", "table", "figure", "img"):
        return None
    if body in element.ancestors() or not page.says_something(body):
        return None
    label = label_in(shown(element))
    if label is None and not (holds_notes(body) or "tooltip" in body.roles):
        return None
    if body in element.find() or (body in page.bodies and page.bodies[body] is None):
        return None
    note = page.bodies.get(body) or PageNote(label, [body])
    note.marks.append(make_mark(element) if label else add_mark(element))
    return note


def _in_element(element: Element, page: _Page) -> PageNote | None:
    """The note that *element* is, where it stands in a line behind its mark or in the place of one."""
    if element.tag not in _BODIES or element in page.bodies or words_in([element]) < _FEWEST_WORDS:
        return None
    in_place = bool(element.classes & _IN_PLACE)
    hidden = in_place or element.classes & _TIPS or "tooltip" in element.roles or is_hidden(element)
    if not hidden or any(True for _ in element.find(MARK)):
        return None
    label_element = page.before(element)
    if label_element is not None and _is_labelling(label_element):
        label = label_in(shown(label_element))
        return PageNote(label, [element], [make_mark(label_element)])
    if (marking := element.parent) is not None and (label := _label_around(element, marking)):
        return PageNote(label, [_without_place(element)], [make_mark(marking)])
    if in_place and element.tag in ("span", "small") and page.is_in_a_line(element):
        return PageNote(None, [_without_place(element)], [make_mark(element)])
    return None


def _label_around(body: Element, marking: Element) -> str | None:
    """The label that *marking* shows beside *body*, which stands in it."""
    if marking.tag not in _MARKING or len(marking.children) > _MOST_IN_A_MARK:
        return None
    around = (node for node in marking.children if node is not body)
    return label_in(normalise("".join(node if isinstance(node, str) else shown(node) for node in around)))


def _without_place(element: Element) -> Element:
    """What *element* holds, in an element outside the tree."""
    body = Element("span", {})
    for child in element.children:
        body.append(child)
    return body


def _is_labelling(before: Element) -> bool:
    """Whether the element *before* a body is its mark."""
    if before.tag not in _MARKING:
        return False
    is_toggle = before.tag == "label" and not shown(before)
    return is_toggle or label_in(shown(before)) is not None


def is_hidden(element: Element) -> bool:
    """Whether the page says that *element* isn't shown."""
    style = re.sub(r"\s", "", element.get("style").lower())
    return (
        ("hidden" in element.attributes and element.get("hidden").lower() != "until-found")
        or "display:none" in style
        or "visibility:hidden" in style
    )


def _in_attribute(element: Element) -> PageNote | None:
    """The note in an attribute of *element*."""
    if element.tag not in _MARKING:
        return None
    own = next((element.get(name) for name in _NOTE_ATTRIBUTES if _is_body(element.get(name))), "")
    label = label_in(shown(element))
    if own:
        if label or not shown(element):
            return _noted(label, own, make_mark(element))
        return _noted(None, own, add_mark(element))
    tip = next((element.get(name) for name in _TIP_ATTRIBUTES if _is_body(element.get(name))), "")
    if not tip or label is None or not _is_a_mark(element, label):
        return None
    return _noted(label, tip, make_mark(element))


def _noted(label: str | None, body: str, mark: Element) -> PageNote:
    holder = Element("span", {}, [parse_text(body)])
    return PageNote(label, [holder], [mark])


def _is_body(value: str) -> bool:
    return len(value.split()) >= _FEWEST_WORDS and not _NOT_A_BODY.match(value.strip())


def _is_a_mark(element: Element, label: str) -> bool:
    leads_away = element.get("href").strip() and not element.get("href").strip().startswith(("#", "javascript:"))
    raised = element.tag == "sup" or any(True for _ in element.find("sup")) or _is_raised(element)
    named = is_named_for_notes(element.get("class"), element.get("id"))
    return not leads_away and (raised or named or not label.isalpha())


def _is_raised(element: Element) -> bool:
    return any(above.tag == "sup" for above in element.ancestors())
