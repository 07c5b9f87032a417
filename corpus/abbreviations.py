"""Abbreviations and what they stand for, learned from the text itself.

Schwartz & Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text", PSB 2003: in
"Public Housing Agency (PHA)", the short form's characters are found from right to left in the words before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.documents import Span

_DEFINITION = re.compile(r"\(([A-Z][\w.&/-]{1,9})\)")
_WORD = re.compile(r"\S+")
_REACH = 400  # code points: no long form is longer
_INITIAL = re.compile(r"(?<![^\W_])[^\W_]")
_LETTERS = range(3, 7)  # of what is looked up by its initials
_LONGEST_NAME = 12  # capitalised words; more are a table of contents, or shouted
_MOST_NAMES = 2000
_CAPITALISED = r"[A-ZÀ-ÖØ-Þ][\w’'-]*"
_SMALL = r"(?:of|the|and|for|on|to|in|de|del|la|las|los|y|para)"
_NAME = re.compile(rf"(?<![\w’'-]){_CAPITALISED}(?:(?: {_SMALL})* {_CAPITALISED})+")
_SUSPENDED = re.compile(r"\S+-\s+(?:and|or|y|e|o|u)\s+$")


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a text says that *short* stands for *long*: ``span`` is the short form's. It may be a plural."""

    short: str
    long: str
    span: Span


def learn(text: str) -> dict[str, str]:
    """The abbreviations that *text* defines as "Long Form (LF)", with their long forms; the first definition counts.

    A plural definition ("Agencies (PHAs)") also gives the singular's short form.
    """
    found: dict[str, str] = {}
    for match in _short_forms(text):
        short, singular = match[1], singular_of(match[1])
        expanded = long_form(singular, text[max(match.start() - _REACH, 0) : match.start()])
        if expanded:
            found.setdefault(short, expanded)
            found.setdefault(singular, expanded)
    return found


def names_by_initials(text: str) -> dict[str, str]:
    """The names in *text* of three to six letters' initials, the most frequent of each: "OIG", though it is written out
    as "Office of Inspector General" only. Small words count or don't, as in "DOJ" and "NIH".
    """
    counts: Counter[tuple[str, str]] = Counter()
    for match in _NAME.finditer(text):
        words = match[0].split(" ")
        large = [place for place, word in enumerate(words) if word[0].isupper()]
        if len(large) > _LONGEST_NAME:
            continue
        for first, place in enumerate(large):
            for end in large[first + 1 : first + _LETTERS.stop - 1]:
                named = words[place : end + 1]
                initials = {"".join(w[0] for w in named if w[0].isupper()), "".join(w[0] for w in named).upper()}
                counts.update((short, " ".join(named)) for short in sorted(initials) if len(short) in _LETTERS)
    found: dict[str, str] = {}
    for (short, name), _ in counts.most_common(_MOST_NAMES):
        found.setdefault(short, name)
    return found


def definitions(text: str) -> tuple[Definition, ...]:
    """The same definitions for readers: the first of each abbreviation, with its place, where it is in one paragraph.

    A stretch of words with the short form's initials is preferred to a shorter one that only has its letters, and what
    shares its end with a long form ("per- and polyfluoroalkyl") comes with it.
    """
    found: dict[str, Definition] = {}
    for match in _short_forms(text):
        before = text[max(match.start() - _REACH, 0) : match.start()].rpartition("\n")[2]
        singular = singular_of(match[1])
        expanded = _initialled(singular, before) or long_form(singular, before)
        if expanded:
            shared = _SUSPENDED.search(before[: before.rindex(expanded)])
            long = f"{shared[0]}{expanded}" if shared else expanded
            found.setdefault(singular, Definition(match[1], long, Span(*match.span(1))))
    return tuple(found.values())


def singular_of(short: str) -> str:
    """*short* without the "s" of a plural."""
    return short[:-1] if short.endswith("s") and short[:-1].isupper() else short


def _short_forms(text: str) -> Iterator[re.Match[str]]:
    """The bracketed short forms of *text*, as the first group of each match."""
    return (match for match in _DEFINITION.finditer(text) if sum(map(str.isupper, match[1])) > 1)


def _initialled(short: str, before: str) -> str | None:
    """The stretch at the end of *before* that begins one word with each letter of *short*, small words between."""
    letters = [character for character in short if character.isalnum()]
    initials = [m for m in _INITIAL.finditer(before) if m[0].isupper()]
    if [m[0] for m in initials[-len(letters) :]] != letters:
        return None
    found = before[initials[-len(letters)].start() :].rstrip(" ,;:“\"'")
    return None if re.search(r"[.;:()]", found) else found


def long_form(short: str, before: str) -> str | None:
    """The shortest stretch of words at the end of *before* that *short* abbreviates."""
    letters = [character.casefold() for character in short if character.isalnum()]
    near = before[-_REACH:]
    words = list(_WORD.finditer(near))[-min(len(letters) + 5, len(letters) * 2) :]
    if not words:
        return None
    window = near[words[0].start() :].rstrip()
    position = len(window) - 1
    for index in range(len(letters) - 1, -1, -1):
        while position >= 0 and not _fits(window, position, letters[index], first=index == 0):
            position -= 1
        if position < 0:
            return None
        position -= 1
    found = window[position + 1 :].strip(" ,;:“\"'")
    return found if len(found) > len(short) and not re.search(r"[.;:()]", found) else None


def _fits(window: str, position: int, letter: str, *, first: bool) -> bool:
    """Whether the character at *position* is *letter*, and begins a word where it is the short form's first."""
    if window[position].casefold() != letter:
        return False
    return not first or position == 0 or not window[position - 1].isalnum()
