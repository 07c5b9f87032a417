"""Reading a passage for a question: does it answer, which sentences do, and which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus.documents import Span
from index.passages import Passage

_HEADINGS = 2


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
    ``words[i]`` are the words of sentence *i* (in the window's text) that answer likeliest, None where it was cut off.
    """

    answers: float
    evidence: tuple[float, ...]
    words: tuple[Span | None, ...]


class Reader(Protocol):
    """A small model that reads a question with passages."""

    languages: frozenset[str]
    """The primary subtags (BCP 47) of the languages that it was trained to read."""

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """One reading a window, in order. Raises `bot.errors.ReaderUnavailable`."""
        ...


def window_of(passage: Passage, title: str) -> Window:
    """*passage* of a document named *title*, for the reader."""
    heading = " > ".join(dict.fromkeys((title, *passage.section[-_HEADINGS:])))
    if passage.lead_in:
        heading = f"{heading}\n{passage.lead_in}"
    sentences = (Span(s.span.start - passage.start, s.span.end - passage.start) for s in passage.sentences)
    return Window(heading, passage.text, tuple(sentences))
