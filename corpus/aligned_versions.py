"""Which sentences of one version of a document stand for which of another.

A document is read as lines (headings, paragraphs, items, rows, notes) and these as sentences. Lines that stand in both
versions are paired first, then sentences, then sentences that are alike; what is left is looked for anywhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from corpus.alignment import Likeness, Pair, equal_pairs, rising
from corpus.documents import Block, BlockKind, Document, Span
from corpus.word_diff import Word, words_in

_ALIKE_IN_PLACE = 0.3
"""Sentences between the same neighbours stand for one another when they are alike by this much."""

_ALIKE_ANYWHERE = 0.6
_BETTER_JOINED = 0.05
_PASSES = 3
_FEWEST_WORDS = 3
"""A sentence that is shorter may well stand elsewhere without being the same one."""

_SAID = re.compile(r"\w+")

_SENTENCE_END = re.compile(
    r"([.!?…](?<![.!?…]{2})(?<!\b[^\W\d_].)(?<!\b[^\W\d_]{2}.)(?<!\b[A-Z]\w\w.)[.!?…]*[\"”’»)\]]*)"
    r"\s+(?=[\"“‘«(\[¿¡]*([^\W\d_]))"
)
"""The end of a sentence. Not behind a letter or two or a short name such as "Gov", which may be abbreviations: a
boundary that is missed makes what is compared longer, one too many could hide a word that changed beside a quote."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, with the index of its line; ``text`` is on one line, and never empty."""

    span: Span
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its section; ``sentences`` are indexes, ``introduced_by`` those of the sentences that introduce it."""

    path: tuple[str, ...]
    sentences: range
    introduced_by: tuple[int, ...]


class Lines:
    """A document as lines and sentences, in reading order; ``text`` is the document's."""

    def __init__(self, document: Document) -> None:
        self.lines: list[Line] = []
        self.sentences: list[Sentence] = []
        self.text = document.text
        for section in document.sections:
            self._add(section.heading_span, section.path)
            for block in section.blocks:
                self._add_block(block, section.path)
        for note in document.notes:
            self._add(note.span, (f"Note {note.label}",))

    def _add_block(self, block: Block, path: tuple[str, ...]) -> None:
        if block.kind is BlockKind.PARAGRAPH:
            self._add(block.span, path)
            return
        introduced_by = (len(self.sentences) - 1,) if block.lead_in and self.sentences else ()
        for row, item in enumerate(block.items):
            self._add(item, path, introduced_by)
            if block.kind is BlockKind.TABLE and row == 0:
                introduced_by = (*introduced_by, len(self.sentences) - 1)

    def _add(self, span: Span, path: tuple[str, ...], introduced_by: tuple[int, ...] = ()) -> None:
        first = len(self.sentences)
        for part in _sentence_spans(self.text, span):
            if text := " ".join(part.of(self.text).split()):
                self.sentences.append(Sentence(part, text, len(self.lines)))
        if len(self.sentences) > first:
            self.lines.append(Line(path, range(first, len(self.sentences)), introduced_by))

    def texts(self, sentences: Iterable[int]) -> tuple[str, ...]:
        """The texts of *sentences*."""
        return tuple(self.sentences[at].text for at in sentences)

    def words(self, sentences: Iterable[int]) -> tuple[Word, ...]:
        """All words of *sentences*; a line break comes before those that begin a line."""
        return tuple(word for at in sentences for word in self._words_of(at))

    def _words_of(self, at: int) -> tuple[Word, ...]:
        gap = "\n" if at == self.line_of(at).sentences.start else " "
        return words_in(self.text, self.sentences[at].span, gap)

    def span(self, sentences: range) -> Span:
        """From the start of the first of *sentences* to the end of the last."""
        return Span(self.sentences[sentences[0]].span.start, self.sentences[sentences[-1]].span.end)

    def sentences_of(self, lines: range) -> range:
        """All sentences of *lines*."""
        return range(self.lines[lines[0]].sentences.start, self.lines[lines[-1]].sentences.stop) if lines else range(0)

    def lines_of(self, sentences: range) -> range:
        """The lines in which *sentences* stand."""
        return range(self.sentences[sentences[0]].line, self.sentences[sentences[-1]].line + 1)

    def touched(self, span: Span) -> range:
        """The sentences that *span* touches."""
        at = [
            index
            for index, sentence in enumerate(self.sentences)
            if sentence.span.start < span.end and span.start < sentence.span.end
        ]
        return range(at[0], at[-1] + 1) if at else range(0)

    def holding(self, text: str) -> range:
        """The sentences that hold *text* as it stands, where it isn't so short that it may stand anywhere."""
        at = self.text.find(text) if len(text.split()) >= _FEWEST_WORDS else -1
        return self.touched(Span(at, at + len(text))) if at >= 0 else range(0)

    def line_of(self, sentence: int) -> Line:
        """The line in which a sentence stands."""
        return self.lines[self.sentences[sentence].line]


