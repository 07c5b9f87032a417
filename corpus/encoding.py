"""Bytes into text."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from corpus.errors import DocumentFormatError

_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
_MOST_CONTROLS = 0.002
_MOST_ACCENTED = 0.2


def decode(data: bytes, source: Path) -> tuple[str, tuple[str, ...]]:
    """The text in *data*, and a warning where it isn't the UTF-8 it should be.

    Raises `DocumentFormatError` where it isn't text, or has nothing in it but blanks.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _not_text(source, "it is in UTF-16")
    warnings: tuple[str, ...] = ()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = _as_windows_text(data, source, error)
        warnings = (f"{source} isn't UTF-8 and was read as Windows-1252; save it as UTF-8.",)
    if "\0" in text or len(_CONTROLS.findall(text)) > max(_MOST_CONTROLS * len(text), 2):
        raise _not_text(source, "it has binary data in it")
    if not re.search(r"[^\s\ufeff\u200b]", text):
        raise DocumentFormatError(f"{source} is empty; write at least one paragraph in it or take it away.")
    return text, warnings


def _as_windows_text(data: bytes, source: Path, error: UnicodeDecodeError) -> str:
    lenient = data.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    if sum(not character.isascii() for character in lenient) - broken > broken:
        line = data.count(b"\n", 0, error.start) + 1
        raise _not_text(source, f"line {line} has a byte that isn't UTF-8") from error
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise _not_text(source, "it is in no known encoding") from error
    # So many accents are text in another alphabet's encoding, or none at all.
    if sum(not character.isascii() for character in text) > _MOST_ACCENTED * len(text) + 1:
        raise _not_text(source, "it is in no known encoding") from error
    return text


def _not_text(source: Path, reason: str) -> DocumentFormatError:
    return DocumentFormatError(
        f"{source} isn't text that can be read: {reason}; save it as UTF-8 Markdown or plain text."
    )
