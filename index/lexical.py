"""Words as BM25 sees them.

`terms` is the one place where text becomes index terms; the index, the choice of sentences and the checks for
missing words all use it, so that they agree on what "the same word" is.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s import stopwords
from numpy.typing import NDArray

from corpus.language import base_language
from index.ports import Ranking
from index.records import Records, RecordWriter
from index.rows import Rows, top_rows

_VOCABULARY = "vocabulary.txt"

_LANGUAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "da": ("danish", stopwords.STOPWORDS_DANISH),
    "de": ("german", stopwords.STOPWORDS_GERMAN),
    "en": ("english", stopwords.STOPWORDS_EN_PLUS),
    "es": ("spanish", stopwords.STOPWORDS_SPANISH),
    "fr": ("french", stopwords.STOPWORDS_FRENCH),
    "it": ("italian", stopwords.STOPWORDS_ITALIAN),
    "nl": ("dutch", stopwords.STOPWORDS_DUTCH),
    "no": ("norwegian", stopwords.STOPWORDS_NORWEGIAN),
    "pt": ("portuguese", stopwords.STOPWORDS_PORTUGUESE),
    "ru": ("russian", stopwords.STOPWORDS_RUSSIAN),
    "sv": ("swedish", stopwords.STOPWORDS_SWEDISH),
}
"""ISO 639-1 code to the Snowball stemmer's name and the stop words. Other languages go unstemmed."""

_NUMBER_WORDS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
    "diecisiete dieciocho diecinueve veinte",
}
"""So that "eight hours" and "8 hours" share their terms."""

