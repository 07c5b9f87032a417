"""Abbreviations and what they stand for, learned from the text itself.

Schwartz & Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text", PSB 2003: in
"Public Housing Agency (PHA)", the short form's characters are found from right to left in the words before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_DEFINITION = re.compile(r"\(([A-Z][\w.&/-]{1,9})\)")
_WORD = re.compile(r"\S+")


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
        long_form = _long_form(singular, text[: match.start()])
        if long_form:
            found.setdefault(short, long_form)
            found.setdefault(singular, long_form)
    return found


def _long_form(short: str, before: str) -> str | None:
    """The shortest stretch of words at the end of *before* that *short* abbreviates."""
    letters = [character.casefold() for character in short if character.isalnum()]
    words = list(_WORD.finditer(before[-400:]))[-min(len(letters) + 5, len(letters) * 2) :]
    if not words:
        return None
    window = before[-400:][words[0].start() :].rstrip()
    position = len(window) - 1
    for index in range(len(letters) - 1, -1, -1):
        while position >= 0 and not _fits(window, position, letters[index], first=index == 0):
            position -= 1
        if position < 0:
            return None
        position -= 1
    long_form = window[position + 1 :].strip(" ,;:“\"'")
    return long_form if len(long_form) > len(short) and not re.search(r"[.;:()]", long_form) else None


def _fits(window: str, position: int, letter: str, *, first: bool) -> bool:
    """Whether the character at *position* is *letter*, and begins a word where it is the short form's first."""
    if window[position].casefold() != letter:
        return False
    return not first or position == 0 or not window[position - 1].isalnum()


def expand(text: str, abbreviations: Mapping[str, str], *, any_case: bool = False) -> str:
    """*text* with each known short form followed by its long form, unless that is there already.

    Readers type in lower case, so a question is matched in *any_case*, where three letters make a slip unlikely.
    """
    said = text.casefold()
    there = _folded(text)
    for short, long_form in abbreviations.items():
        # Thousands of documents define thousands of them, and a text holds next to none.
        if _folded(short) not in there or long_form.casefold() in said:
            continue
        flags = re.IGNORECASE if any_case and len(short) > 2 else 0
        text = re.sub(
            rf"(?<!\w){re.escape(short)}(?!\w)", f"{short} {long_form}".replace("\\", ""), text, count=1, flags=flags
        )
        there = _folded(text)
    return text


def _folded(text: str) -> str:
    """*text* in lower case, alike for all that a pattern takes for alike where case doesn't matter."""
    return text.casefold().replace("ı", "i").replace("\N{COMBINING DOT ABOVE}", "")  # what İ leaves behind
