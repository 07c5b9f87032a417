"""Words as BM25 sees them.

`terms` is the one place where text becomes index terms; the index, the choice of sentences and the checks for
missing words all use it, so that they agree on what "the same word" is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s import stopwords

from corpus.language import base_language
from index.ports import Ranking

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

    def __init__(self, bm25: bm25s.BM25, rows: int) -> None:
        self._bm25 = bm25
        self._rows = rows

    @classmethod
    def build(cls, documents: Sequence[Sequence[str]]) -> LexicalIndex:
        """Indexes *documents*, each a list of terms."""
        bm25 = bm25s.BM25()
        # bm25s can't weigh a corpus without a single term; one that no query has stands in for it.
        safe = [list(document) or ["\x00"] for document in documents]
        bm25.index(safe, show_progress=False)
        return cls(bm25, len(documents))

    def save(self, folder: Path) -> None:
        """Writes the index into *folder*."""
        self._bm25.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path, rows: int) -> LexicalIndex:
        """Reads what `save` wrote."""
        return cls(bm25s.BM25.load(folder, show_progress=False), rows)

    def search(self, query: Iterable[str], limit: int) -> Ranking:
        """The *limit* best rows for the terms of *query*; rows that share no term with it are left out."""
        known = [term for term in dict.fromkeys(query) if term in self._bm25.vocab_dict]
        if not known or not self._rows:
            return Ranking((), ())
        scores = np.asarray(self._bm25.get_scores(known), dtype=np.float32)
        order = top_rows(scores, limit)
        hits = [int(row) for row in order if scores[row] > 0]
        return Ranking(tuple(hits), tuple(float(scores[row]) for row in hits))

    def document_frequency(self, term: str) -> int:
        """The number of rows that hold *term*."""
        term_id = self._bm25.vocab_dict.get(term)
        if term_id is None:
            return 0
        indptr = self._bm25.scores["indptr"]
        return int(indptr[term_id + 1] - indptr[term_id])

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self._rows


def top_rows(scores: np.ndarray, limit: int) -> np.ndarray:
    """The rows of the *limit* highest scores, best first, ties by row."""
    whole = limit >= len(scores)
    kept = np.arange(len(scores)) if whole else np.argpartition(-scores, limit - 1)[:limit]
    return kept[np.lexsort((kept, -scores[kept]))]
