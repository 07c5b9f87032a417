"""A difference read back into the two texts that it was made from."""

from __future__ import annotations

from collections.abc import Iterable

from corpus.word_diff import DiffPiece, PieceKind


def old_text(pieces: Iterable[DiffPiece]) -> str:
    """What *pieces* are of the old text."""
    return "".join(piece.text for piece in pieces if piece.kind is not PieceKind.ADDED)


def new_text(pieces: Iterable[DiffPiece]) -> str:
    """What *pieces* are of the new text."""
    return "".join(piece.text for piece in pieces if piece.kind is not PieceKind.REMOVED)
