"""The documents that a reply may cite: their text, and which section an offset stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.documents import Document, Span
from eval.facts import normalise

_PASSAGE_ID = re.compile(r"(?P<document>.+)@(?P<version>[^@:]+):(?P<start>[0-9]+)-(?P<end>[0-9]+)")

SectionPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """The documents at hand, by id."""

    documents: Mapping[str, Document]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Library:
        """The library that holds *documents*."""
        return cls({document.id: document for document in documents})

    def find(self, document_id: str, version: str) -> Document | None:
        """The document of that id at that very version: another version's offsets mean nothing."""
        document = self.documents.get(document_id)
        return document if document is not None and document.version == version else None

    def passage_place(self, passage_id: str) -> tuple[Document, Span] | None:
        """The document and span that a passage's id names; None for one that leads nowhere."""
        parts = _PASSAGE_ID.fullmatch(passage_id)
        document = self.find(parts["document"], parts["version"]) if parts else None
        if parts is None or document is None or int(parts["start"]) > int(parts["end"]):
            return None
        return document, Span(int(parts["start"]), int(parts["end"]))


def section_paths(document: Document, span: Span) -> tuple[SectionPath, ...]:
    """The paths of the sections that *span* belongs to.

    That is the section it begins in; what a document's own note says belongs to each section that carries the
    note's mark.
    """
    marks = note_marks(document, span)
    offsets = [max(mark - 1, 0) for mark in marks] or [span.start]
    found = (path for offset in offsets for path in _paths_at(document, offset))
    return tuple(dict.fromkeys(found))


def note_marks(document: Document, span: Span) -> tuple[int, ...]:
    """Where the marks of the note that holds *span* stand; empty for text that is in no note."""
    return tuple(mark for note in document.notes if note.span.contains(span) for mark in note.marks)


def _paths_at(document: Document, offset: int) -> Iterator[SectionPath]:
    for section in document.sections:
        if section.span.start <= offset < section.span.end:
            yield section.path or (document.title,)


def headings(document: Document) -> tuple[str, ...]:
    """Every heading; the title stands for text under no heading, where there is such text."""
    return tuple(heading for section in document.sections for heading in section.path or (document.title,))


def under_any(wanted: Sequence[str], found: Iterable[str]) -> bool:
    """Whether any heading in *found* has any of *wanted* in it, whatever the case and the kind of quotes."""
    names = [normalise(heading) for heading in found]
    return any(normalise(part) in name for part in wanted for name in names)
