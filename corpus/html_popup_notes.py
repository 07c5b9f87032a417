"""Notes whose bodies stand where they are marked: in an attribute, or in an element that pops up."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

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


def take_popups(root: Element, taken: Collection[Element]) -> list[PageNote]:
    """The notes under *root* that stand where they are marked; bodies already *taken* aren't looked at."""
    ids = {element.get("id"): element for element in root.find() if element.get("id")}
    notes: list[PageNote] = []
    bodies: dict[Element, PageNote | None] = dict.fromkeys(taken)
    held = {inner for body in taken for inner in body.find()}
    for element in list(root.find()):
        if element in held or element.tag == MARK or element.parent is None:
            continue
        note = _described(element, ids, bodies) or _in_element(element, bodies) or _in_attribute(element)
        if note is not None and note not in notes:
            bodies.update(dict.fromkeys(note.body, note))
            held.update(inner for body in note.body for inner in body.find())
            notes.append(note)
    return notes


def _described(element: Element, ids: dict[str, Element], bodies: Mapping[Element, PageNote | None]) -> PageNote | None:
    """The note in the element that ``aria-describedby`` names."""
    named = [ids[name] for name in element.get("aria-describedby").split() if name in ids]
    body = named[0] if named else None
    if body is None or element.tag in ("input", "select", "textarea", "form", "table", "figure", "img"):
        return None
    if body in element.ancestors() or has_heading(body) or words_in([body]) < _FEWEST_WORDS:
        return None
    label = label_in(shown(element))
    if label is None and not (holds_notes(body) or "tooltip" in body.roles):
        return None
    if body in element.find() or (body in bodies and bodies[body] is None):
        return None
    note = bodies.get(body) or PageNote(label, [body])
    note.marks.append(make_mark(element) if label else add_mark(element))
    return note


def _in_element(element: Element, bodies: Collection[Element]) -> PageNote | None:
    """The note that *element* is, where it stands in a line behind its mark or in the place of one."""
    if element.tag not in _BODIES or element in bodies or element.parent is None or words_in([element]) < _FEWEST_WORDS:
        return None
    in_place = bool(element.classes & _IN_PLACE)
    hidden = in_place or element.classes & _TIPS or "tooltip" in element.roles or is_hidden(element)
    if not hidden or any(True for _ in element.find(MARK)):
        return None
    parent, label_element = element.parent, _labelling(element)
    if label_element is not None:
        label = label_in(shown(label_element))
        return PageNote(label, [element], [make_mark(label_element)])
    own = normalise(
        "".join(child if isinstance(child, str) else shown(child) for child in parent.children if child is not element)
    )
    if parent.tag in _MARKING and (label := label_in(own)):
        return PageNote(label, [_without_place(element)], [make_mark(parent)])
    if in_place and element.tag in ("span", "small") and _is_in_a_line(element):
        return PageNote(None, [_without_place(element)], [make_mark(element)])
    return None


def _without_place(element: Element) -> Element:
    """What *element* holds, in an element outside the tree."""
    body = Element("span", {})
    for child in element.children:
        body.append(child)
    return body


def _labelling(body: Element) -> Element | None:
    """The mark directly before *body*."""
    before: Element | None = None
    for child in body.parent.children if body.parent else ():
        if child is body:
            break
        if isinstance(child, str):
            before = None if child.strip() else before
        elif child.tag != "input":
            before = child
    if before is None or before.tag not in _MARKING:
        return None
    is_toggle = before.tag == "label" and not shown(before)
    return before if is_toggle or label_in(shown(before)) else None


def _is_in_a_line(element: Element) -> bool:
    """Whether text stands before *element* in its paragraph."""
    for node in block_of(element).walk():
        if node is element:
            return False
        if isinstance(node, str) and node.strip():
            return True
    return False


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
