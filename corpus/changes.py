"""What became of a passage of one version of a document in another, and all that changed between the two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from corpus.aligned_versions import Bead, Lines, beads_of
from corpus.alignment import rising
from corpus.documents import Document, Span
from corpus.word_diff import Pieces, Run, Word, pieces_of, word_runs


class Fate(StrEnum):
    """What became of a passage or a line; a passage is never added, and a line that is unchanged is not told of."""

    UNCHANGED = "unchanged"
    MOVED = "moved"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class PassageChange:
    """What became of a passage.

    Unchanged or moved, ``old`` is the passage and ``new`` the same words in the new version. Changed, both are drawn
    out to whole sentences, so that a "not" beside the quoted words isn't missed; of several sentences, one that went
    elsewhere counts as removed.
    Removed, ``new`` is None. ``pieces`` always give back the words of both spans, line by line. ``introduction`` is
    how the words that introduce the passage differ (the sentence before its list, the header row of its table); it is
    empty where they don't. The sections are the heading paths of both places.
    """

    fate: Fate
    old: Span
    new: Span | None
    pieces: Pieces
    introduction: Pieces
    old_section: tuple[str, ...]
    new_section: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class LineChange:
    """A heading, paragraph, item, row or note that isn't what it was; one that was split or joined is one change.

    ``moved_from`` is the section in which it stood before, where it stands elsewhere now.
    """

    fate: Fate
    old: Span | None
    new: Span | None
    pieces: Pieces
    moved_from: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SectionChanges:
    """The changes in one section, in reading order; the path is empty for text under no heading."""

    path: tuple[str, ...]
    lines: tuple[LineChange, ...]


class Comparison:
    """Two versions of a document."""

    def __init__(self, old: Document, new: Document) -> None:
        self._old, self._new = Lines(old), Lines(new)
        self._beads = beads_of(self._old, self._new)
        self._bead_at = {at: bead for bead in self._beads for at in bead.old}

    def passage(self, span: Span) -> PassageChange | None:
        """What became of the old version's *span*; None where it holds no word."""
        touched = self._old.touched(span)
        if not touched:
            return None
        beads = _standing_together(self._beads_from(touched))
        if not beads:
            return self._without_counterpart(touched, span)
        old = range(min(touched.start, beads[0].old.start), max(touched.stop, beads[-1].old.stop))
        new = range(beads[0].new.start, beads[-1].new.stop)
        runs = list(_settled(self._runs(old, new, beads)))
        fate = Fate.CHANGED
        if all(run.same for run in runs):
            fate = Fate.MOVED if any(bead.moved for bead in beads) else Fate.UNCHANGED
            runs = [_within(span, runs)]
        return self._passage_change(fate, runs, old, new)

    def _passage_change(self, fate: Fate, runs: Sequence[Run], old: range, new: range) -> PassageChange:
        introduced, introduces = self._introduction(self._old, old), self._introduction(self._new, new)
        same = [word.text for word in introduced] == [word.text for word in introduces]
        return PassageChange(
            fate,
            _hull([word for run in runs for word in run.old]),
            _hull([word for run in runs for word in run.new]),
            pieces_of(runs),
            () if same else pieces_of(word_runs(introduced, introduces)),
            self._old.line_of(old[0]).path,
            self._new.line_of(new[0]).path,
        )

    def _without_counterpart(self, touched: range, span: Span) -> PassageChange:
        """Removed, unless a longer sentence of the new version holds it word for word."""
        words = self._old.words(touched)
        if holding := self._new.holding(self._old.span(touched).of(self._old.text)):
            return self._passage_change(
                Fate.CHANGED, list(word_runs(words, self._new.words(holding))), touched, holding
            )
        gone = _within(span, [Run(words, words, same=True)]).old
        path = self._old.line_of(touched[0]).path
        return PassageChange(Fate.REMOVED, _hull(gone), None, pieces_of([Run(gone, (), same=False)]), (), path, None)

    @staticmethod
    def _introduction(lines: Lines, sentences: range) -> tuple[Word, ...]:
        """What introduces the first of *sentences*, unless it is among them."""
        return lines.words(at for at in lines.line_of(sentences[0]).introduced_by if at not in sentences)

    def _beads_from(self, old: Iterable[int]) -> list[Bead]:
        return list(dict.fromkeys(self._bead_at[at] for at in old if at in self._bead_at))

    def _runs(self, old: range, new: range, beads: Iterable[Bead]) -> Iterator[Run]:
        """What is the same and what differs in *old* and *new*, of which *beads* stand for one another."""
        at_old, at_new = old.start, new.start
        for bead in [*beads, Bead(range(old.stop, old.stop), range(new.stop, new.stop))]:
            removed = self._old.words(range(at_old, bead.old.start))
            added = self._new.words(range(at_new, bead.new.start))
            if removed or added:
                yield Run(removed, added, same=False)
            yield from word_runs(self._old.words(bead.old), self._new.words(bead.new))
            at_old, at_new = bead.old.stop, bead.new.stop

    def sections(self) -> tuple[SectionChanges, ...]:
        """All that changed, by section: as the new version has them, and what was removed where it stood."""
        found = [change for old, new in self._steps() for change in self._line_changes(old, new)]
        return tuple(
            SectionChanges(path, tuple(change for _, change in changes))
            for path, changes in groupby(found, key=lambda pair: pair[0])
        )

    def _steps(self) -> Iterator[tuple[range, range]]:
        """Lines of both versions that belong together, in reading order; on either side there may be none."""
        at_old = at_new = 0
        origins = self._origins()
        carried = set(origins.values())
        ends = len(self._old.lines), len(self._new.lines)
        for old, new in [*self._groups(), (range(ends[0], ends[0]), range(ends[1], ends[1]))]:
            yield from ((range(at, at + 1), range(0)) for at in range(at_old, old.start) if at not in carried)
            for at in range(at_new, new.start):
                yield range(origins[at], origins[at] + 1) if at in origins else range(0), range(at, at + 1)
            yield old, new
            at_old, at_new = old.stop, new.stop

    def _groups(self) -> list[tuple[range, range]]:
        """Lines that share sentences in order; a line that was split or joined brings all that it was."""
        groups: list[tuple[range, range]] = []
        for bead in self._beads:
            if bead.moved:
                continue
            old, new = self._old.lines_of(bead.old), self._new.lines_of(bead.new)
            if groups and (old.start < groups[-1][0].stop or new.start < groups[-1][1].stop):
                before = groups.pop()
                old = range(before[0].start, max(before[0].stop, old.stop))
                new = range(before[1].start, max(before[1].stop, new.stop))
            groups.append((old, new))
        return groups

    def _origins(self) -> dict[int, int]:
        """The old line for each new one whose words come from elsewhere, where neither has anything in its place."""
        placed_old = {at for old, _ in self._groups() for at in old}
        placed_new = {at for _, new in self._groups() for at in new}
        shared: Counter[tuple[int, int]] = Counter()
        for bead in self._beads:
            old, new = self._old.sentences[bead.old[0]], self._new.sentences[bead.new[0]]
            if bead.moved and old.line not in placed_old and new.line not in placed_new:
                shared[new.line, old.line] += len(new.text)
        origins: dict[int, int] = {}
        for (new_line, old_line), _ in shared.most_common():
            if new_line not in origins and old_line not in origins.values():
                origins[new_line] = old_line
        return origins

    def _line_changes(self, old: range, new: range) -> Iterator[tuple[tuple[str, ...], LineChange]]:
        """How the lines *old* differ from *new*, with the section; nothing where they don't."""
        here, there = self._old.sentences_of(old), self._new.sentences_of(new)
        beads = [bead for bead in self._beads_from(here) if _meet(bead.new, there)]
        moved = bool(beads) and all(bead.moved for bead in beads)
        if not moved and self._old.texts(here) == self._new.texts(there):
            return
        beads = _rising([bead for bead in beads if bead.moved == moved])
        runs = list(self._runs(here, there, beads))
        same = all(run.same for run in runs)
        if same and not moved:
            return
        path = self._old.lines[old[0]].path if old else ()
        yield (
            self._new.lines[new[0]].path if new else path,
            LineChange(
                _fate_of_lines(old, new, same),
                self._old.span(here) if old else None,
                self._new.span(there) if new else None,
                pieces_of(runs),
                path if moved else None,
            ),
        )


