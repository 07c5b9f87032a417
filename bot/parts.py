"""A question in several parts, taken apart. The cue words are those of the question's language, not of a subject."""

from __future__ import annotations

import re

_ASKS = (
    r"(?:(?:in|on|for|by|at|to|from|of|with|about|under|until|since)\s+)?(?:whats?|who|whom|whose|which|when|where|"
    r"why|how|is|are|was|were|does|do|did|can|could|may|must|will|would|has|have|qu[eé]|qui[eé]n(?:es)?|cu[aá]ndo|"
    r"d[oó]nde|por qu[eé]|c[oó]mo|cu[aá]nt[oa]s?|cu[aá]l(?:es)?)"
)
_JOINED = re.compile(rf"\s*[,;:—–-]*\s+(?:and|plus|also|y|e)\s+(?:also\s+|if so,?\s+)?(?={_ASKS}\b)", re.IGNORECASE)
_ENDED = re.compile(r"(?<=\?)\s+(?:(?:and|also|plus|y)\s+)?", re.IGNORECASE)
_OPENS = re.compile(rf"^(?:so\s+|ok\s+)?{_ASKS}\b", re.IGNORECASE)
_FEWEST_WORDS = 3
_MOST_PARTS = 3


def parts_of(question: str) -> tuple[str, ...]:
    """The questions within *question*, at most three; itself where it is but one.

    "When did it start, and who pays?" is two. A part needs three words and must ask; what doesn't ask (a situation told
    first) stays with the part after it.
    """
    pieces = [piece for sentence in _ENDED.split(question) for piece in _JOINED.split(sentence) if piece.strip()]
    joined: list[str] = []
    for piece in pieces:
        if joined and not _stands(joined[-1]):
            joined[-1] = f"{joined[-1]} {piece}"
        elif joined and not _stands(piece):
            joined[-1] = f"{joined[-1]} and {piece}"
        else:
            joined.append(piece)
    if not 1 < len(joined) <= _MOST_PARTS:
        return (question,)
    return tuple(piece.strip(" ,;") for piece in joined)


def _stands(piece: str) -> bool:
    last = re.split(r"(?<=[.!])\s+", piece.strip())[-1]
    return len(piece.split()) >= _FEWEST_WORDS and bool(_OPENS.match(last))
