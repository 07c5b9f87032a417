"""The port of this package: a loader reads one file format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from corpus.documents import Document


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document, and what its editors should know about its file."""

    document: Document
    warnings: tuple[str, ...] = ()


class Loader(Protocol):
    """Reads one format."""

    def load(self, data: bytes, source: Path) -> Loaded:
        """The document in *data*, the bytes of the file *source*.

        Raises `corpus.errors.DocumentFormatError` where they can't be read as an explainer.
        """
        ...
