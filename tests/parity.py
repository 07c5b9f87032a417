"""What two documents must share to be one explainer in two formats."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.documents import BlockKind, Document, Note
from index.sentences import block_sentences


@dataclass(frozen=True, slots=True)
class SectionContent:
    """A section: its headings, and for each block its kind and its sentences."""

    path: tuple[str, ...]
    blocks: tuple[tuple[BlockKind, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class NoteContent:
    """A note: its text, and the sentences that carry its marks."""

    text: str
    marked: tuple[str, ...]


def sections_of(document: Document) -> list[SectionContent]:
    """The sections with their sentences, in reading order."""
    return [
        SectionContent(
            section.path,
            tuple(
                (block.kind, tuple(sentence.span.of(document.text) for sentence in block_sentences(document, block)))
                for block in section.blocks
            ),
        )
        for section in document.sections
    ]


def notes_of(document: Document) -> list[NoteContent]:
    """The document's own notes, in order, with what they are notes to."""
    return [NoteContent(note.span.of(document.text), _marked(document, note)) for note in document.notes]


def _marked(document: Document, note: Note) -> tuple[str, ...]:
    sentences = [
        sentence.span
        for section in document.sections
        for block in section.blocks
        for sentence in block_sentences(document, block)
    ]
    return tuple(
        next((span.of(document.text) for span in sentences if span.start < mark <= span.end), "") for mark in note.marks
    )


def assert_same_explainer(document: Document, reference: Document) -> None:
    """Check that *document* says what *reference* says, in the same sections, sentences and notes."""
    assert [section.path for section in document.sections] == [section.path for section in reference.sections]
    for found, expected in zip(sections_of(document), sections_of(reference), strict=True):
        assert found == expected
    assert notes_of(document) == notes_of(reference)
    assert document.title == reference.title
