"""Which language a text is in. The one door to py3langid."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

DEFAULT_LANGUAGE = "en"

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")
# How files say that nobody knows, that there are several, or that they are in none.
_NO_LANGUAGE = {"und", "mul", "zxx", "mis"}
_SAMPLE = 4_000
_SHORTEST = 60
_SUREST = 0.9


def detect_language(text: str, shortest: int = _SHORTEST) -> str:
    """The two- or three-letter code of the language of *text*; English where that isn't clear.

    A text of fewer than *shortest* letters counts as unclear.
    """
    sample = text[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < shortest:
        return DEFAULT_LANGUAGE
    language, confidence = _identifier().classify(sample)
    return str(language) if confidence >= _SUREST else DEFAULT_LANGUAGE


def known_language(tag: str | None) -> str | None:
    """The language that a file says it is in, without its country: ``es`` of ``es-MX``; None where *tag* names none."""
    match = _TAG.fullmatch((tag or "").strip())
    language = match[1].lower() if match else None
    return None if language in _NO_LANGUAGE else language


def base_language(language: str) -> str:
    """The primary subtag of a BCP 47 tag: ``en`` of ``en-US``."""
    return language.split("-", maxsplit=1)[0].lower()


@cache
def _identifier() -> Any:
    # The model takes a second to unpack, and files that name their language never need it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
