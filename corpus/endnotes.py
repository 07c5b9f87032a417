"""The notes of a plain text, and the marks that lead to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.furniture import NOTE_HEADINGS, heading_key
from corpus.inline import InlineText, Mark
from corpus.lines import SUPERSCRIPTS, Shape, Unit, plain_digits, unmark

# What stands behind the last note is furniture, unless there is too much of it.
_LARGEST_TAIL = 0.25
_WIDEST_RANGE = 10

_TEXT = (Shape.PROSE, Shape.ITEM, Shape.ROWS)
# "Notes:" with its colon passes for running text.
_LINES = (Shape.BARE, Shape.HEADING, Shape.PROSE)
_NUMBERED = re.compile(r"\(?(\d{1,3})[.)]?\s+(\S.*)$")
_BRACKETED = re.compile(r"\[\^?([^\[\]\s,;]{1,6}(?:\s?[,;]\s?[^\[\]\s,;]{1,6})*)\]")
_RAISED = re.compile(rf"[{SUPERSCRIPTS}]+(?:[,–-]\s?[{SUPERSCRIPTS}]+)*")
# A small digit behind a unit or a number is an exponent, but behind a year it is a mark.
_POWERED = re.compile(r"(?:(?<![^\W\d_])(?:[kcdm]?m|ft|in|mi|yd)|\d)$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d$")
# A mark that lost its height on the way: "the agreement.1 By".
_STUCK = re.compile(r"(?<=[^\W\d_A-Z]{3})[.,;:!?][\"”’)]?(\d{1,3})(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Endnotes:
    """A text's notes as label and body, and the units that are left without them."""

    notes: tuple[tuple[str, str], ...]
    units: tuple[Unit, ...]


def take_notes(units: Sequence[Unit]) -> Endnotes:
    """Part *units* into notes and the rest.

    A note is what stands in a numbered list under a heading such as "Notes", or a labelled line ("[1] See …")
    that a mark in the text leads to or that stands at the end.
    """
    finder = _Finder(units)
    finder.find_headed()
    finder.find_loose()
    return Endnotes(tuple(finder.notes()), tuple(finder.rest()))


class _Finder:
    """Finds notes in units, by their places."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._units = units
        self._entries: dict[int, tuple[str, str]] = {}
        self._more: dict[int, int] = {}  # the place of text that goes on with a note: the place of the note
        self._headings: set[int] = set()

    def find_headed(self) -> None:
        """Take the entries below each heading that announces notes."""
        for place, unit in enumerate(self._units):
            headed = unit.shape in _LINES and heading_key(unit.text) in NOTE_HEADINGS
            if headed and self._take_below(place + 1):
                self._headings.add(place)

    def find_loose(self) -> None:
        """Take labelled lines that stand anywhere else."""
        loose = [
            place for place, unit in enumerate(self._units) if unit.shape is Shape.NOTE and place not in self._entries
        ]
        if not loose:
            return
        marked = self._marked(self._units)
        closing = self._start_of_last_run(loose[-1]) if self._is_tail(loose[-1], loose[0]) else len(self._units)
        for place in loose:
            unit = self._units[place]
            if unit.label in marked or place >= closing:
                self._entries[place] = (unit.label, unit.text)
        self._take_between()

    def _start_of_last_run(self, last: int) -> int:
        start = last
        while start and self._units[start - 1].shape is Shape.NOTE:
            start -= 1
        return start

    def notes(self) -> Iterator[tuple[str, str]]:
        """Each note's label and body."""
        bodies = {place: [self._entries[place][1]] for place in sorted(self._entries)}
        for place in sorted(self._more):
            bodies[self._more[place]].append(self._units[place].text)
        for place, parts in bodies.items():
            yield self._entries[place][0], " ".join(parts)

    def rest(self) -> list[Unit]:
        """The units that belong to no note; what only looked like one is text again."""
        taken = self._entries.keys() | self._more.keys() | self._headings
        end = len(self._units)
        if taken and self._is_tail(max(taken), min(taken)) and not self._marked_after(min(taken)):
            end = max(taken)
        rest: list[Unit] = []
        for place, unit in enumerate(self._units[:end]):
            if place in taken:
                continue
            if unit.shape is Shape.NOTE:
                unmark(unit, rest)
            else:
                rest.append(unit)
        return rest

    def _take_below(self, start: int) -> bool:
        """Take the entries from *start* on; whether there are any."""
        latest: tuple[int, str] | None = None
        for place in range(start, len(self._units)):
            unit = self._units[place]
            entry = _entry(unit, latest[1] if latest else None)
            if entry:
                self._entries[place] = entry
                latest = (place, entry[0])
            elif latest and unit.shape is Shape.PROSE and (unit.indent or self._entry_follows(place, latest[1])):
                self._more[place] = latest[0]
            else:
                break
        return latest is not None

    def _entry_follows(self, place: int, label: str) -> bool:
        for unit in self._units[place + 1 :]:
            if _entry(unit, label):
                return True
            if unit.shape is not Shape.PROSE:
                return False
        return False

    def _take_between(self) -> None:
        """Give to a note the paragraphs between it and the next, where no mark stands below the first note."""
        places = sorted(self._entries)
        if not places or self._marked_after(places[0]):
            return
        for place, following in zip(places, [*places[1:], places[-1]], strict=True):
            between = range(place + 1, following)
            if all(self._units[other].shape is Shape.PROSE for other in between):
                self._more.update((other, place) for other in between)

    def _marked(self, units: Sequence[Unit]) -> set[str]:
        """The labels of what could be marks in *units*."""
        return {label for unit in units for match in marks_in(unit.content) for label in labels_of(match)}

    def _marked_after(self, start: int) -> bool:
        """Whether a mark of one of the notes stands below *start*."""
        taken = self._entries.keys() | self._more.keys()
        below = [unit for place, unit in enumerate(self._units) if place > start and place not in taken]
        return not self._marked(below).isdisjoint(label for label, _ in self._entries.values())

    def _is_tail(self, last: int, first: int) -> bool:
        before = sum(unit.words for unit in self._units[:first] if unit.shape in _TEXT)
        behind = sum(unit.words for unit in self._units[last + 1 :] if unit.shape in _TEXT)
        return behind < _LARGEST_TAIL * before


