"""Takes a page's notes out of it and leaves marks where they were referred to.

Programs write notes in many shapes; the three kinds are linked notes (`html_linked_notes`), notes that pop up where
they are marked (`html_popup_notes`), and marks that lead to a list without links (`html_listed_notes`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.html_linked_notes import LinkedNotes
from corpus.html_listed_notes import take_listed
from corpus.html_marks import PageNote, label_in, prune, settle_labels, shown, tidy_marks
from corpus.html_popup_notes import take_popups
from corpus.html_tree import Element, names

_NOTE_ROLES = frozenset({"doc-footnote", "doc-endnote", "footnote", "endnote", "rearnote"})
_BEHIND_LABEL = re.compile(r"^[\s\])}.:]+")
_BEFORE_BODY = re.compile(r"^\s*[\^↑]\s*")
_BEHIND_BODY = re.compile(r"[\s\[(]*[↩↑⤴↵⏎⮌⇑]+[\ufe0e\ufe0f]?[\s\])]*$")
_INLINE = names("a sup span b strong i em small font u cite -gone")


def take_notes(root: Element) -> list[PageNote]:
    """The notes under *root*, in the order of their bodies; each has a label that its marks in the tree have too."""
    places = {element: place for place, element in enumerate(root.find())}
    notes = LinkedNotes(root).take()
    notes += take_popups(root, {body for note in notes for body in note.body})
    taken = {body for note in notes for body in note.body}
    notes += [PageNote(None, [element]) for element in _left_over(root, taken)]
    prune(root, {body for note in notes for body in note.body})
    notes += take_listed(root)
    # A body that was made here has the place of what is in it.
    order = {
        note: min((places[e] for body in note.body for e in body.find() if e in places), default=0) for note in notes
    }
    notes.sort(key=lambda note: order[note])
    for note in notes:
        for body in note.body[:1]:
            _drop_label(body, note.label)
        _drop_arrows(note.body)
    notes = [note for note in notes if any(body.text.strip() for body in note.body)]
    settle_labels(notes)
    tidy_marks(root)
    for note in notes:
        for body in note.body:
            tidy_marks(body)
    return notes


def _left_over(root: Element, taken: set[Element]) -> Iterator[Element]:
    """Elements that say they are a note and that no mark leads to."""
    for element in root.find():
        if element.roles & _NOTE_ROLES and element.text.strip():
            around = {element, *element.ancestors(), *element.find()}
            if not around & taken:
                yield element


def _drop_label(body: Element, label: str | None) -> None:
    """Take the label that *body* begins with out of it."""
    first = _first_text(body)
    if first is None:
        return
    parent, place = first
    text = str(parent.children[place])
    led = parent is not body and parent.tag in _INLINE and label_in(shown(parent)) == label is not None
    if led and parent.parent is not None and parent.tag != "-gone":
        parent.tag, parent.children = "-gone", []
        _strip_start(body, _BEHIND_LABEL)
        return
    if any(element.tag == "-gone" for element in _before(body, parent)):
        _strip_start(body, _BEHIND_LABEL)
        return
    if label and body.tag not in ("li", "dd"):
        parent.children[place] = re.sub(rf"^\s*[\[(]?{re.escape(label)}[\])]?(?:[.:)]+\s*|\s+)", "", text)
    else:
        parent.children[place] = re.sub(rf"^\s*[\[(]{re.escape(label or ' ')}[\])]\s*", "", text)
    _strip_start(body, _BEFORE_BODY)


def _before(body: Element, last: Element) -> Iterator[Element]:
    for element in body.find():
        if element is last and element is not body:
            return
        if element.tag == "-gone":
            yield element
        if element is last and any(isinstance(child, str) and child.strip() for child in element.children[:1]):
            return


def _first_text(body: Element) -> tuple[Element, int] | None:
    for element in body.find():
        for place, child in enumerate(element.children):
            if isinstance(child, str):
                if child.strip():
                    return element, place
            elif child.text.strip():
                break
    return None


def _strip_start(body: Element, pattern: re.Pattern[str]) -> None:
    first = _first_text(body)
    if first is not None:
        parent, place = first
        parent.children[place] = pattern.sub("", str(parent.children[place]))


def _drop_arrows(bodies: Sequence[Element]) -> None:
    for body in bodies:
        last = None
        for element in body.find():
            for place, child in enumerate(element.children):
                if isinstance(child, str) and child.strip():
                    last = (element, place, child)
        if last is not None:
            element, place, text = last
            element.children[place] = _BEHIND_BODY.sub("", text)
