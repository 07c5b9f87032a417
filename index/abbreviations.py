"""A text with its abbreviations spelled out, for the embedding model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache


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


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """*text* in lower case, alike for all that a pattern takes for alike where case doesn't matter."""
    return text.casefold().replace("ı", "i").replace("\N{COMBINING DOT ABOVE}", "")  # what İ leaves behind
