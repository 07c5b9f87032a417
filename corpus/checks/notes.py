"""Rules about the document's own notes and their marks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from corpus.checks.findings import Found, Rule
from corpus.checks.page import Page
from corpus.endnotes import labels_of, marks_in

_HOLDS_A_MARK = re.compile(r"[\w.,;:!?)”\"’]")
_CARET = re.compile(r"\[\^([^\]\s]+)\]")


def note_label_twice(page: Page) -> Iterator[Found]:
    """A label that two notes share, so that nobody can say which of them a mark means."""
    seen: Counter[str] = Counter()
    for note in page.document.notes:
        seen[note.label] += 1
        if seen[note.label] > 1:
            yield Found(Rule.NOTE_LABEL_TWICE, f"Another note is labelled {note.label} as well.", note.span.start)


def note_without_mark(page: Page) -> Iterator[Found]:
    """A note that nothing in the text leads to."""
    labels = Counter(note.label for note in page.document.notes)
    for note in page.document.notes:
        if not note.marks and labels[note.label] == 1:
            yield Found(Rule.NOTE_WITHOUT_MARK, f"No mark in the text leads to note {note.label}.", note.span.start)


def mark_without_note(page: Page) -> Iterator[Found]:
    """A mark that leads nowhere: it stayed in the text as it was written."""
    known = {note.label for note in page.document.notes}
    for piece in page.pieces:
        for offset, label in _marks(piece.span.of(page.text), has_notes=bool(known)):
            if label not in known:
                message = f"There is no note {label} for the mark in the text."
                yield Found(Rule.MARK_WITHOUT_NOTE, message, piece.span.start + offset)


def _marks(text: str, *, has_notes: bool) -> Iterator[tuple[int, str]]:
    """What can only be marks in *text*: their offsets and labels."""
    for match in _CARET.finditer(text):
        yield match.start(), match[1]
    for match in marks_in(text):
        stuck = bool(_HOLDS_A_MARK.match(text[max(match.start() - 1, 0) : match.start()]))
        bracketed = match[0].startswith("[")
        if match[0].startswith("[^") or not (has_notes or (bracketed and stuck)):
            continue
        # "[sic]" and "[T]he" are an editor's; a bracketed year is a citation's.
        yield from ((match.start(), label) for label in labels_of(match) if label.isdecimal() and len(label) <= 3)
