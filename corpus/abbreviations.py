"""Abbreviations and what they stand for, learned from the text itself.

Schwartz & Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text", PSB 2003: in
"Public Housing Agency (PHA)", the short form's characters are found from right to left in the words before it.
"""

from __future__ import annotations

import re

_DEFINITION = re.compile(r"\(([A-Z][\w.&/-]{1,9})\)")
_WORD = re.compile(r"\S+")
_REACH = 400  # code points: no long form is longer


def learn(text: str) -> dict[str, str]:
    """The abbreviations that *text* defines as "Long Form (LF)", with their long forms; the first definition counts.

    A plural definition ("Agencies (PHAs)") also gives the singular's short form.
    """
    found: dict[str, str] = {}
    for match in _DEFINITION.finditer(text):
        short = match[1]
        if sum(character.isupper() for character in short) < 2:
            continue
        singular = short[:-1] if short.endswith("s") and short[:-1].isupper() else short
        expanded = long_form(singular, text[max(match.start() - _REACH, 0) : match.start()])
        if expanded:
            found.setdefault(short, expanded)
            found.setdefault(singular, expanded)
    return found


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
