"""Takes a page's notes out of it and leaves marks where they were referred to.

Programs write notes in many shapes; the three kinds are linked notes (`html_linked_notes`), notes that pop up where
they are marked (`html_popup_notes`), and marks that lead to a list without links (`html_listed_notes`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from corpus.html_linked_notes import LinkedNotes
from corpus.html_listed_notes import take_listed
from corpus.html_marks import (
    GONE,
    PageNote,
    label_in,
    open_brackets,
    prune,
    settle_labels,
    shown,
    take_away,
    tidy_marks,
)
from corpus.html_popup_notes import take_popups
from corpus.html_tree import Element, names
from corpus.inline import normalise

_NOTE_ROLES = frozenset({"doc-footnote", "doc-endnote", "footnote", "endnote", "rearnote"})
_BEHIND_LABEL = re.compile(r"^[\s\])}.:]+")
_PUNCTUATION = "[](){}.:^↑ \t\r\n\xa0"
_BEHIND_BODY = re.compile(r"[\s\[(]*[↩↑⤴↵⏎⮌⇑]+[\ufe0e\ufe0f]?[\s\])]*$")
_INLINE = names("a sup span b strong i em small font u cite")


def take_notes(root: Element) -> list[PageNote]:
    """The notes under *root*, in the order of their bodies; each has a label that its marks in the tree have too."""
    places: dict[Element | None, int] = {element: place for place, element in enumerate(root.find())}
    notes = LinkedNotes(root).take()
    notes += _not_said(take_popups(root, {body for note in notes for body in note.body}), notes)
    taken = {body for note in notes for body in note.body}
    notes += [PageNote(None, [element]) for element in _left_over(root, taken)]
    prune(root, {body for note in notes for body in note.body})
    notes += take_listed(root)
    order = {note: _place(note, places) for note in notes}
    notes.sort(key=lambda note: order[note])
    for note in notes:
        _clean(note)
    empty = [note for note in notes if not any(body.text.strip() for body in note.body)]
    for mark in (mark for note in empty for mark in note.marks):
        mark.tag, mark.children = "sup", [mark.get("shown")]  # it leads to nothing: it stays as it was
    notes = [note for note in notes if note not in empty]
    settle_labels(notes)
    for top in [root, *(body for note in notes for body in note.body)]:
        tidy_marks(top)
    return notes


def _place(note: PageNote, places: Mapping[Element | None, int]) -> int:
    """Where in the page *note* is; a body that was made from an attribute is where its mark is."""
    inside = [places[element] for body in note.body for element in body.find() if element in places]
    near = [mark if mark in places else mark.parent for mark in note.marks]
    around = [places[element] for element in near if element in places]
    return min(inside or around, default=0)


def _not_said(popups: Sequence[PageNote], notes: Sequence[PageNote]) -> Iterator[PageNote]:
    """The *popups* that don't repeat one of *notes* where it is marked."""
    said = {_text_of(note) for note in notes}
    for popup in popups:
        if _text_of(popup) in said:
            for element in [*popup.marks, *popup.body]:
                take_away(element)
        else:
            yield popup


def _text_of(note: PageNote) -> str:
    return normalise(" ".join(body.text for body in note.body))


def _left_over(root: Element, taken: set[Element]) -> Iterator[Element]:
    """Elements that say they are a note and that no mark leads to."""
    for element in root.find():
        if element.roles & _NOTE_ROLES and element.text.strip():
            around = {element, *element.ancestors(), *element.find()}
            if not around & taken:
                yield element


def _clean(note: PageNote) -> None:
    """Take what isn't the note's text out of its body: its label, and arrows back."""
    for body in note.body:
        for element in body.find():
            if any(child.tag == GONE for child in element.elements):
                open_brackets(element.children)
    if not _lost_label(note.body[0], note.label):
        _strip_label(note.body[0], note.label)
    _drop_arrows(note.body)


def _lost_label(body: Element, label: str | None) -> bool:
    """Take away an element at the start of *body* that is its label; whether there is one, or was."""
    lost = False
    while first := _first_text(body):
        parent, place = first
        text = str(parent.children[place])
        lost = lost or _gone_before(body)
        if not lost and parent is not body and parent.tag in _INLINE and label and label_in(shown(parent)) == label:
            take_away(parent)
            lost = True
        elif not text.strip(_PUNCTUATION):
            parent.children[place] = ""
        else:
            if lost:
                parent.children[place] = _BEHIND_LABEL.sub("", text)
            return lost
    return lost


def _gone_before(body: Element) -> bool:
    """Whether something was taken away before the first text of *body*."""
    for node in body.walk():
        if isinstance(node, str):
            if node.strip():
                return False
        elif node.tag == GONE:
            return True
    return False


def _strip_label(body: Element, label: str | None) -> None:
    """Take the label that *body* begins with out of its text; in a numbered list a bare number isn't one."""
    first = _first_text(body)
    if first is None or label is None:
        return
    parent, place = first
    bare = "" if body.tag in ("li", "dd") else rf"|{re.escape(label)}(?:[.:)]+\s*|\s+)"
    pattern = rf"^\s*(?:\[{re.escape(label)}\]|\({re.escape(label)}\){bare})\s*"
    parent.children[place] = re.sub(pattern, "", str(parent.children[place]))


def _first_text(body: Element) -> tuple[Element, int] | None:
    """The first text of *body* that isn't blank: the element that it is a child of, and its place there."""
    return next(_texts(body), None)


def _texts(body: Element) -> Iterator[tuple[Element, int]]:
    waiting: list[tuple[Element, int]] = [(body, 0)]
    while waiting:
        element, place = waiting.pop()
        if place >= len(element.children):
            continue
        waiting.append((element, place + 1))
        child = element.children[place]
        if isinstance(child, Element):
            waiting.append((child, 0))
        elif child.strip():
            yield element, place


def _drop_arrows(bodies: Sequence[Element]) -> None:
    for body in bodies:
        for element, place in list(_texts(body))[-1:]:
            element.children[place] = _BEHIND_BODY.sub("", str(element.children[place]))
