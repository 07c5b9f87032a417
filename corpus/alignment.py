"""Which items of one sequence stand for which of another: equal ones in order, and texts that are alike.

Equal items are found as patience diff finds them: what is unique on both sides holds the rest in place. Every step is
bounded, so that no input takes more than its length times a constant.
Source: https://bramcohen.livejournal.com/73318.html
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from heapq import nlargest
from math import log

Pair = tuple[int, int]
"""An index into the old sequence and one into the new."""

_SMALL = 10_000
"""Old items times new ones; up to that a gap without a unique item is left to difflib, whose time grows faster."""

_DEEPEST = 12
_COMMON = 40
"""A word that so many texts hold says nothing of which belongs to which."""

_CANDIDATES = 6
_FIGURE_WEIGHT = 0.5
"""Figures are what a revision changes most often; that they differ says little."""


@dataclass(frozen=True, slots=True)
class _Gap:
    old_start: int
    old_end: int
    new_start: int
    new_end: int
    depth: int

    @property
    def size(self) -> int:
        return (self.old_end - self.old_start) * (self.new_end - self.new_start)


def equal_pairs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """Equal items of both sequences, as pairs that rise on both sides."""
    pairs: list[Pair] = []
    gaps = [_Gap(0, len(old), 0, len(new), 0)]
    while gaps:
        gap = _without_equal_ends(old, new, gaps.pop(), pairs)
        if not gap.size:
            continue
        anchors = _unique_pairs(old, new, gap) if gap.depth < _DEEPEST else []
        pairs += anchors
        if anchors:
            gaps += _between(gap, anchors)
        elif gap.size <= _SMALL:
            pairs += _matched(old, new, gap)
    return sorted(pairs)


def _without_equal_ends(old: Sequence[Hashable], new: Sequence[Hashable], gap: _Gap, pairs: list[Pair]) -> _Gap:
    """What is left of *gap* between the equal items at its ends, which go to *pairs*."""
    old_start, old_end, new_start, new_end = gap.old_start, gap.old_end, gap.new_start, gap.new_end
    while old_start < old_end and new_start < new_end and old[old_start] == new[new_start]:
        pairs.append((old_start, new_start))
        old_start, new_start = old_start + 1, new_start + 1
    while old_start < old_end and new_start < new_end and old[old_end - 1] == new[new_end - 1]:
        old_end, new_end = old_end - 1, new_end - 1
        pairs.append((old_end, new_end))
    return _Gap(old_start, old_end, new_start, new_end, gap.depth)


def _unique_pairs(old: Sequence[Hashable], new: Sequence[Hashable], gap: _Gap) -> list[Pair]:
    once_old = _only_once(old, gap.old_start, gap.old_end)
    once_new = _only_once(new, gap.new_start, gap.new_end)
    return rising([(index, once_new[item]) for item, index in once_old.items() if item in once_new])


def _only_once(items: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    counts = Counter(items[start:end])
    return {items[index]: index for index in range(start, end) if counts[items[index]] == 1}


def _between(gap: _Gap, anchors: Sequence[Pair]) -> Iterator[_Gap]:
    old_start, new_start = gap.old_start, gap.new_start
    for old_end, new_end in [*anchors, (gap.old_end, gap.new_end)]:
        yield _Gap(old_start, old_end, new_start, new_end, gap.depth + 1)
        old_start, new_start = old_end + 1, new_end + 1


def _matched(old: Sequence[Hashable], new: Sequence[Hashable], gap: _Gap) -> Iterator[Pair]:
    here, there = old[gap.old_start : gap.old_end], new[gap.new_start : gap.new_end]
    for block in SequenceMatcher(None, here, there, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            yield gap.old_start + block.a + offset, gap.new_start + block.b + offset


def rising(pairs: Iterable[Pair]) -> list[Pair]:
    """The most of *pairs*, which rise on the old side, that rise on the new side too: a longest rising subsequence."""
    ends: list[int] = []
    last: list[int] = []
    before: dict[int, int | None] = {}
    given = list(pairs)
    for index, (_, new) in enumerate(given):
        place = bisect_left(ends, new)
        before[index] = last[place - 1] if place else None
        ends[place : place + 1] = [new]
        last[place : place + 1] = [index]
    found: list[Pair] = []
    at = last[-1] if last else None
    while at is not None:
        found.append(given[at])
        at = before[at]
    return found[::-1]


class Likeness:
    """How alike texts are by the words that they share, the rare ones counting most."""

    def __init__(self, texts: Sequence[frozenset[str]]) -> None:
        counts = Counter(word for text in texts for word in text)
        self._weights = {word: _weight(word, len(texts), count) for word, count in counts.items()}
        self._whole = {text: self._weigh(text) for text in texts}

    def of(self, one: frozenset[str], other: frozenset[str]) -> float:
        """0.0 where no word is shared, 1.0 where all are."""
        whole = self._weigh_whole(one) + self._weigh_whole(other)
        return 2 * self._weigh(one & other) / whole if whole else 0.0

    def _weigh_whole(self, text: frozenset[str]) -> float:
        known = self._whole.get(text)
        return self._weigh(text) if known is None else known

    def _weigh(self, words: Iterable[str]) -> float:
        return sum(self._weights[word] for word in words)

    def mutual_pairs(self, old: Sequence[frozenset[str]], new: Sequence[frozenset[str]], at_least: float) -> list[Pair]:
        """The texts that are each other's likest, and alike by *at_least*; the earlier wins a tie."""
        there, back = self._likest(old, new), self._likest(new, old)
        return [
            (index, found[0])
            for index, found in sorted(there.items())
            if found[1] >= at_least and back.get(found[0], (-1, 0.0))[0] == index
        ]

    def _likest(self, of: Sequence[frozenset[str]], among: Sequence[frozenset[str]]) -> dict[int, tuple[int, float]]:
        """For each text of the first, the likest of the second and how like it is, where any comes close."""
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for index, words in enumerate(among):
            for word in words:
                holders[word].append(index)
        found = {}
        for index, words in enumerate(of):
            candidates = [(self.of(words, among[at]), -at) for at in self._candidates(words, holders)]
            if candidates:
                likeness, at = max(candidates)
                found[index] = (-at, likeness)
        return found

    def _candidates(self, words: frozenset[str], holders: dict[str, list[int]]) -> list[int]:
        shared: defaultdict[int, float] = defaultdict(float)
        for word in words:
            found = holders.get(word, ())
            if len(found) <= _COMMON:
                for index in found:
                    shared[index] += self._weights[word]
        return nlargest(_CANDIDATES, shared, key=shared.__getitem__)


def _weight(word: str, texts: int, count: int) -> float:
    rarity = log(1 + texts / count)
    return rarity * _FIGURE_WEIGHT if any(character.isdigit() for character in word) else rarity