_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_SUBSECTION = re.compile(r"(\d)\s?\((\w)\)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_POSSESSIVE = re.compile(r"['’]s?$")
_TOKEN = re.compile(r"\d+(?:\.\d+)?[^\W\d_]?(?![^\W\d_])|\d+(?:\.\d+)?|[^\W\d_]+(?:['’][^\W\d_]+)?")


def words(text: str) -> list[str]:
    """Lower-case words and numbers of *text*, unstemmed, stop words included, in order.

    "12(b)" is "12b", "77,949" is "77949", "S.B. 1808" and "SB1808" are both "sb", "1808".
    """
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = text.casefold()
    text = _INITIALS.sub(lambda match: match[0].replace(".", ""), text)
    text = _ORDINAL.sub("", _THOUSANDS.sub("", _SUBSECTION.sub(r"\1\2", text)))
    return [_without_possessive(match[0]) for match in _TOKEN.finditer(text)]


def _without_possessive(word: str) -> str:
    return _POSSESSIVE.sub("", word).replace("’", "'") if "'" in word or "’" in word else word


@lru_cache(maxsize=64)
def _tools(language: str) -> tuple[Stemmer.Stemmer | None, frozenset[str], dict[str, str]]:
    name, stops = _LANGUAGES.get(language, ("", ()))
    numbers = {word: str(value) for value, word in enumerate(_NUMBER_WORDS.get(language, "").split())}
    folded = frozenset(word for stop in stops for word in words(stop))
    return (Stemmer.Stemmer(name) if name else None), folded, numbers


@lru_cache(maxsize=65536)
def term_of(word: str, language: str = "en") -> str | None:
    """The index term of one of the `words`, or None for a stop word."""
    stemmer, stops, numbers = _tools(base_language(language))
    if word in stops:
        return None
    if word in numbers:
        return numbers[word]
    return stemmer.stemWord(word) if stemmer else word


def terms(text: str, language: str = "en") -> list[str]:
    """The index terms of *text*, in order, repeats included: stemmed, without stop words."""
    return [term for word in words(text) if (term := term_of(word, language))]


class LexicalIndex:
    """BM25 (Robertson; Lucene's variant, as in bm25s: Lù 2024, arXiv:2407.03618) over a list of texts."""

    def __init__(self, bm25: bm25s.BM25, vocabulary: Records, rows: int, limited_to: Rows | None = None) -> None:
        self.rows = rows
        """The number of rows, also of those that the index isn't limited to."""
        self._bm25 = bm25
        self._vocabulary = vocabulary
        self._limited_to = limited_to

    @classmethod
    def build(cls, documents: Iterable[Sequence[str]]) -> LexicalIndex:
        """Indexes *documents*, each a list of terms."""
        builder = LexicalBuilder()
        for document in documents:
            builder.add(document)
        return builder.finish()

    def save(self, folder: Path) -> None:
        """Writes the index into *folder*."""
        self._bm25.save(folder, show_progress=False)
        with RecordWriter(folder / _VOCABULARY) as file:
            for term in self._vocabulary:
                file.add(term)

    @classmethod
    def load(cls, folder: Path, rows: int) -> LexicalIndex:
        """Maps what `save` wrote. Raises `OSError`, `ValueError`, the latter where it holds another number of rows."""
        bm25 = bm25s.BM25.load(folder, mmap=True, load_vocab=False, show_progress=False)
        if bm25.scores["num_docs"] != max(rows, 1):
            raise ValueError("The words are those of another number of rows.")
        for name in ("data", "indices", "indptr"):
            bm25.scores[name] = bm25.scores[name].view(np.ndarray)
        return cls(bm25, Records.open(folder / _VOCABULARY), rows)

    def limited_to(self, rows: Rows) -> LexicalIndex:
        """Only *rows*, with the words as rare as they are in the whole; nothing is copied."""
        return LexicalIndex(self._bm25, self._vocabulary, self.rows, rows)

    def search(self, query: Iterable[str], limit: int) -> Ranking:
        """The *limit* best rows for the terms of *query*; rows that share no term with it are left out."""
        known = [place for term in dict.fromkeys(query) if (place := self._place(term)) is not None]
        if not known:
            return Ranking((), ())
        scores = np.asarray(self._bm25.get_scores_from_ids(known), dtype=np.float32)
        if self._limited_to is not None:
            scores = np.concatenate([scores[:0], *(scores[r.start : r.stop] for r in self._limited_to.ranges)])
        hits = np.flatnonzero(scores)
        order = hits[top_rows(scores[hits], limit)]
        return Ranking(tuple(order.tolist()), tuple(scores[order].tolist()))

    def document_frequency(self, term: str) -> int:
        """The number of rows that hold *term*."""
        place = self._place(term)
        if place is None:
            return 0
        start, end = self._bm25.scores["indptr"][place : place + 2].tolist()
        return int(end - start)

    def _place(self, term: str) -> int | None:
        """Where *term* stands in the vocabulary, which is sorted by its bytes."""
        wanted = term.encode()
        place = bisect_left(self._vocabulary, wanted)
        return place if place < len(self._vocabulary) and self._vocabulary[place] == wanted else None


class LexicalBuilder:
    """Takes texts one at a time, and keeps four bytes of each term."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._terms = array("i")
        self._ends = array("q", [0])

    def add(self, document: Sequence[str]) -> None:
        """Takes the terms of the next row."""
        # bm25s can't weigh a corpus without a single term; one that no query has stands in for it.
        for term in document or ("\x00",):
            self._terms.append(self._numbers.setdefault(term, len(self._numbers)))
        self._ends.append(len(self._terms))

    def finish(self) -> LexicalIndex:
        """The index of all that was added."""
        rows = len(self._ends) - 1
        if not rows:
            self.add(())
        vocabulary = sorted((term.encode(), number) for term, number in self._numbers.items())
        places = np.zeros(len(vocabulary), dtype=np.int32)
        places[[number for _, number in vocabulary]] = np.arange(len(vocabulary))
        texts = _Texts(places[np.frombuffer(self._terms, dtype=np.int32)], np.frombuffer(self._ends, dtype=np.int64))
        bm25 = bm25s.BM25()
        bm25.vocab_dict = {}
        bm25.scores = bm25.build_index_from_ids(range(len(vocabulary)), texts, show_progress=False)
        return LexicalIndex(bm25, Records.of([term for term, _ in vocabulary]), rows)


class _Texts(Sequence[list[int]]):
    """The terms of each text, as bm25s wants them, made a list only while it looks at them."""

    def __init__(self, terms_of_all: NDArray[np.int32], ends: NDArray[np.int64]) -> None:
        self._terms = terms_of_all
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, row: int) -> list[int]:  # type: ignore[override] # no slices are needed
        if row >= len(self):
            raise IndexError(row)
        of_text: list[int] = self._terms[self._ends[row] : self._ends[row + 1]].tolist()
        return of_text