def _entry(unit: Unit, above: str | None) -> tuple[str, str] | None:
    """The label and body in a unit below a heading such as "Notes", where *above* is the last label."""
    if unit.shape is Shape.NOTE or (unit.shape is Shape.ITEM and unit.label[:1].isalnum()):
        return unit.label, unit.text
    match = _NUMBERED.match(unit.text) if unit.shape in (Shape.PROSE, Shape.BARE) else None
    before = "0" if above is None else above
    if match and before.isdecimal() and int(match[1]) == int(before) + 1:
        return match[1], match[2]
    return None


def marks_in(text: str) -> list[re.Match[str]]:
    """What could be marks in *text*, in order."""
    raised = (match for match in _RAISED.finditer(text) if may_be_mark(text[max(match.start() - 6, 0) : match.start()]))
    return sorted([*_BRACKETED.finditer(text), *raised], key=lambda match: match.start())


def may_be_mark(before: str) -> bool:
    """Whether a raised number behind the text *before* may be a mark: it isn't one where it is an exponent."""
    last = before[-6:]
    return bool(last.strip()) and bool(_YEAR.search(last) or not _POWERED.search(last))


def labels_of(match: re.Match[str]) -> list[str]:
    """The labels in a mark."""
    return split_labels(match[1] if match.re is _BRACKETED else plain_digits(match[0]))


def split_labels(written: str) -> list[str]:
    """The labels that a mark names: "1, 3–5" has four."""
    labels: list[str] = []
    for part in re.split(r"\s*[,;]\s*", written):
        ends = re.split("[–-]", part)
        if len(ends) == 2 and all(map(str.isdecimal, ends)) and 0 < int(ends[1]) - int(ends[0]) < _WIDEST_RANGE:
            labels.extend(str(number) for number in range(int(ends[0]), int(ends[1]) + 1))
        else:
            labels.append(part)
    return labels


class MarkReader:
    """Cuts marks out of a text whose notes are known; "[n]" is one only where there is a note n."""

    def __init__(self, labels: Sequence[str], texts: Iterable[str]) -> None:
        self._labels = frozenset(labels)
        self._stuck = False
        self._stuck = bool(labels) and self._are_stuck(list(texts))

    def read(self, text: str) -> InlineText:
        """*text* without its marks, and the marks."""
        pieces, marks, length, position = list[str](), list[Mark](), 0, 0
        for start, end, labels in self._cuts(text):
            pieces.append(text[position:start])
            length += start - position
            position = end
            literal = text[start:end]
            marks.extend(Mark(length, label, literal if len(labels) == 1 else f"[{label}]") for label in labels)
        return InlineText("".join([*pieces, text[position:]]), tuple(marks))

    def _cuts(self, text: str) -> Iterator[tuple[int, int, list[str]]]:
        if self._stuck:
            for match in _STUCK.finditer(text):
                if match[1] in self._labels:
                    yield match.start(1), match.end(1), [match[1]]
            return
        for match in marks_in(text) if self._labels else ():
            labels = labels_of(match)
            if self._labels.issuperset(labels):
                yield match.start(), match.end(), labels

    def _are_stuck(self, texts: Sequence[str]) -> bool:
        """Whether the marks are mere digits behind punctuation: all of 1, 2, 3 … in order, and no other marks."""
        if any(True for text in texts for _ in self._cuts(text)):
            return False
        stuck = [match[1] for text in texts for match in _STUCK.finditer(text)]
        return stuck == [str(number) for number in range(1, len(self._labels) + 1)]
