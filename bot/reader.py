"""Reading a passage for a question: does it answer, and which sentences do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.documents import Span
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
