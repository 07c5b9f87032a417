"""Sentence boundaries, as spans.

nupunkt (Bommarito et al., 2025, arXiv:2504.04131) finds the boundaries. Two repairs make its sentences quotable:
a quotation of several sentences stays whole, since half of one opens a quote that it doesn't close; and a
lower-case English word that is also a reporter's abbreviation ("no.", "so.") doesn't join two sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nupunkt import sent_spans

from corpus.documents import Block, BlockKind, Document, Span
from index.passages import Sentence, SentenceKind

_LONGEST_QUOTATION = 900
"""Code points; past that an unclosed quotation mark is taken for a slip of the pen."""

_WORDS_NOT_ABBREVIATIONS = re.compile(
    r"\b(?:no|so|in|art|am|mass|miss|wash|ill|me|ore|sat|sun|mar|fed|del|pa|ed|est|met|set|rest|long|fig|app|"
    r"sec|op|pub|reg|rep|sup|super|ex|a|i)[.][\"”’)\]]*(?=\s+[\"“‘(\[]?[A-ZÁÉÍÓÚÑ¿¡])"
)


def sentence_spans(text: str, within: Span) -> tuple[Span, ...]:
    """The sentences of ``text[within]``, trimmed of blanks; together they cover every other character."""
    body = within.of(text)
    boundaries = sorted({end for _, end in sent_spans(body)} | set(_missed_boundaries(body)) | {len(body)})
    spans: list[Span] = []
    start = 0
    for end in boundaries:
        piece = body[start:end]
        if _opens_a_quotation(piece) and end != boundaries[-1] and len(piece) < _LONGEST_QUOTATION:
            continue
        if trimmed := _trim(body, start, end):
            spans.append(Span(within.start + trimmed.start, within.start + trimmed.end))
        start = end
    return tuple(spans)


def _missed_boundaries(body: str) -> Iterator[int]:
    return (match.end() for match in _WORDS_NOT_ABBREVIATIONS.finditer(body))


def _opens_a_quotation(piece: str) -> bool:
    return piece.count("“") > piece.count("”") or (piece.count('"') % 2 == 1 and piece.count("“") == 0)


def _trim(body: str, start: int, end: int) -> Span | None:
    while start < end and body[start].isspace():
        start += 1
    while end > start and body[end - 1].isspace():
        end -= 1
    return Span(start, end) if end > start else None


def block_sentences(document: Document, block: Block) -> tuple[Sentence, ...]:
    """The sentences of a block; items of a list and rows of a table are one each, tied to what leads them in."""
    if block.kind is BlockKind.PARAGRAPH:
        return tuple(Sentence(span) for span in sentence_spans(document.text, block.span))
    lead_in = sentence_spans(document.text, block.lead_in)[-1] if block.lead_in else None
    if block.kind is BlockKind.TABLE:
        header, rows = block.items[0], block.items[1:]
        return (
            Sentence(header, SentenceKind.TABLE_HEADER, lead_in),
            *(Sentence(row, SentenceKind.TABLE_ROW, header) for row in rows),
        )
    return tuple(Sentence(item, SentenceKind.LIST_ITEM, lead_in) for item in block.items)
