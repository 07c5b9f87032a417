"""What the index holds: passages, and the sentences in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from corpus.documents import Span


class SentenceKind(StrEnum):
    """What a sentence is cut from; it decides what must be shown with it."""

    PROSE = "prose"
    LEAD_IN = "lead_in"
    LIST_ITEM = "list_item"
    TABLE_HEADER = "table_header"
    TABLE_ROW = "table_row"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, list item or table row: the smallest thing that a footnote quotes.

    ``lead_in`` is the sentence that introduces a list item, or the header row of a table row.
    """

    span: Span
    kind: SentenceKind = SentenceKind.PROSE
    lead_in: Span | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved unit: ``document.text[start:end] == text``, never across a heading.

    ``section`` is the heading path; ``embedded_section`` is as much of it as is embedded with the text.
    ``lead_in`` is the text of the lead-in of a list that was too long for one passage. ``note`` is the label of
    the document's own note, where it is one.
    """

    id: str
    document_id: str
    version: str
    start: int
    end: int
    text: str
    section: tuple[str, ...]
    embedded_section: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    note: str | None = None
    lead_in: str | None = None

    @property
    def span(self) -> Span:
        """Where the passage stands in its document."""
        return Span(self.start, self.end)

    def slice(self, span: Span) -> str:
        """The text at *span* of the document; the span must lie inside the passage."""
        return self.text[span.start - self.start : span.end - self.start]

    @property
    def embedded_text(self) -> str:
        """What the model reads: the heading path, the lead-in where it is elsewhere, and the text."""
        parts = [" > ".join(self.embedded_section), self.lead_in or "", self.text]
        return "\n".join(part for part in parts if part)


def passage_id(document_id: str, version: str, span: Span) -> str:
    """The stable name of a passage: it changes only with the document's content."""
    return f"{document_id}@{version}:{span.start}-{span.end}"
