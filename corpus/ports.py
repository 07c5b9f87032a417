"""The port of this package: a loader reads one file format."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from corpus.documents import Document


class Loader(Protocol):
    """Reads one format."""

    suffixes: tuple[str, ...]
    """File-name endings it answers for, lower-case, with the dot."""

    def load(self, text: str, source: Path) -> Document:
        """The document in *text*, which was read from *source*.

        Raises `corpus.errors.DocumentFormatError` where the text can't be read as an explainer.
        """
        ...
