"""Words that Spanish and English share, by how each of the two spells them: *inspección*, *inspection*.

A word that the documents hold is preferred; a guess that rests on an ending alone is made only for endings that
hardly ever mislead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

_SHORTEST = 4
"""Letters of a word that may be a cognate; of less, likeness is chance."""
_SHORTEST_ROOT = 2

_SURE = (
    ("cional", ("tional",)),
    ("icamente", ("ically",)),
    ("cion", ("tion",)),
    ("sion", ("sion", "ssion")),
    ("xion", ("xion", "ction")),
    ("idad", ("ity",)),
    ("edad", ("ety",)),
    ("mente", ("ly", "ally")),
    ("ismo", ("ism",)),
    ("ista", ("ist",)),
    ("logia", ("logy",)),
    ("grafia", ("graphy",)),
    ("izar", ("ize",)),
    ("ificar", ("ify",)),
    ("encia", ("ence", "ency")),
    ("ancia", ("ance", "ancy")),
)
"""Endings without accents, and what English has for them, likeliest first."""
_LIKELY = (
    ("tad", ("ty",)),
    ("ario", ("ary", "ar", "arian")),
    ("aria", ("ary",)),
    ("orio", ("ory",)),
    ("oria", ("ory",)),
    ("ico", ("ic", "ical")),
    ("ica", ("ic", "ical", "ics")),
    ("ivo", ("ive",)),
    ("iva", ("ive",)),
    ("oso", ("ous",)),
    ("osa", ("ous",)),
    ("ante", ("ant", "ating")),
    ("ente", ("ent",)),
    ("ento", ("ent",)),
    ("cio", ("ce", "tium")),
    ("cia", ("cy", "ce")),
    ("gia", ("gy",)),
    ("ia", ("y", "ia")),
    ("io", ("y", "ium", "e")),
    ("ado", ("ate", "ated", "ed")),
    ("ada", ("ate", "ated", "ed")),
    ("ido", ("id", "ed", "ited")),
    ("ida", ("ide", "ed", "ited")),
    ("eo", ("",)),
    ("ato", ("ate",)),
    ("ar", ("ate", "e", "", "ary", "ard")),
    ("er", ("", "e")),
    ("ir", ("", "e")),
    ("ura", ("ure",)),
    ("a", ("e", "", "a")),
    ("o", ("", "e", "um", "o")),
    ("e", ("", "e")),
    ("", ("", "e")),
)
"""Endings that tell too little without a word of the documents that fits."""


class Cognates:
    """The English words of some texts, found by Spanish ones; behind them, those of *general*."""

    def __init__(self, words: Iterable[str], general: Cognates | None = None) -> None:
        self._words = frozenset(words)
        self._general = general

    def __contains__(self, word: object) -> bool:
        """Whether the texts hold *word*."""
        return word in self._words

    def of(self, word: str) -> str | None:
        """The English word for *word* (lower case, no accents); None where there seems to be none."""
        if word in self._words:
            return word
        if len(word) < _SHORTEST:
            return None
        forms = list(_forms(word, (*_SURE, *_LIKELY)))
        for known in (self._by_spelling, self._general._by_spelling if self._general else {}):
            found = next((english for form in forms if (english := known.get(_spelling(form)))), None)
            if found:
                return found
        return next(_forms(word, _SURE), None)

    @cached_property
    def _by_spelling(self) -> dict[str, str]:
        """The words by how both languages spell them; it takes a while to make, and English questions need it never."""
        found: dict[str, str] = {}
        for word in sorted(self._words):
            if len(word) >= _SHORTEST:
                found.setdefault(_spelling(word), word)
        return found


def _forms(word: str, endings: tuple[tuple[str, tuple[str, ...]], ...]) -> Iterator[str]:
    """English forms of *word* by its ending, those of its singular among them."""
    singulars = [word[: -len(mark)] for mark in ("es", "s") if word.endswith(mark)]
    for form, plural in [(word, ""), *((single, "s") for single in singulars)]:
        for ending, instead in endings:
            root = form.removesuffix(ending)
            if form.endswith(ending) and len(root) >= _SHORTEST_ROOT:
                for english in instead:
                    yield _with_plural(root + english, plural)
                    if plural:
                        yield root + english


def _with_plural(word: str, plural: str) -> str:
    return f"{word[:-1]}ies" if plural and re.search(r"[^aeiou]y$", word) else word + plural


def _spelling(word: str) -> str:
    """*word* without what the two languages spell differently."""
    word = re.sub(r"^es(?=[cpt])", "s", word)
    for english, plain in (("ph", "f"), ("th", "t"), ("ch", "c"), ("k", "c"), ("qu", "cu"), ("y", "i"), ("j", "x")):
        word = word.replace(english, plain)
    return re.sub(r"(.)\1", r"\1", word)
