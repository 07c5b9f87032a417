"""Which language a text is in. The one door to py3langid."""

from __future__ import annotations

from functools import cache
from typing import Any

DEFAULT_LANGUAGE = "en"

_SAMPLE = 4_000
_SHORTEST = 60
_SUREST = 0.9


def detect_language(text: str) -> str:
    """The two- or three-letter code of the language of *text*; English where that isn't clear."""
    sample = text[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < _SHORTEST:
        return DEFAULT_LANGUAGE
    language, confidence = _identifier().classify(sample)
    return str(language) if confidence >= _SUREST else DEFAULT_LANGUAGE


@cache
def _identifier() -> Any:
    # The model takes a second to unpack, and files that name their language never need it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
