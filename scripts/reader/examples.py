"""What the reader learns from: a question, the sentences of a window of text, and which of them answer."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.documents import Span
from index.sentences import sentence_spans


@dataclass(frozen=True, slots=True)
class Example:
    """One question read against one window.

    ``labels[i]`` says whether sentence *i* is part of the answer; None where the set doesn't tell. ``span`` is
    (sentence, start, end): the shortest words that answer, as characters of that sentence.
    """

    question: str
    heading: str
    sentences: tuple[str, ...]
    answerable: bool
    labels: tuple[bool, ...] | None = None
    span: tuple[int, int, int] | None = None
    source: str = ""


def split(text: str) -> list[str]:
    """The sentences of *text*, white space folded."""
    text = " ".join(text.split())
    return [span.of(text) for span in sentence_spans(text, Span(0, len(text)))]


def located(sentences: Sequence[str], answers: Sequence[str]) -> tuple[tuple[bool, ...], tuple[int, int, int]] | None:
    """Which sentences hold an answer, and where the first one stands; None where no sentence holds any."""
    labels = [any(_find(sentence, answer) is not None for answer in answers) for sentence in sentences]
    for index, sentence in enumerate(sentences):
        for answer in answers:
            at = _find(sentence, answer)
            if at is not None:
                return tuple(labels), (index, *at)
    return None


def _find(sentence: str, answer: str) -> tuple[int, int] | None:
    words = r"\s+".join(re.escape(word) for word in answer.split())
    match = re.search(rf"(?<!\w){words}(?!\w)", sentence, re.IGNORECASE) if words else None
    return match.span() if match else None


def window(example: Example, words: int, rng: random.Random) -> Example:
    """At most about *words* words of *example*, around what answers where something does."""
    sizes = [len(sentence.split()) for sentence in example.sentences]
    chosen = [i for i, label in enumerate(example.labels or ()) if label] if example.answerable else []
    if not chosen:
        chosen = [rng.randrange(len(sizes))]
    first, last = min(chosen), max(chosen)
    total = sum(sizes[first : last + 1])
    while True:
        sides = [side for side in (first - 1, last + 1) if 0 <= side < len(sizes) and total + sizes[side] <= words]
        if not sides:
            break
        side = rng.choice(sides)
        first, last, total = min(first, side), max(last, side), total + sizes[side]
    return _slice(example, first, last + 1)


def without_answer(example: Example) -> Example | None:
    """The same window with the answering sentences taken out: on the subject, and it doesn't answer."""
    if example.labels is None:
        return None
    left = tuple(s for s, label in zip(example.sentences, example.labels, strict=True) if not label)
    return unanswered(replace(example, sentences=left), "answer removed") if left else None


def unanswered(example: Example, source: str) -> Example:
    """*example* as one that its window doesn't answer."""
    labels = (False,) * len(example.sentences)
    return replace(example, answerable=False, labels=labels, span=None, source=f"{example.source}: {source}")


def _slice(example: Example, start: int, stop: int) -> Example:
    span = example.span
    if span is not None:
        span = (span[0] - start, span[1], span[2]) if start <= span[0] < stop else None
    labels = example.labels[start:stop] if example.labels is not None else None
    return replace(example, sentences=example.sentences[start:stop], labels=labels, span=span)


_NUMBER = re.compile(r"(?<![\w.,])\d[\d,.]*\d|(?<![\w.,])\d(?![\w])")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’.-]+(?: (?:of |the )?[A-Z][\w'’.-]+)*")


def names(question: str) -> list[str]:
    """The capitalised names inside *question*, and its numbers."""
    return _NAME.findall(question) + _NUMBER.findall(question)


def swapped(example: Example, pool: Sequence[str], rng: random.Random) -> Example | None:
    """The question about another name, number or year than the window's: a near miss that it doesn't answer."""
    text = " ".join((example.heading, *example.sentences)).lower()
    own = [name for name in names(example.question) if name.lower() in text]
    if not own or not example.answerable:
        return None
    old = rng.choice(own)
    for new in rng.sample(pool, min(len(pool), 60)):
        same_kind = new[0].isdigit() == old[0].isdigit() and len(new.split()) <= len(old.split()) + 1
        if same_kind and (len(new) == len(old) or not new[0].isdigit()) and new.lower() not in text:
            return unanswered(replace(example, question=example.question.replace(old, new)), "name swapped")
    return None
