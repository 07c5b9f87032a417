"""What the marks of a page's notes and the notes look like, whichever program wrote them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from corpus.html_tree import BLOCKS, HEADINGS, Element, names
from corpus.inline import normalise
from corpus.lines import plain_digits

MARK = "-mark"
"""The tag of an element that stands where a note's mark stood; its attribute ``label`` says which note's."""
GONE = "-gone"
"""The tag of what was taken out of a note: its label, and its way back."""

_UNSEEN_CLASSES = names(
    "sr-only screen-reader-text screen-reader-only visually-hidden visuallyhidden assistive-text a11y-hidden "
    "element-invisible"
)
_LABEL = re.compile(
    r"(?:(?:foot|end)note|fn|nota al pie)?\.?\s*((?:(?:note|nota|nb|n)\.?\s)?"
    r"(?:\d{1,4}[a-z]?|[a-z]|[ab][a-z]|[ivxl]{1,7}|[*†‡§¶#‖]{1,4}))",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"(?:foot|end|side|margin)[-_]?notes?|(?:^|[-_:.\s])"
    r"(?:fn|ftn|edn|mfn|fnref|notes?|notas?|noteref|cite|refs?|references?|pie)(?:$|[-_:.\s\d])",
    re.IGNORECASE,
)
_ROLES = names("doc-footnote doc-endnote doc-endnotes doc-footnotes footnote footnotes endnote endnotes rearnote")
_MARK_ROLES = frozenset({"doc-noteref", "noteref"})
_RUNS = names("sup span small b strong i em a cite font u abbr button label")
_AROUND_MARKS = "[](){},;–-  \t\r\n"


@dataclass(slots=True, eq=False)
class PageNote:
    """A note of a page: its label as the page shows it, if it shows one, its body, and its marks in the tree."""

    label: str | None
    body: list[Element]
    marks: list[Element] = field(default_factory=list)


def shown(element: Element) -> str:
    """The element's text as it is seen, without what is for screen readers only."""
    pieces: list[str] = []
    waiting: list[Element | str] = [element]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            pieces.append(node)
        elif not node.classes & _UNSEEN_CLASSES:
            waiting.extend(reversed(node.children))
    return normalise("".join(pieces))


def is_unseen(element: Element) -> bool:
    """Whether *element* is for screen readers only."""
    return bool(element.classes & _UNSEEN_CLASSES) and element.tag not in HEADINGS


def label_in(text: str) -> str | None:
    """The label that *text* is, without its brackets; none where it is anything else."""
    if len(text) > 24:
        return None
    match = _LABEL.fullmatch(plain_digits(normalise(text)).strip("[](){}.:^ "))
    return match[1] if match else None


def is_named_for_notes(*names: str) -> bool:
    """Whether ids, classes or fragments among *names* are such as programs give to notes and marks."""
    return any(_NAMES.search(name) for name in names)


def holds_notes(element: Element) -> bool:
    """Whether *element* says that it is a note or has notes in it."""
    return bool(element.roles & _ROLES) or is_named_for_notes(element.get("id"), element.get("class"))


def refers_to_note(link: Element) -> bool:
    """Whether *link* says that it leads to a note, or is raised as marks are."""
    if link.roles & _MARK_ROLES or "footnote" in link.get("rel") or "data-footnote-ref" in link.attributes:
        return True
    above = [element.tag for element in link.ancestors() if element.tag in ("sup", *BLOCKS)][:1]
    if above == ["sup"] or any(True for _ in link.find("sup")):
        return True
    return is_named_for_notes(link.get("class"), link.get("href").rpartition("#")[2])


def take_away(element: Element) -> None:
    """Leave nothing of *element* but its place."""
    element.tag, element.attributes, element.children = GONE, {}, []


def make_mark(element: Element) -> Element:
    """Turn *element* into a mark; what it showed is kept as an attribute."""
    element.tag, element.attributes, element.children = MARK, {"shown": shown(element)}, []
    return element


def add_mark(element: Element) -> Element:
    """Put a mark behind what *element* shows."""
    mark = Element(MARK, {})
    element.append(mark)
    return mark


def prune(root: Element, gone: Collection[Element]) -> None:
    """Take the elements *gone* out of the tree."""
    if not gone:
        return
    for element in root.find():
        if any(child in gone for child in element.children if isinstance(child, Element)):
            element.children = [child for child in element.children if isinstance(child, str) or child not in gone]


def tidy_marks(root: Element) -> None:
    """Take away the brackets and commas that stood around marks."""
    around: dict[Element, None] = {}
    for element in root.find():
        if any(child.tag == MARK for child in element.elements):
            around.update(dict.fromkeys(_emptied(element)))
    for element in around:
        open_brackets(element.children)


def _emptied(element: Element) -> Iterator[Element]:
    """*element* and those around it, up to the first that has more in it than marks; these lose their text."""
    yield element
    while element.tag in _RUNS and element.parent is not None and not element.text.strip(_AROUND_MARKS):
        _empty(element)
        element = element.parent
        yield element


def _empty(element: Element) -> None:
    for inner in element.find():
        inner.children = [child for child in inner.children if isinstance(child, Element)]


def open_brackets(children: list[Element | str]) -> None:
    """Take "[" and "]" away from around the marks, and what was taken away, among *children*."""
    for place, child in enumerate(children):
        if not isinstance(child, str) or not child.rstrip().endswith(("[", "(")):
            continue
        end = place + 1
        while end < len(children) and _is_only_marks(children[end]):
            end += 1
        after = children[end] if end < len(children) else None
        if end > place + 1 and isinstance(after, str) and after.lstrip().startswith(("]", ")")):
            children[place] = child.rstrip()[:-1]
            children[place + 1 : end] = ["" if isinstance(node, str) else node for node in children[place + 1 : end]]
            children[end] = after.lstrip()[1:]


def _is_only_marks(node: Element | str) -> bool:
    if isinstance(node, str):
        return not node.strip(",; \t\r\n")
    return node.tag in (MARK, GONE) or (not node.text.strip() and any(True for _ in node.find(MARK)))


def settle_labels(notes: Sequence[PageNote]) -> None:
    """Give every note a label of its own, and write it on its marks."""
    taken = {note.label for note in notes if note.label}
    used: set[str] = set()
    latest: Counter[str] = Counter()
    for number, note in enumerate(notes, start=1):
        label = note.label or str(number)
        while label in used or (note.label is None and label in taken):  # numbering that starts again in each part
            stem = note.label or "note"
            latest[stem] += 1
            label = f"{stem}-{latest[stem] + 1}" if note.label else str(len(notes) + latest[stem])
        used.add(label)
        note.label = label
        for mark in note.marks:
            mark.attributes = {"label": label}


def block_of(element: Element) -> Element:
    """The innermost block that *element* is or stands in."""
    if element.tag in BLOCKS:
        return element
    return next((above for above in element.ancestors() if above.tag in BLOCKS), element)


def has_heading(element: Element) -> bool:
    """Whether *element* is a heading or has one in it."""
    return any(True for _ in element.find(*HEADINGS)) or any(above.tag in HEADINGS for above in element.ancestors())


def words_in(nodes: Iterable[Element | str]) -> int:
    """How many words *nodes* have."""
    return sum(len((node if isinstance(node, str) else node.text).split()) for node in nodes)
