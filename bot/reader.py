"""Reading a passage for a question: does it answer, and which sentences do."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from corpus.documents import Span
from index import abbreviations
from index.abbreviations import LongForm
from index.passages import Passage

PASSAGES_READ = 8
"""The most passages that are read for a question…"""
_READ_FIRST = 5
"""…and those that are read first; the others only where none of these answers."""

_HEADINGS = 2
UNREAD = -6.0
"""The logit of what a reader hasn't read, because it was cut off or because there was nothing."""


@dataclass(frozen=True, slots=True)
class Window:
    """A passage as the reader sees it: a heading, the text, and where its sentences stand in the text."""

    heading: str
    text: str
    sentences: tuple[Span, ...]
    forms: tuple[LongForm, ...] | None = ()
    """What the text has that the passage doesn't, each by its short form in the passage; None where all is other words.
    """


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one window. Logits: 0 is even odds.

    ``evidence[i]`` is that of sentence *i* being part of the answer, ``answers`` that of the window answering.
    ``words[i]`` is where in the window's text the likeliest words of sentence *i* stand; None where it was cut off, and
    empty where the reader tells sentences only.
    """

    answers: float
    evidence: tuple[float, ...]
    words: tuple[Span | None, ...] = ()


def window_of(passage: Passage, title: str) -> Window:
    """*passage* of a document named *title*, for the reader."""
    heading = " > ".join(dict.fromkeys((title, *passage.section[-_HEADINGS:])))
    if passage.lead_in:
        heading = f"{heading}\n{passage.lead_in}"
    sentences = (Span(s.span.start - passage.start, s.span.end - passage.start) for s in passage.sentences)
    return Window(heading, passage.text, tuple(sentences))


def spelled_out(window: Window, forms: Sequence[LongForm]) -> Window:
    """*window* with *forms* behind their short forms: the reader doesn't know the abbreviations of a document."""
    ends = [form.short.end for form in forms]
    added = [0, *accumulate(len(form.text) + 1 for form in forms)]

    def moved(place: int) -> int:
        return place + added[bisect_right(ends, place)]

    sentences = (Span(moved(sentence.start), moved(sentence.end)) for sentence in window.sentences)
    return Window(window.heading, abbreviations.spelled_out(window.text, forms), tuple(sentences), tuple(forms))


def as_written(reading: Reading, window: Window) -> Reading:
    """*reading* with its words where they stand in the passage that *window* was made of, without any where none do."""
    if window.forms is None:
        return replace(reading, words=())
    forms = window.forms
    return replace(reading, words=tuple(words and _in_passage(words, forms) for words in reading.words))


def _in_passage(words: Span, forms: Sequence[LongForm]) -> Span:
    """What was added stands for its short form."""
    start, end, added = words.start, words.end, 0
    for form in forms:
        begins = form.short.end + added
        added += len(form.text) + 1
        if words.start >= begins:
            start = max(form.short.start, words.start - added)
        if words.end > begins:
            end = max(form.short.end, words.end - added)
    return Span(start, end)


Read = Callable[[str, Sequence[Window]], list[Reading]]
"""What `bot.ports.Reader.read` is."""


def read_on(read: Read, question: str, windows: Sequence[Window]) -> list[Reading]:
    """The readings of the first five *windows*, and of the others too where none of those answers.

    A window takes five to ten times as long as the encoding of a question.
    """
    readings = read(question, windows[:_READ_FIRST])
    if all(reading.answers < 0 for reading in readings):
        readings += read(question, windows[_READ_FIRST:])
    return readings
