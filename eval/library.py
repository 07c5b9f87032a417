"""The documents that a reply may cite: their text, and which section an offset stands in."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from corpus.documents import Document, Span
from corpus.errors import DocumentNotFound
from eval.facts import normalise

_PASSAGE_ID = re.compile(r"(?P<document>.+)@(?P<version>[^@:]+):(?P<start>[0-9]+)-(?P<end>[0-9]+)")

SectionPath = tuple[str, ...]

OpenVersion = Callable[[str, str], Document | None]
"""Opens an earlier version of a document by its id and version; None for one that isn't kept."""


def no_earlier_version(_document_id: str, _version: str) -> Document | None:
    """Where none is kept."""
    return None


def opening(open_document: Callable[[str, str], Document]) -> OpenVersion:
    """*open_document* (`bot.chatbot.Chatbot.document` is one) as an `OpenVersion`."""

    def open_version(document_id: str, version: str) -> Document | None:
        try:
            return open_document(document_id, version)
        except DocumentNotFound:
            return None

    return open_version


@dataclass(frozen=True, slots=True)
class Library:
    """The documents at hand, by id, and how an earlier version of one is opened.

    ``passages`` are the ids of all passages of the index; None where there is no index to look in. Then ``pool``
    stands in for them: the passages that any reply of the run retrieved.
    """

    documents: Mapping[str, Document]
    open_version: OpenVersion = no_earlier_version
    passages: frozenset[str] | None = None
    pool: frozenset[str] = field(default_factory=frozenset)
    # Judging a passage against a case takes long for what it is, and several metrics ask for the same judgments.
    judgments: dict[Hashable, Mapping[str, int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        documents: Iterable[Document],
        open_version: OpenVersion = no_earlier_version,
        passages: Iterable[str] | None = None,
    ) -> Library:
        """The library that holds *documents*, and knows of *passages* (their ids) where there is an index."""
        by_id = {document.id: document for document in documents}
        return cls(by_id, open_version, None if passages is None else frozenset(passages))

    def pooling(self, passages: Iterable[str]) -> Library:
        """The same library with *passages* (ids) in the pool too."""
        pool = self.pool.union(passages)
        return self if pool == self.pool else replace(self, pool=pool)

    def find(self, document_id: str, version: str) -> Document | None:
        """The document of that id at that very version: another version's offsets mean nothing."""
        document = self.documents.get(document_id)
        if document is not None and document.version == version:
            return document
        return self.open_version(document_id, version)

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
