"""Reading a passage for a question: does it answer, and which sentences do."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.documents import Span
from index.passages import Passage

PASSAGES_READ = 5
"""The most passages that are read for a question. On the held samples the answer is among the best 5 for 98%."""

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
    """

    answers: float
    evidence: tuple[float, ...]


def window_of(passage: Passage, title: str) -> Window:
    """*passage* of a document named *title*, for the reader."""
    heading = " > ".join(dict.fromkeys((title, *passage.section[-_HEADINGS:])))
    if passage.lead_in:
        heading = f"{heading}\n{passage.lead_in}"
    sentences = (Span(s.span.start - passage.start, s.span.end - passage.start) for s in passage.sentences)
    return Window(heading, passage.text, tuple(sentences))
