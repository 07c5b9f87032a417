"""Running text and the note marks in it, and the form that canonical text has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

# A noncharacter holds a mark's place while the text around it is normalised; none survives in a source.
_MARK = "\ufdd0"
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls, but not the blanks among them
    "\xad\u200b\u2060-\u2064\ufeff"  # soft hyphen, zero-width space, word joiner, byte-order mark
    "\u202a-\u202e\u2066-\u2069"  # direction overrides: a quotation cut out of one would turn the page round
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
_BLANKS = re.compile(r"\s+")
_SETTLED = re.compile(f"( ?)({_MARK}(?: ?{_MARK})*)( ?)")
_CLOSERS = ".,;:!?)]}”’»…"
_STOPS = re.compile(r"[.!?…]['\"”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a note is referred to: *offset* in the inline text it was cut from, and how it was written."""

    offset: int
    label: str
    literal: str


@dataclass(frozen=True, slots=True)
class InlineText:
    """Running text without its note marks, and the marks."""

    text: str
    marks: tuple[Mark, ...] = ()


def drop_invisible(text: str) -> str:
    """*text* without controls, zero-width characters and direction overrides."""
    return _INVISIBLE.sub("", text)


def normalise(text: str) -> str:
    """*text* in the form canonical text has: NFC, nothing invisible, runs of blanks as one space."""
    composed = unicodedata.normalize("NFC", drop_invisible(text))
    return _BLANKS.sub(" ", composed).strip()


def join_inline(parts: Iterable[InlineText]) -> InlineText:
    """*parts* in one, separated by spaces."""
    pieces, marks, length = list[str](), list[Mark](), 0
    for part in parts:
        marks.extend(Mark(mark.offset + length, mark.label, mark.literal) for mark in part.marks)
        pieces.append(part.text)
        length += len(part.text) + 1
    return InlineText(" ".join(pieces), tuple(marks))


def as_inline(text: InlineText | str) -> InlineText:
    """*text* as running text without marks, where it has none yet."""
    return InlineText(text) if isinstance(text, str) else text


def render(inline: InlineText, labels: frozenset[str]) -> tuple[str, list[tuple[str, int]]]:
    """Normalised text, and for each mark that resolves its label and offset in that text."""
    pieces, resolved, position = list[str](), list[str](), 0
    for mark in sorted(inline.marks, key=lambda mark: mark.offset):
        pieces.append(drop_invisible(inline.text[position : mark.offset]))
        position = mark.offset
        label = normalise(mark.label)
        if label in labels:
            resolved.append(label)
        pieces.append(_MARK if label in labels else drop_invisible(mark.literal))
    pieces.append(drop_invisible(inline.text[position:]))
    text = _BLANKS.sub(" ", unicodedata.normalize("NFC", "".join(pieces))).strip()
    plain, offsets = _lift(_SETTLED.sub(_settle, text))
    return plain, list(zip(resolved, offsets, strict=True))


def _settle(match: re.Match[str]) -> str:
    """Move marks up to the word before them, leaving the blank that belongs between its neighbours."""
    before, marks, after = match.groups()
    held = match.string[: match.start()][-4:]
    following = match.string[match.end() : match.end() + 1]
    apart = bool(before or after or " " in marks)
    run_on = bool(_STOPS.search(held)) and following.isalpha()
    blank = " " if held and (run_on or (apart and following not in _CLOSERS)) else ""
    return marks.replace(" ", "") + blank


def _lift(text: str) -> tuple[str, list[int]]:
    """*text* without its place-holders, and where they stood, each behind at least one character."""
    parts = text.split(_MARK)
    plain = "".join(parts).strip()
    offsets, length = list[int](), 0
    for part in parts[:-1]:
        length += len(part)
        offsets.append(length)
    if not unicodedata.is_normalized("NFC", plain):  # a mark stood between a letter and its accent
        offsets = [len(unicodedata.normalize("NFC", plain[:offset])) for offset in offsets]
        plain = unicodedata.normalize("NFC", plain)
    return plain, [min(max(offset, 1), len(plain)) for offset in offsets]
