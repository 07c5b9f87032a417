"""Notes at the foot of printed pages, and the marks in the text that lead to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.lines import SUPERSCRIPTS, plain_digits
from corpus.pdf_glyphs import Letter, Rule
from corpus.pdf_lines import Line, make_line
from corpus.pdf_tables import Table

_SMALLER = 0.94
_SHORTEST_RULE = 30.0
_SYMBOLS = "*†‡§¶‖#"
_LABEL = re.compile(rf"\[(\w{{1,3}})\]\s*|\((\d{{1,3}})\)\s+|(\d{{1,3}})[.)]?\s+(?=\S)|([{_SYMBOLS}]{{1,3}})\s*")
_GLUED = re.compile(r"(\d{1,3})(?=[A-Z“\"¿¡])")
_RAISED_LABEL = re.compile(rf"(?:\d{{1,3}}|[a-z]|[ivx]{{1,5}}|[{_SYMBOLS}]{{1,3}})$")


@dataclass(slots=True)
class FootNote:
    """A note: its label, its lines without that, and the page it stands at the foot of; 0 where it is at the end."""

    label: str
    page: int
    lines: list[Line] = field(default_factory=list)


class NoteTaker:
    """Takes the notes off the foot of pages, in order; what goes on on the next page is put where it belongs."""

    def __init__(self, body_size: float) -> None:
        self.notes: list[FootNote] = []
        self._body_size = body_size

    def take(self, flow: Sequence[Line | Table], rules: Sequence[Rule]) -> list[Line | Table]:
        """What is left of *flow*, the boxes of one column from the top down, without the notes at its foot."""
        start = self._start(flow, rules)
        for box in flow[start:]:
            if isinstance(box, Line):
                self._add(box)
        return list(flow[:start])

    def _start(self, flow: Sequence[Line | Table], rules: Sequence[Rule]) -> int:
        """The place of the first line of the notes in *flow*; its end where there are none."""
        start = len(flow)
        while start and self._may_be_note(flow[start - 1]):
            start -= 1
        ruled = self._below_rule(flow, rules)
        if ruled < len(flow):
            return ruled
        opens = (place for place in range(start, len(flow)) if self._opens(flow[place]))
        return next(opens, len(flow)) if not self._is_left_over(flow[start:]) else start

    def _may_be_note(self, box: Line | Table) -> bool:
        tagged = isinstance(box, Line) and box.tag is not None and box.tag.role == "Note"
        return isinstance(box, Line) and (tagged or box.size <= _SMALLER * self._body_size)

    def _below_rule(self, flow: Sequence[Line | Table], rules: Sequence[Rule]) -> int:
        """The place of the first line below a rule that has nothing but notes below it."""
        for place, box in enumerate(flow):
            below = flow[place:]
            if not isinstance(box, Line) or not all(isinstance(other, Line) for other in below):
                continue
            above = flow[place - 1].bottom if place else box.top + 4 * box.size
            ruled = any(
                rule.level and rule.length >= _SHORTEST_RULE and rule.left < box.right
                and box.left < rule.right and box.baseline < rule.bottom <= above + box.size / 2
                for rule in rules
            )  # fmt: skip
            small = all(self._may_be_note(other) for other in below)
            if ruled and (small or (self._opens(box) and box.letters[0].raised)):
                return place
        return len(flow)

    def _is_left_over(self, boxes: Sequence[Line | Table]) -> bool:
        """Whether small print without a label goes on with the last note of the page before."""
        first = boxes[0] if boxes else None
        if not isinstance(first, Line) or not self.notes or self._opens(first):
            return False
        last = self.notes[-1]
        unfinished = not last.lines or not last.lines[-1].text.endswith((".", "!", "?", ".”", '."'))
        return last.page == first.page - 1 and (unfinished or first.text[0].islower())

    def _opens(self, box: Line | Table) -> bool:
        return isinstance(box, Line) and note_label(box, self._next()) is not None

    def _next(self) -> tuple[int, ...]:
        numbers = [int(note.label) for note in self.notes if note.label.isdecimal()]
        return (1, numbers[-1] + 1) if numbers else tuple(range(1, 100))

    def _add(self, line: Line) -> None:
        found = note_label(line, self._next())
        if found:
            label, rest = found
            self.notes.append(FootNote(label, line.page, [rest] if rest else []))
        elif self.notes:
            self.notes[-1].lines.append(line)
        else:
            self.notes.append(FootNote("", line.page, [line]))


def note_label(line: Line, expected: Sequence[int] = ()) -> tuple[str, Line | None] | None:
    """The label that *line* begins with, and the rest of it; a plain number counts where it is *expected*, if given."""
    raised = 0
    while raised < len(line.letters) and _is_small(line.letters[raised], line):
        raised += 1
    label = plain_digits("".join(letter.char for letter in line.letters[:raised])).strip("[]().")
    if raised and _RAISED_LABEL.match(label):
        return label, _rest(line, raised)
    match = _LABEL.match(line.text) or (_GLUED.match(line.text) if expected else None)
    if not match:
        return None
    label = next(group for group in match.groups() if group)
    if label.isdecimal() and expected and int(label) not in expected:
        return None
    return label, _rest(line, len(match[0].replace(" ", "")))


def _is_small(letter: Letter, line: Line) -> bool:
    return letter.raised or letter.size < 0.8 * line.size or letter.char in SUPERSCRIPTS


def _rest(line: Line, taken: int) -> Line | None:
    return make_line(line.page, line.letters[taken:]) if taken < len(line.letters) else None