def _fate_of_lines(old: range, new: range, same: bool) -> Fate:
    if not new:
        return Fate.REMOVED
    if not old:
        return Fate.ADDED
    return Fate.MOVED if same else Fate.CHANGED


def _standing_together(beads: Sequence[Bead]) -> list[Bead]:
    """Those in order, where there are any; or else the longest run that stands elsewhere as it stood here."""
    if in_order := [bead for bead in beads if not bead.moved]:
        return in_order
    runs: list[list[Bead]] = []
    for bead in beads:
        if runs and runs[-1][-1].old.stop == bead.old.start and runs[-1][-1].new.stop == bead.new.start:
            runs[-1].append(bead)
        else:
            runs.append([bead])
    return max(runs, key=len, default=[])


def _rising(beads: Sequence[Bead]) -> list[Bead]:
    kept = set(rising((bead.old.start, bead.new.start) for bead in beads))
    return [bead for bead in beads if (bead.old.start, bead.new.start) in kept]


def _meet(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def _settled(runs: Iterable[Run]) -> Iterator[Run]:
    """*runs*, in which words that go and come again in the same place are the same: a sentence was only joined."""
    for same, beside in groupby(runs, key=lambda run: run.same):
        group = list(beside)
        whole = Run(tuple(w for run in group for w in run.old), tuple(w for run in group for w in run.new), same=True)
        if same or [word.text for word in whole.old] != [word.text for word in whole.new]:
            yield from group
        else:
            yield whole


def _hull(words: Sequence[Word]) -> Span:
    return Span(words[0].start, words[-1].end)


def _within(span: Span, runs: Iterable[Run]) -> Run:
    """What *span* covers of the old words of *runs*, which are all the same, and of the new ones; or else all."""
    pairs = [pair for run in runs for pair in zip(run.old, run.new, strict=True)]
    cut = [
        (_cut(old, from_, to), _cut(new, from_, to))
        for old, new in pairs
        if (from_ := max(span.start - old.start, 0)) < (to := min(span.end, old.end) - old.start)
    ]
    old_words, new_words = zip(*(cut or pairs), strict=True)
    return Run(old_words, new_words, same=True)


def _cut(word: Word, start: int, end: int) -> Word:
    return Word(word.text[start:end], word.start + start, word.gap)
