"""Rules, what they find, and how it is put."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """How bad a finding is: an error is plainly a fault, a warning is worth a look."""

    ERROR = "error"
    WARNING = "warning"


class Rule(StrEnum):
    """What the check looks for; the value is the rule's name on the command line and in reports."""

    UNREADABLE = "unreadable"
    READ_WITH_DOUBT = "read-with-doubt"
    DUPLICATE_ID = "duplicate-id"
    TITLE_MISSING = "title-missing"
    AS_OF_MISSING = "as-of-missing"
    AS_OF_OLD = "as-of-old"
    HEADING_LEVEL = "heading-level"
    EMPTY_SECTION = "empty-section"
    NOTE_WITHOUT_MARK = "note-without-mark"
    MARK_WITHOUT_NOTE = "mark-without-note"
    NOTE_LABEL_TWICE = "note-label-twice"
    ABBREVIATION = "abbreviation"
    FIGURE = "figure"
    DUPLICATE_PASSAGE = "duplicate-passage"
    LONG_SENTENCE = "long-sentence"
    DEAD_LINK = "dead-link"
    OPEN_QUOTATION = "open-quotation"
    DRAFT_MARK = "draft-mark"


_ERRORS = frozenset(
    {
        Rule.UNREADABLE,
        Rule.DUPLICATE_ID,
        Rule.NOTE_WITHOUT_MARK,
        Rule.MARK_WITHOUT_NOTE,
        Rule.NOTE_LABEL_TWICE,
        Rule.DEAD_LINK,
        Rule.DRAFT_MARK,
    }
)

MENDS: Mapping[Rule, str] = {
    Rule.UNREADABLE: "",  # an error's own sentence says what to do
    Rule.READ_WITH_DOUBT: "",
    Rule.DUPLICATE_ID: "Rename one of the files, or give it an id of its own in its front matter.",
    Rule.TITLE_MISSING: "Write the title as the first heading, or as title: in the front matter.",
    Rule.AS_OF_MISSING: "Say when it was last checked: as_of: in the front matter, or a line “Last updated …”.",
    Rule.AS_OF_OLD: "Check the text against its sources and move the date.",
    Rule.HEADING_LEVEL: "Give it the level just below the heading above it.",
    Rule.EMPTY_SECTION: "Write the section or take its heading out.",
    Rule.NOTE_WITHOUT_MARK: "Put its mark where it belongs, or take the note out.",
    Rule.MARK_WITHOUT_NOTE: "Write the note, or take the mark out.",
    Rule.NOTE_LABEL_TWICE: "Give each note a label of its own.",
    Rule.ABBREVIATION: "Write it out where it is first used, with the abbreviation in brackets.",
    Rule.FIGURE: "Say as of when it holds, who counted, or give it a note.",
    Rule.DUPLICATE_PASSAGE: "Keep one of the two.",
    Rule.LONG_SENTENCE: "Make two or more sentences of it.",
    Rule.DEAD_LINK: "Mend the address or take the link out.",
    Rule.OPEN_QUOTATION: "Close the quotation where it ends.",
    Rule.DRAFT_MARK: "Finish the passage and take the mark out.",
}
"""How to mend what each rule finds."""


def severity(rule: Rule) -> Severity:
    """How bad what *rule* finds is."""
    return Severity.ERROR if rule in _ERRORS else Severity.WARNING


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found on a page, and where.

    ``offset`` counts in the document's text, ``source_offset`` in the file's; with neither it is about the whole page.
    """

    rule: Rule
    message: str
    offset: int | None = None
    source_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong at one place of one file.

    ``line`` counts from 1 in files of text; in others it is None, and the ``page`` of a printed document or the
    headings above the place (``section``) tell where it is.
    """

    path: Path
    rule: Rule
    message: str
    line: int | None = None
    page: int | None = None
    section: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return severity(self.rule)

    @property
    def mend(self) -> str:
        """How to mend it; empty where the message says so."""
        return MENDS[self.rule]
