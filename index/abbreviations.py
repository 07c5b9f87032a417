"""A text with its abbreviations spelled out, for the models, which know the words of a long form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from corpus.documents import Span


class LongForm(NamedTuple):
    """What a short form that stands at ``short`` in a text is short for."""

    short: Span
    text: str


def expand(text: str, abbreviations: Mapping[str, str]) -> str:
    """*text* with each known short form followed by its long form, unless that is there already."""
    return spelled_out(text, long_forms(text, abbreviations))


def long_forms(text: str, abbreviations: Mapping[str, str], *, any_case: bool = False) -> list[LongForm]:
    """The long forms that *text* lacks of the short ones in it, each where it has that first, in order.

    Readers type in lower case, so a question is matched in *any_case*, where three letters make a slip unlikely.
    """
    said, there = text.casefold(), _folded(text)
    found = []
    for short, long_form in abbreviations.items():
        # Thousands of documents define thousands of them, and a text holds next to none.
        if _folded(short) not in there or long_form.casefold() in said:
            continue
        flags = re.IGNORECASE if any_case and len(short) > 2 else 0
        first = re.search(rf"(?<!\w){re.escape(short)}(?!\w)", text, flags)
        if first:
            found.append(LongForm(Span(*first.span()), long_form.replace("\\", "")))
    return sorted(found, key=lambda form: form.short.end)


def spelled_out(text: str, forms: Sequence[LongForm]) -> str:
    """*text* with each of *forms*, which are in order, after its short form."""
    parts, done = [], 0
    for form in forms:
        parts += [text[done : form.short.end], " ", form.text]
        done = form.short.end
    return "".join([*parts, text[done:]])


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """*text* in lower case, alike for all that a pattern takes for alike where case doesn't matter."""
    return text.casefold().replace("ı", "i").replace("\N{COMBINING DOT ABOVE}", "")  # what İ leaves behind
