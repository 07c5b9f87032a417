"""Where the parts of a document stand in its file.

Loaders keep no line numbers, so each part is looked for in the file by its words, in order: headings and blocks are in
reading order in every format, and only notes may stand elsewhere. Markup, marks and addresses between the words don't
matter, nor does what a loader left out around them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from corpus.checks.source import Source
from corpus.documents import Document, Span

_WORD = re.compile(r"[^\W_]+")
_WIDEST_GAP = 30  # words between two that follow each other in the document
_TRIED = 300  # places where a part could begin
_TRIED_IN_ALL = 100_000  # that many are tried only in a file that isn't the document's
_COMPARED = 8  # words that tell whether it does
_ENOUGH = 0.75
_FARTHEST = 50  # words that a short part may be ahead before it is thought to be somewhere else


class Places:
    """The places of *document* in *source*."""

    def __init__(self, document: Document, source: Source) -> None:
        found = list(source.words())
        self._words = [word for word, _, _ in found]
        self._starts = [start for _, start, _ in found]
        self._positions: dict[str, list[int]] = defaultdict(list)
        for position, word in enumerate(self._words):
            self._positions[word].append(position)
        self._offsets: list[int] = []  # in the document, of each word, in order
        self._sources: list[int] = []  # where in the file that word stands
        self._part_starts: list[int] = []
        self._tries = _TRIED_IN_ALL
        self._begins = sorted(self._locate(document))  # in the file, of each part
        self._length = len(source.text)

    def source_offset(self, offset: int) -> int:
        """Where in the file the document's *offset* stands."""
        if not self._offsets:
            return 0
        place = min(bisect_left(self._offsets, offset), len(self._offsets) - 1)
        part = self._part_starts[max(bisect_right(self._part_starts, offset) - 1, 0)]
        # A sign belongs to the word behind it, as all signs do that a part begins with.
        if self._offsets[place] - offset <= 2 or place == 0 or self._offsets[place - 1] < part:
            return self._sources[place]
        return self._sources[place - 1]

    def end_of_part(self, source_offset: int) -> int:
        """Where in the file the part that comes next at *source_offset*, or is there, gives way to another."""
        place = bisect_left(self._begins, source_offset)
        following = bisect_right(self._begins, self._begins[place]) if place < len(self._begins) else place
        return self._begins[following] if following < len(self._begins) else self._length

    def begins_first(self, source_offset: int) -> bool:
        """Whether nothing of the document stands before *source_offset*."""
        return not self._begins or source_offset <= self._begins[0]

    def stretch(self, span: Span) -> tuple[int, int]:
        """Where in the file the part of the document that *span* is in starts and ends."""
        start = self.source_offset(span.start)
        place = bisect_right(self._begins, start)
        return start, self._begins[place] if place < len(self._begins) else self._length

    def _locate(self, document: Document) -> Iterator[int]:
        cursor = 0
        located: list[tuple[Span, list[re.Match[str]], list[int]]] = []
        for span in _body(document):
            words = list(_WORD.finditer(document.text, span.start, span.end))
            places = self._find([word[0] for word in words], cursor)
            located.append((span, words, places or [max(cursor - 1, 0)] * len(words)))
            if places and (len(words) > 3 or places[0] - cursor <= _FARTHEST):
                cursor = max(cursor, places[-1] + 1)
        self._settle_headings(located)
        for note in document.notes:
            words = list(_WORD.finditer(document.text, note.span.start, note.span.end))
            written = [word[0] for word in words]
            label = _WORD.findall(note.label)
            places = self._find([*label, *written], cursor) if label else []
            places = places[len(label) :] or self._find(written, cursor) or [max(cursor - 1, 0)] * len(words)
            located.append((note.span, words, places))
            cursor = max(places, default=cursor) if len(words) > 3 else cursor
        for span, words, places in located:
            yield self._part(span, words, places)

    def _part(self, span: Span, words: Sequence[re.Match[str]], places: Sequence[int]) -> int:
        sources = [self._starts[place] if self._starts else 0 for place in places]
        self._part_starts.append(span.start)
        self._offsets.extend(word.start() for word in words)
        self._sources.extend(sources)
        return sources[0] if sources else (self._sources[-1] if self._sources else 0)

    def _settle_headings(self, located: list[tuple[Span, list[re.Match[str]], list[int]]]) -> None:
        """Move a short part down to where it stands last before the next: a table of contents has it too."""
        limit = len(self._words)
        for number in range(len(located) - 2, -1, -1):
            limit = min(limit, next(iter(located[number + 1][2]), limit))
            span, words, places = located[number]
            if not places or len(words) > _COMPARED or limit - places[-1] <= 1:
                continue
            written = [word[0] for word in words]
            first = self._positions[written[0]]
            end = bisect_left(first, limit)
            for place in reversed(first[max(end - _TRIED, 0) : end]):
                if place <= places[0]:
                    break
                if place + len(written) <= limit and self._words[place : place + len(written)] == written:
                    located[number] = (span, words, list(range(place, place + len(written))))
                    break

    def _find(self, words: Sequence[str], cursor: int) -> list[int]:
        """The place of each of *words* in the file, looked for from *cursor* on and then from the top."""
        if not words:
            return []
        for start in {cursor: None, 0: None}:
            for skipped in range(min(3, len(words))):
                positions = self._positions.get(words[skipped], [])
                first = bisect_left(positions, start)
                for place in positions[first : first + min(_TRIED, self._tries)]:
                    self._tries -= 1
                    if self._is_at(words[skipped:], place):
                        return [place] * skipped + self._follow(words[skipped:], place)
        return []

    def _is_at(self, words: Sequence[str], place: int) -> bool:
        compared = words[:_COMPARED]
        hits = len(set(self._follow(compared, place)))
        return hits >= _ENOUGH * len(compared) if len(compared) > 3 else hits == len(compared)

    def _follow(self, words: Sequence[str], place: int) -> list[int]:
        """The place of each of *words* from *place* on; one that isn't there is where the one before it is."""
        places, following = [place], place + 1
        for number in range(1, len(words)):
            found = self._ahead(words, number, following)
            if found is not None:
                places.append(found)
                following = found + 1
            else:
                places.append(places[-1])
        return places

    def _ahead(self, words: Sequence[str], number: int, following: int) -> int | None:
        """Where the word of that *number* comes next; far ahead only where the next word comes right behind it."""
        for ahead in range(following, min(following + _WIDEST_GAP, len(self._words))):
            if self._words[ahead] != words[number]:
                continue
            if ahead - following <= 2 or self._words[ahead + 1 : ahead + 2] == list(words[number + 1 : number + 2]):
                return ahead
        return None


def _body(document: Document) -> Iterator[Span]:
    """The headings and blocks of *document*, in order."""
    for section in document.sections:
        if section.heading:
            yield section.heading_span
        yield from (block.span for block in section.blocks)
