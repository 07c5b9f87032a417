"""Running text out of printed lines: broken words are joined, and marks of notes are told from exponents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from corpus.endnotes import may_be_mark, split_labels
from corpus.inline import InlineText, Mark
from corpus.lines import SUPERSCRIPTS, plain_digits
from corpus.pdf_glyphs import Letter
from corpus.pdf_lines import Line

_HYPHENS = "-\u2010"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_WORD = re.compile(r"([^\W\d_]+)[-\u2010]$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*[/\-_=&?.%#]$")
_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_POWER = re.compile(r"[\d+\-−]+$")
_SYMBOLS = "*†‡§¶‖"
_BRACKETED = re.compile(r"\[\d{1,3}(?:[,;–-]\d{1,3})*\]")
_OFTEN = 0.02


class Sign(NamedTuple):
    """A letter of running text, and the line it stands in."""

    letter: Letter
    line: Line


class Words:
    """The words of a whole text, which tell a hyphen that breaks a word from one that belongs to it."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._words: Counter[str] = Counter()
        ends, count = 0, 0
        for line in lines:
            text = line.text.replace("\u2010", "-")
            ends += bool(_LAST_WORD.search(text))
            count += 1
            # The first word may be the end of a broken one, and the last the start.
            self._words.update(word.casefold() for word in _WORD.findall(text)[1:-1])
        self._breaks_words = ends > _OFTEN * count

    def is_broken(self, before: str, after: str) -> bool:
        """Whether the hyphen between *before* and *after*, at a line's end, only breaks a word."""
        joined, linked = (before + after).casefold(), f"{before}-{after}".casefold()
        if self._words[joined] or self._words[linked]:
            return self._words[joined] >= self._words[linked]
        if not (before.islower() or before.istitle()) or not after.islower():
            return False
        if self._words[before.casefold()] and self._words[after.casefold()]:
            return False
        return self._breaks_words


def join_lines(lines: Iterable[Line], words: Words) -> list[Sign]:
    """The letters of *lines* as running text."""
    signs: list[Sign] = []
    for line in lines:
        opening = line.letters[0]
        if signs:
            opening = opening._replace(spaced=not _runs_on(signs, line, words))
        signs += [Sign(opening, line), *(Sign(letter, line) for letter in line.letters[1:])]
    return signs


def _runs_on(signs: list[Sign], line: Line, words: Words) -> bool:
    """Whether the word that ends *signs* goes on in *line*; a hyphen that only broke it is taken off."""
    tail = _tail(signs)
    if _ADDRESS.search(tail):
        return True
    before, after = _LAST_WORD.search(tail), _FIRST_WORD.match(line.text)
    if not before or not after:
        return tail[-1:] in _HYPHENS and len(tail) > 1
    if words.is_broken(before[1], after[0]):
        signs.pop()
    return True


def _tail(signs: Sequence[Sign]) -> str:
    """The last word of *signs*."""
    start = len(signs) - 1
    while start > 0 and not signs[start].letter.spaced and len(signs) - start < 200:
        start -= 1
    return "".join(sign.letter.char for sign in signs[start:])


@dataclass(frozen=True, slots=True)
class Reading:
    """Running text without marks, its letters, and for each mark its offset, its note and how it was written."""

    text: str
    signs: tuple[Sign, ...]
    marks: tuple[tuple[int, int, str], ...] = ()

    def inline(self, names: Sequence[str]) -> InlineText:
        """The text for a builder, where *names* are the labels of the notes."""
        return InlineText(self.text, tuple(Mark(offset, names[note], literal) for offset, note, literal in self.marks))


FindNote = Callable[[str, int], int | None]
"""The number of the note with a label that a mark on a page leads to."""


def read_signs(signs: Sequence[Sign], find: FindNote) -> Reading:
    """What *signs* say, with the marks of the notes that *find* knows."""
    text, kept, marks = "", list[Sign](), list[tuple[int, int, str]]()
    for group, is_mark in _groups(signs):
        written = "".join(sign.letter.char for sign in group)
        notes = _notes(written, text, group[0].line.page, find) if is_mark else []
        if notes:
            blank = " " if group[0].letter.spaced else ""
            marks += [
                (len(text), note, blank + (written if len(notes) == 1 else f"[{label}]")) for label, note in notes
            ]
            continue
        raised = is_mark and bool(_POWER.match(written)) and all(sign.letter.raised for sign in group)
        for letter, line in group:
            shown = letter._replace(char=letter.char.translate(_RAISED)) if raised else letter
            text += f" {shown.char}" if shown.spaced and text else shown.char
            kept.append(Sign(shown, line))
    return Reading(text, tuple(kept), tuple(marks))


def _groups(signs: Sequence[Sign]) -> Iterator[tuple[list[Sign], bool]]:
    """*signs* in groups, and whether each may be a mark: raised letters, symbols, or a number in brackets."""
    written = "".join(sign.letter.char for sign in signs)
    bracketed = {place for match in _BRACKETED.finditer(written) for place in range(*match.span())}
    kinds = [_kind(sign.letter, place in bracketed) for place, sign in enumerate(signs)]
    for kind, group in groupby(zip(signs, kinds, strict=True), key=lambda pair: pair[1]):
        yield [sign for sign, _ in group], kind != ""


def _kind(letter: Letter, bracketed: bool) -> str:
    if bracketed:
        return "bracketed"
    if letter.char in _SYMBOLS and not letter.spaced:
        return "symbol"
    return "raised" if letter.raised or letter.char in SUPERSCRIPTS else ""


def _notes(written: str, before: str, page: int, find: FindNote) -> list[tuple[str, int]]:
    """The labels in a mark and their notes; none where one of them leads nowhere."""
    plain = plain_digits(written.strip("[]()."))
    labels = [plain] if set(plain) <= set(_SYMBOLS) else split_labels(plain)
    if _POWER.match(plain) and not written.startswith("[") and not may_be_mark(before[-6:]):
        return []
    found = [(label, find(label, page)) for label in labels if label]
    return [(label, note) for label, note in found if note is not None] if all(n is not None for _, n in found) else []
