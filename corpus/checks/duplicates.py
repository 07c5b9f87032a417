"""Passages that stand twice, in one file or in two.

Near likeness is Jaccard's of five-word shingles. Two sets as alike as that share one of their rarest shingles (prefix
filtering: Chaudhuri et al. 2006), so that only those few are looked up.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.checks.findings import Found, Rule
from corpus.checks.page import Page, PieceKind

SHORTEST = 12
"""Words; shorter passages may well be said twice."""
ALIKE = 0.9

_SHINGLE = 5
_WORD = re.compile(r"[^\W_]+")
_SHOWN = 8

Shingles = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Passage:
    page: int
    offset: int
    words: tuple[str, ...]
    shown: str

    @property
    def shingles(self) -> Shingles:
        return frozenset(zip(*(self.words[step:] for step in range(_SHINGLE)), strict=False))


def duplicate_passages(pages: Sequence[Page]) -> Iterator[tuple[int, Found]]:
    """The passages of *pages* that an earlier one says already, each with the place of its page."""
    passages = [passage for place, page in enumerate(pages) for passage in _passages(place, page)]
    for passage, earlier in _pairs(passages):
        page, other = pages[passage.page], pages[earlier.page]
        where = other.finding(Found(Rule.DUPLICATE_PASSAGE, "", earlier.offset))
        place = f"line {where.line}" if where.line else f"page {where.page}" if where.page else "an earlier place"
        file = "" if page is other else f" of {other.path}"
        message = f"“{passage.shown}…” repeats {place}{file}."
        yield passage.page, Found(Rule.DUPLICATE_PASSAGE, message, passage.offset)


def _passages(place: int, page: Page) -> Iterator[_Passage]:
    for piece in page.pieces:
        if piece.kind in (PieceKind.HEADING, PieceKind.CELL):
            continue
        text = piece.span.of(page.text)
        words = tuple(_WORD.findall(text.casefold()))
        if len(words) >= SHORTEST:
            yield _Passage(place, piece.span.start, words, " ".join(text.split()[:_SHOWN]))


def _pairs(passages: Sequence[_Passage]) -> Iterator[tuple[_Passage, _Passage]]:
    """Each passage that is like an earlier one, with that one."""
    firsts: dict[tuple[str, ...], _Passage] = {}
    for passage in passages:
        firsts.setdefault(passage.words, passage)
    near = dict(_near([passage for passage in passages if firsts[passage.words] is passage]))
    for passage in passages:
        earlier = firsts[passage.words]
        earlier = near.get(passage, passage) if earlier is passage else earlier
        if earlier is not passage:
            yield passage, earlier


def _near(passages: Sequence[_Passage]) -> Iterator[tuple[_Passage, _Passage]]:
    frequency = Counter(shingle for passage in passages for shingle in passage.shingles)
    holders: dict[tuple[str, ...], list[tuple[_Passage, Shingles]]] = defaultdict(list)
    for passage in passages:
        shingles = passage.shingles
        ranked = sorted(shingles, key=lambda shingle: (frequency[shingle], shingle))
        rarest = ranked[: len(ranked) - math.ceil(ALIKE * len(ranked)) + 1]
        candidates = {id(other): (other, held) for shingle in rarest for other, held in holders[shingle]}
        like = next((other for other, held in candidates.values() if _jaccard(shingles, held) >= ALIKE), None)
        if like:
            yield passage, like
            continue
        for shingle in rarest:
            holders[shingle].append((passage, shingles))


def _jaccard(one: Shingles, other: Shingles) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0
