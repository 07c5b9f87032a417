"""Which language a text is in. The one door to py3langid."""

from __future__ import annotations

from functools import cache
from typing import Any

DEFAULT_LANGUAGE = "en"

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


def base_language(language: str) -> str:
    """The primary subtag of a BCP 47 tag: ``en`` of ``en-US``."""
    return language.split("-", maxsplit=1)[0].lower()


@cache
def _identifier() -> Any:
    # The model takes a second to unpack, and files that name their language never need it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
