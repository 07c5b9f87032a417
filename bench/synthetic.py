"""Explainers of invented words, as many as are asked for, and a fast embedder: the same ones for the same number.

Words are drawn by Zipf's law, half of them from the words of the document's own subject, so that texts of one document
lie near one another, as real ones do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from corpus.documents import Block, BlockKind, Document, Section, Span
from index.lexical import terms
from index.ports import Progress, Vectors

PASSAGES_A_DOCUMENT = 60
_PASSAGES_A_SECTION = 6
_SENTENCES_A_PASSAGE = 3
_WORDS = 40_000
_SUBJECT_WORDS = 300
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstv" for vowel in "aeiou"]


def documents(passages: int) -> Iterator[Document]:
    """Documents that together make about *passages* passages, three sentences each."""
    for number in range(max(1, round(passages / PASSAGES_A_DOCUMENT))):
        yield _document(number)


def questions(count: int) -> list[str]:
    """Questions of eight words, each about one document's subject."""
    return [" ".join(_words(np.random.default_rng([1, n]), _subject(n), 8)).capitalize() + "?" for n in range(count)]


def _document(number: int) -> Document:
    random, subject = np.random.default_rng([0, number]), _subject(number)
    text, sections = "", []
    for place in range(PASSAGES_A_DOCUMENT // _PASSAGES_A_SECTION):
        start, blocks = len(text), []
        heading = " ".join(_words(random, subject, 3)).capitalize()
        text += f"{heading}\n\n"
        for _ in range(_PASSAGES_A_SECTION):
            paragraph = " ".join(_sentence(random, subject) for _ in range(_SENTENCES_A_PASSAGE))
            blocks.append(Block(BlockKind.PARAGRAPH, Span(len(text), len(text) + len(paragraph))))
            text += f"{paragraph}\n\n"
        sections.append(Section(heading, (heading,), 2, f"s{place}", Span(start, len(text)), tuple(blocks)))
    return Document(f"document-{number:06}", f"Document {number}", text, tuple(sections))


def _sentence(random: np.random.Generator, subject: Sequence[int]) -> str:
    return " ".join(_words(random, subject, int(random.integers(14, 30)))).capitalize() + "."


def _subject(number: int) -> Sequence[int]:
    drawn: list[int] = np.random.default_rng([2, number]).integers(0, _WORDS, _SUBJECT_WORDS).tolist()
    return drawn


def _words(random: np.random.Generator, subject: Sequence[int], count: int) -> list[str]:
    common = np.minimum(random.zipf(1.3, count), _WORDS) - 1
    own = np.minimum(random.zipf(1.3, count), len(subject)) - 1
    return [
        _word(int(subject[o]) if of_subject else int(c))
        for o, c, of_subject in zip(own, common, random.random(count) < 0.5, strict=True)
    ]


@lru_cache(maxsize=_WORDS)
def _word(number: int) -> str:
    """An invented word of two syllables or more; shorter ones are the more frequent."""
    syllables, rest = [], number + len(_SYLLABLES)
    while rest:
        rest, place = divmod(rest, len(_SYLLABLES))
        syllables.append(_SYLLABLES[place])
    return "".join(syllables)


class FastEmbedder:
    """A vector of 384 dimensions from the terms of a text alone: each adds or takes away at twelve places."""

    model_id = "fast-embedder/1"
    dimension = 384
    window = 256

    def count_tokens(self, text: str) -> int:
        """About what MiniLM's tokenizer counts for invented words."""
        return len(text) // 3 + 2

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Shape (len(texts), 384)."""
        vectors = np.stack([self.embed_query(text) for text in texts])
        if progress:
            progress(len(texts), len(texts))
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """Shape (384,)."""
        places, signs = zip(*(_places(term) for term in terms(text) or [text]), strict=True)
        added = np.bincount(np.concatenate(places), np.concatenate(signs), minlength=self.dimension)
        return np.asarray(added / (np.linalg.norm(added) or 1.0), dtype=np.float32)


@lru_cache(maxsize=65536)
def _places(term: str) -> tuple[NDArray[np.uint16], NDArray[np.float64]]:
    drawn = np.frombuffer(hashlib.blake2b(term.encode(), digest_size=24).digest(), dtype=np.uint16)
    return drawn % FastEmbedder.dimension, np.where(drawn >= 32768, 1.0, -1.0)
