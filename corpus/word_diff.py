"""The difference of two texts word by word, in pieces that give back both texts.

White space is laid out, not said: a gap is "" or a blank inside a line, and a line break between lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from corpus.alignment import Pair, equal_pairs
from corpus.documents import Span

_WORD = re.compile(r"[$€£¥#§±+−-]?\w(?:[^\s—…]*\w)?(?:(?<=\(\w)\))?[%‰°]?|\S")
"""A word with what belongs to it ("$6.4", "12(b)", "-5%"), or one other character."""


class PieceKind(StrEnum):
    """In which of two texts a piece stands: in both, in the old one only, in the new one only."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A run of text; kept and removed ones join to the old text, kept and added ones to the new."""

    kind: PieceKind
    text: str


Pieces = tuple[DiffPiece, ...]


class Word(NamedTuple):
    """A word, the offset at which it starts, and the gap before it."""

    text: str
    start: int
    gap: str

    @property
    def end(self) -> int:
        """The offset behind its last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Run:
    """Words that are the same in both texts, or words that stand instead of others."""

    old: tuple[Word, ...]
    new: tuple[Word, ...]
    same: bool


def words_in(text: str, within: Span, first_gap: str) -> tuple[Word, ...]:
    """The words of ``text[within]``; *first_gap* is what comes before the first where anything does."""
    found: list[Word] = []
    gap, end = first_gap, within.start
    for match in _WORD.finditer(text, within.start, within.end):
        if found:
            gap = " " if match.start() > end else ""
        found.append(Word(match[0], match.start(), gap))
        end = match.end()
    return tuple(found)


def plain(words: Iterable[Word]) -> str:
    """*words* as text."""
    text = "".join(f"{word.gap}{word.text}" for word in words)
    return text.lstrip()


def word_runs(old: Sequence[Word], new: Sequence[Word]) -> Iterator[Run]:
    """What is the same and what differs, in order."""
    at_old = at_new = 0
    pairs = equal_pairs([word.text for word in old], [word.text for word in new])
    for start_old, start_new, length in [*_stretches(pairs), (len(old), len(new), 0)]:
        if start_old > at_old or start_new > at_new:
            yield Run(tuple(old[at_old:start_old]), tuple(new[at_new:start_new]), same=False)
        at_old, at_new = start_old + length, start_new + length
        if length:
            yield Run(tuple(old[start_old:at_old]), tuple(new[start_new:at_new]), same=True)


def _stretches(pairs: Iterable[Pair]) -> list[tuple[int, int, int]]:
    """Where *pairs* that follow each other begin on both sides, and how many they are."""
    found: list[tuple[int, int, int]] = []
    for old, new in pairs:
        if found and (found[-1][0] + found[-1][2], found[-1][1] + found[-1][2]) == (old, new):
            found[-1] = (found[-1][0], found[-1][1], found[-1][2] + 1)
        else:
            found.append((old, new, 1))
    return found


def pieces_of(runs: Iterable[Run]) -> Pieces:
    """*runs* as text."""
    writer = _Writer()
    for run in _joined(runs):
        writer.write(run)
    return tuple(writer.pieces)


def _joined(runs: Iterable[Run]) -> list[Run]:
    """Neighbours of one sort made one; so are changes that only punctuation keeps apart, which nobody could read."""
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].same == run.same:
            joined[-1] = _one(joined[-1], run, run.same)
        elif len(joined) > 1 and not run.same and _only_punctuation(joined[-1]) and _replaces(run, joined[-2]):
            kept, before = joined.pop(), joined.pop()
            joined.append(_one(_one(before, kept, same=False), run, same=False))
        else:
            joined.append(run)
    return joined


def _one(first: Run, second: Run, same: bool) -> Run:
    return Run(first.old + second.old, first.new + second.new, same)


def _only_punctuation(run: Run) -> bool:
    return not any(character.isalnum() for word in run.old for character in word.text)


def _replaces(*runs: Run) -> bool:
    return all(run.old and run.new for run in runs)


class _Writer:
    """Writes runs as pieces; gaps are kept where they are the same on both sides."""

    def __init__(self) -> None:
        self.pieces: list[DiffPiece] = []
        self._old_begun = self._new_begun = False

    def write(self, run: Run) -> None:
        """Adds *run* behind what stands there."""
        if run.same:
            for old, new in zip(run.old, run.new, strict=True):
                self._gaps(old, new)
                self._add(PieceKind.KEPT, old.text)
            return
        if run.old and run.new:
            self._gaps(run.old[0], run.new[0])
            self._add(PieceKind.REMOVED, plain(run.old))
            self._add(PieceKind.ADDED, plain(run.new))
        elif run.old:
            self._add(PieceKind.REMOVED, (run.old[0].gap if self._old_begun else "") + plain(run.old))
            self._old_begun = True
        elif run.new:
            self._add(PieceKind.ADDED, (run.new[0].gap if self._new_begun else "") + plain(run.new))
            self._new_begun = True

    def _gaps(self, old: Word, new: Word) -> None:
        old_gap = old.gap if self._old_begun else ""
        new_gap = new.gap if self._new_begun else ""
        self._old_begun = self._new_begun = True
        if old_gap == new_gap:
            self._add(PieceKind.KEPT, old_gap)
        else:
            self._add(PieceKind.REMOVED, old_gap)
            self._add(PieceKind.ADDED, new_gap)

    def _add(self, kind: PieceKind, text: str) -> None:
        if not text:
            return
        if self.pieces and self.pieces[-1].kind is kind:
            text = self.pieces.pop().text + text
        self.pieces.append(DiffPiece(kind, text))
