"""Rules about how the text is written: long sentences, open quotations, draft marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from corpus.abbreviations import learn
from corpus.checks.findings import Found, Rule
from corpus.checks.known_words import DRAFT_WORDS
from corpus.checks.page import Page, Piece, PieceKind

LONGEST_SENTENCE = 60
"""Words."""

_SHOWN = 40
_DRAFT = re.compile(
    rf"\b(?:{'|'.join(sorted(DRAFT_WORDS))}|(?<!-)XXX+(?!-))\b|"
    r"(?i:\[(?:citation|source|page) needed\]|\[(?:cita requerida|falta fuente)\]|\blorem ipsum\b)"
)
_NUMBERED = re.compile(
    r"(?:title|article|chapter|part|section|volume|book|bowl|appendix|annex|schedule|título|artículo|capítulo|parte|"
    r"sección|anexo|siglo)\s+$",
    re.IGNORECASE,
)
_OPENERS, _CLOSERS = "“«", "”»"
_BEFORE_AN_OPENING = re.compile(r"[\s(\[—–/-]|^$")


def long_sentence(page: Page) -> Iterator[Found]:
    """A sentence that nobody keeps in mind to its end."""
    if not page.words_are_read:
        return
    for piece in page.pieces:
        if piece.kind in (PieceKind.HEADING, PieceKind.CELL):
            continue
        text = piece.span.of(page.text)
        if len(text.split()) <= LONGEST_SENTENCE:
            continue
        for span in page.terms.sentences(text):
            words = sum(any(map(str.isalnum, word)) for word in span.of(text).split())
            if words > LONGEST_SENTENCE:
                message = f"The sentence “{_beginning(span.of(text))}” has {words} words."
                yield Found(Rule.LONG_SENTENCE, message, piece.span.start + span.start)


def draft_mark(page: Page) -> Iterator[Found]:
    """What a writer left to be done."""
    defined = learn(page.text)
    for piece in page.pieces:
        text = piece.span.of(page.text)
        for match in _DRAFT.finditer(text):
            if match[0] not in defined and not _means_something_else(match, page.language):
                message = f"The text still has “{match[0]}” in it."
                yield Found(Rule.DRAFT_MARK, message, piece.span.start + match.start())


def open_quotation(page: Page) -> Iterator[Found]:
    """A quotation that opens and never closes, neither in its paragraph nor in those below it."""
    if not page.words_are_read:  # other languages close with what these open with
        return
    bodies = (piece for piece in page.pieces if piece.kind is not PieceKind.HEADING)
    for _, group in groupby(bodies, key=_run):
        for offset in _never_closed(page.text, list(group)):
            opening = page.text[offset + 1 : offset + 2 * _SHOWN].split("\n", 1)[0]
            message = f"The quotation that opens with “{_beginning(opening)}” never closes."
            yield Found(Rule.OPEN_QUOTATION, message, offset)


def _run(piece: Piece) -> tuple[int, int]:
    """What a quotation may run through: the blocks of a section, or one note or cell."""
    alone = piece.kind in (PieceKind.CELL, PieceKind.NOTE)
    return (1, piece.span.start) if alone or piece.section is None else (0, piece.section.span.start)


def _never_closed(text: str, pieces: Sequence[Piece]) -> Iterator[int]:
    """The offsets of quotation marks in *pieces*, which follow each other, that nothing closes."""
    opened: list[int] = []
    led_in = False
    for piece in pieces:
        marks = list(_quotation_marks(text, piece, is_open=bool(opened)))
        # A quotation of several paragraphs opens each of them and closes only the last.
        if opened and marks and marks[0] == (piece.span.start, True):
            marks = marks[1:]
        elif opened and not marks and piece.kind is PieceKind.ITEM and led_in:
            continue
        elif opened and (not marks or marks[0][1]):
            yield from opened
            opened = []
        for offset, opens in marks:
            if opens:
                opened.append(offset)
            else:
                del opened[-1:]
        led_in = piece.kind is PieceKind.PARAGRAPH  # a quotation may go on as a list
    yield from opened


def _quotation_marks(text: str, piece: Piece, *, is_open: bool) -> Iterator[tuple[int, bool]]:
    """The quotation marks of *piece*, and whether each opens; the sign for inches isn't one."""
    depth = int(is_open)
    for offset in range(piece.span.start, piece.span.end):
        opens = _opens(text, offset, piece.span.start)
        if opens or (opens is False and (depth or text[offset] != '"')):
            depth = depth + 1 if opens else max(depth - 1, 0)
            yield offset, opens


def _opens(text: str, offset: int, start: int) -> bool | None:
    """Whether the quotation mark at *offset* opens or closes; None where there is none."""
    character = text[offset]
    if character == '"':
        before = text[offset - 1] if offset > start else ""
        return bool(_BEFORE_AN_OPENING.match(before)) and not text[offset + 1 : offset + 2].isspace()
    return True if character in _OPENERS else False if character in _CLOSERS else None


def _means_something_else(match: re.Match[str], language: str) -> bool:
    start, end = match.span()
    before, after = match.string[max(start - 20, 0) : start], match.string[end : end + 1]
    if match[0] == "TODO" and language == "es":  # "everything", in a line of capitals
        return after != ":" and not before.endswith("[")
    return match[0].startswith("XXX") and bool(_NUMBERED.search(before))


def _beginning(text: str) -> str:
    """The first words of *text*."""
    if len(text) <= _SHOWN:
        return text
    return f"{text[: _SHOWN + 1].rsplit(' ', 1)[0][:_SHOWN]}…"