def _sentence_spans(text: str, within: Span) -> Iterator[Span]:
    start = within.start
    for match in _SENTENCE_END.finditer(text, within.start, within.end):
        if not match[2].islower():
            yield Span(start, match.end(1))
            start = match.end()
    yield Span(start, within.end)


@dataclass(frozen=True, slots=True)
class Bead:
    """Old sentences and the new ones that stand for them; ``moved`` where they are out of order.

    Beads in order share no sentence; several moved ones may end in the same.
    """

    old: range
    new: range
    moved: bool = False


def beads_of(old: Lines, new: Lines) -> list[Bead]:
    """Which sentences stand for which, by where they begin in the old version."""
    return _Aligner(old, new).beads()


class _Aligner:
    def __init__(self, old: Lines, new: Lines) -> None:
        self._old, self._new = old, new
        self._old_texts = [sentence.text for sentence in old.sentences]
        self._new_texts = [sentence.text for sentence in new.sentences]
        self._in_order: dict[int, int] = {}
        self._moved: dict[int, int] = {}
        self._used: set[int] = set()
        self._taken: set[int] = set()

    def beads(self) -> list[Bead]:
        self._pair_lines()
        self._pair_in_gaps(self._equal)
        for _ in range(_PASSES):
            if not self._pair_in_gaps(self._alike):
                break
        in_order = [self._grown(old, new) for old, new in sorted(self._in_order.items())]
        self._pair_anywhere()
        moved = [Bead(range(old, old + 1), range(new, new + 1), moved=True) for old, new in self._moved.items()]
        return sorted([*in_order, *moved], key=lambda bead: bead.old.start)

    def _pair(self, old: int, new: int, pairs: dict[int, int]) -> None:
        pairs[old] = new
        self._used.add(old)
        self._taken.add(new)

    def _pair_lines(self) -> None:
        """Whole lines: those in order, then those that stand elsewhere."""
        old = [self._old.texts(line.sentences) for line in self._old.lines]
        new = [self._new.texts(line.sentences) for line in self._new.lines]
        in_order = dict(equal_pairs(old, new))
        for here, there in in_order.items():
            self._pair_line(here, there, self._in_order)
        left = [line for line in range(len(old)) if line not in in_order]
        for here, there in _found_anywhere(old, left, new, set(in_order.values())):
            self._pair_line(here, there, self._moved)

    def _pair_line(self, old: int, new: int, pairs: dict[int, int]) -> None:
        for here, there in zip(self._old.lines[old].sentences, self._new.lines[new].sentences, strict=True):
            self._pair(here, there, pairs)

    def _pair_in_gaps(self, find: Callable[[Sequence[int], Sequence[int]], Iterable[Pair]]) -> bool:
        """Pairs what *find* finds between neighbours that are paired already; whether it found anything."""
        before = len(self._in_order)
        for old, new in list(self._gaps()):
            for here, there in find(old, new):
                self._pair(old[here], new[there], self._in_order)
        return len(self._in_order) > before

    def _gaps(self) -> Iterator[tuple[list[int], list[int]]]:
        at_old = at_new = 0
        for next_old, next_new in [*sorted(self._in_order.items()), (len(self._old_texts), len(self._new_texts))]:
            old = [at for at in range(at_old, next_old) if at not in self._used]
            new = [at for at in range(at_new, next_new) if at not in self._taken]
            if old and new:
                yield old, new
            at_old, at_new = next_old + 1, next_new + 1

    def _equal(self, old: Sequence[int], new: Sequence[int]) -> list[Pair]:
        return equal_pairs([self._old_texts[at] for at in old], [self._new_texts[at] for at in new])

    def _alike(self, old: Sequence[int], new: Sequence[int]) -> list[Pair]:
        return rising(self._mutual_pairs(old, new, _ALIKE_IN_PLACE))

    def _mutual_pairs(self, old: Sequence[int], new: Sequence[int], at_least: float) -> list[Pair]:
        here, there = [self._old_words[at] for at in old], [self._new_words[at] for at in new]
        return self._likeness.mutual_pairs(here, there, at_least)

    @cached_property
    def _old_words(self) -> list[frozenset[str]]:
        return [_said(text) for text in self._old_texts]

    @cached_property
    def _new_words(self) -> list[frozenset[str]]:
        return [_said(text) for text in self._new_texts]

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness([*self._old_words, *self._new_words])

    def _grown(self, old: int, new: int) -> Bead:
        """A pair in order, with the neighbour that the sentence was split into or joined from."""
        bead = Bead(range(old, old + 1), range(new, new + 1))
        if self._old_texts[old] == self._new_texts[new]:
            return bead
        enough = self._alike_by(bead) + _BETTER_JOINED
        grown = max(self._neighbours(bead), key=self._alike_by, default=bead)
        bead = grown if self._alike_by(grown) > enough else bead
        self._used.update(bead.old)
        self._taken.update(bead.new)
        return bead

    def _neighbours(self, bead: Bead) -> Iterator[Bead]:
        for at in (bead.old.start - 1, bead.old.stop):
            if 0 <= at < len(self._old_texts) and at not in self._used:
                yield Bead(range(min(at, bead.old.start), max(at + 1, bead.old.stop)), bead.new)
        for at in (bead.new.start - 1, bead.new.stop):
            if 0 <= at < len(self._new_texts) and at not in self._taken:
                yield Bead(bead.old, range(min(at, bead.new.start), max(at + 1, bead.new.stop)))

    def _alike_by(self, bead: Bead) -> float:
        old = frozenset[str]().union(*(self._old_words[at] for at in bead.old))
        return self._likeness.of(old, frozenset[str]().union(*(self._new_words[at] for at in bead.new)))

    def _pair_anywhere(self) -> None:
        """What has no counterpart in its place: the same sentence elsewhere, or one that is very much alike."""
        left = [
            at for at, text in enumerate(self._old_texts) if at not in self._used and len(text.split()) >= _FEWEST_WORDS
        ]
        for here, there in _found_anywhere(self._old_texts, left, self._new_texts, self._taken):
            self._pair(here, there, self._moved)
        old = [at for at in left if at not in self._used]
        new = [at for at in range(len(self._new_texts)) if at not in self._taken]
        for here, there in self._mutual_pairs(old, new, _ALIKE_ANYWHERE):
            self._pair(old[here], new[there], self._moved)


def _found_anywhere(
    old: Sequence[Hashable], left: Iterable[int], new: Sequence[Hashable], taken: Collection[int]
) -> list[Pair]:
    """Those of *old* at the places *left* that stand in *new*: where nothing stands for them yet, or else wherever."""
    places, free = defaultdict[Hashable, list[int]](list), defaultdict[Hashable, list[int]](list)
    for at in reversed(range(len(new))):
        places[new[at]].append(at)
        if at not in taken:
            free[new[at]].append(at)
    return [(at, free[old[at]].pop() if free.get(old[at]) else places[old[at]][-1]) for at in left if old[at] in places]


def _said(text: str) -> frozenset[str]:
    """The words of *text* without regard to case."""
    return frozenset(_SAID.findall(text.casefold()))
