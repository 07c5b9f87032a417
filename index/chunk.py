"""Documents into passages. Pure: the same document and counter give the same passages.

A passage never crosses a heading, keeps a list with its lead-in, fits the model's window together with the
heading path that is embedded with it, and no character of the body is lost. A paragraph is a passage; a short
one joins its neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from corpus.documents import Block, BlockKind, Document, Note, Section, Span
from index.passages import Passage, Sentence, SentenceKind, passage_id
from index.sentences import block_sentences, sentence_spans

CountTokens = Callable[[str], int]
"""The number of word pieces the embedding model makes of a text, its own marks included."""

_SHORT = 48
"""Word pieces; a unit under this is joined to the next, since a lone short paragraph embeds poorly."""

_LONGEST_HEADING_SHARE = 3
"""A heading path may take one part in this many of the window; past that its outer headings are left out."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """Sentences that are kept together where they fit."""

    sentences: tuple[Sentence, ...]

    @property
    def span(self) -> Span:
        return Span(self.sentences[0].span.start, self.sentences[-1].span.end)


def chunk(document: Document, count_tokens: CountTokens, window: int) -> tuple[Passage, ...]:
    """The passages of *document* in reading order, its own notes last.

    *window* is the model's limit in word pieces. A single word longer than the window is still a passage: the
    model truncates it, the index doesn't.
    """
    passages: list[Passage] = []
    for section in document.sections:
        chunker = _Chunker(document, section.path, count_tokens, window)
        passages += chunker.passages(_units(document, section))
    for note in document.notes:
        path = note_section(document, note)
        chunker = _Chunker(document, path, count_tokens, window, note.label)
        sentences = tuple(Sentence(span, SentenceKind.NOTE) for span in sentence_spans(document.text, note.span))
        passages += chunker.passages([_Unit(sentences)] if sentences else [])
    return tuple(passages)


def note_section(document: Document, note: Note) -> tuple[str, ...]:
    """Where a note belongs: the section that carries its first mark, then the note itself."""
    for mark in note.marks:
        for section in document.sections:
            if section.span.start < mark <= section.span.end:
                return (*section.path, f"Note {note.label}")
    return (f"Note {note.label}",)


def _units(document: Document, section: Section) -> list[_Unit]:
    """Paragraphs, and lists with the sentence that leads them in."""
    units: list[_Unit] = []
    for block in section.blocks:
        sentences = block_sentences(document, block)
        if not sentences:
            continue
        if block.kind is not BlockKind.PARAGRAPH and block.lead_in and units:
            sentences = (*_take_lead_in(units, block), *sentences)
        units.append(_Unit(sentences))
    return units


def _take_lead_in(units: list[_Unit], block: Block) -> tuple[Sentence, ...]:
    """Moves the last sentence of the paragraph before a list from that paragraph's unit to the list's."""
    last = units[-1].sentences
    if block.lead_in is None or not block.lead_in.contains(last[-1].span):
        return ()
    units.pop()
    if len(last) > 1:
        units.append(_Unit(last[:-1]))
    return (replace(last[-1], kind=SentenceKind.LEAD_IN),)


class _Chunker:
    """Packs the units of one section."""

    def __init__(
        self,
        document: Document,
        section: tuple[str, ...],
        count_tokens: CountTokens,
        window: int,
        note: str | None = None,
    ) -> None:
        self._document = document
        self._section = section
        self._count = count_tokens
        self._window = window
        self._note = note
        self._embedded_section = self._fit_heading(section)

    def _fit_heading(self, section: tuple[str, ...]) -> tuple[str, ...]:
        while section and self._count(" > ".join(section)) > self._window // _LONGEST_HEADING_SHARE:
            section = section[1:]
        return section

    def passages(self, units: list[_Unit]) -> Iterator[Passage]:
        pending: tuple[Sentence, ...] = ()
        for unit in units:
            joined = (*pending, *unit.sentences)
            short = pending and (self._is_short(pending) or self._is_short(unit.sentences))
            if short and self._fits(joined):
                pending = joined
                continue
            yield from self._split(pending)
            pending = unit.sentences
        yield from self._split(pending)

    def _is_short(self, sentences: tuple[Sentence, ...]) -> bool:
        return self._count(self._text(sentences)) < _SHORT

    def _fits(self, sentences: tuple[Sentence, ...], lead_in: str | None = None) -> bool:
        return self._count(self._passage(sentences, lead_in).embedded_text) <= self._window

    def _text(self, sentences: tuple[Sentence, ...]) -> str:
        return Span(sentences[0].span.start, sentences[-1].span.end).of(self._document.text)

    def _split(self, sentences: tuple[Sentence, ...]) -> Iterator[Passage]:
        """Passages of as many whole sentences as fit; a sentence that alone doesn't fit is cut between words."""
        current: tuple[Sentence, ...] = ()
        for sentence in sentences:
            if current and not self._fits((*current, sentence), self._lead_in_of(current)):
                yield self._passage(current, self._lead_in_of(current))
                current = ()
            if not current and not self._fits((sentence,), self._lead_in_of((sentence,))):
                yield from self._cut(sentence)
                continue
            current = (*current, sentence)
        if current:
            yield self._passage(current, self._lead_in_of(current))

    def _lead_in_of(self, sentences: tuple[Sentence, ...]) -> str | None:
        """The lead-in's text where the passage begins within a list or table, and so doesn't hold it."""
        first = sentences[0]
        return first.lead_in.of(self._document.text) if first.lead_in else None

    def _cut(self, sentence: Sentence) -> Iterator[Passage]:
        start, end = sentence.span.start, sentence.span.end
        while start < end:
            stop = self._longest_fit(sentence, start, end)
            piece = replace(sentence, span=Span(start, stop))
            yield self._passage((piece,), None)
            start = stop
            while start < end and self._document.text[start].isspace():
                start += 1

    def _longest_fit(self, sentence: Sentence, start: int, end: int) -> int:
        """The last word end after *start* up to which the text fits, by bisection over the word ends."""
        text = self._document.text
        word_ends = [i for i in range(start + 1, end) if text[i].isspace() and not text[i - 1].isspace()] + [end]
        low, high = 0, len(word_ends) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self._fits((replace(sentence, span=Span(start, word_ends[middle])),)):
                low = middle
            else:
                high = middle - 1
        return word_ends[low]

    def _passage(self, sentences: tuple[Sentence, ...], lead_in: str | None) -> Passage:
        span = Span(sentences[0].span.start, sentences[-1].span.end)
        document = self._document
        return Passage(
            id=passage_id(document.id, document.version, span),
            document_id=document.id,
            version=document.version,
            start=span.start,
            end=span.end,
            text=span.of(document.text),
            section=self._section,
            embedded_section=self._embedded_section,
            sentences=sentences,
            note=self._note,
            lead_in=lead_in,
        )
