"""Bytes into text. The one door to charset-normalizer."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from corpus.errors import DocumentFormatError

_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
_MOST_CONTROLS = 0.002
_MOST_ACCENTED = 0.2
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# The signs that Windows-1252 has beside letters.
_SIGNS = frozenset("‘’‚“”„–—…•·«»‹›¡¿§©®™°€£¥¢†‡¼½¾×ªº\xa0\xad")
# Text in one language has the accents of that language; text in another encoding, those of several.
_ACCENTS = tuple(
    frozenset(letters + letters.upper())
    for letters in ("áéíóúüñ", "àâæçèéêëîïôœùûüÿ", "äöüß", "áàâãçéêíóôõúü", "àèéìíòóù", "åäöæøé", "àçèéíïòóúü")
)
_A_FEW = 0.005
# Of fewer bytes beyond ASCII nobody can tell what they are.
_FEWEST_TO_DETECT = 24
# Escapes pass for what they aren't, and UTF-16 without a mark is told from binary data by luck.
_NOT_DETECTED = ["utf_7", "utf_16", "utf_16_le", "utf_16_be", "utf_32"]
_SHIFT_JIS = ["cp932", "shift_jis", "shift_jis_2004", "shift_jisx0213"]
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_MOST_HALF_WIDTH = 0.05
# What browsers take these names to mean; the others mean what Python takes them to.
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_FOR_TEXT = re.compile(r"ascii$|utf-8$|cp\d+$|iso8859|iso2022|koi8|mac-|gb|big5|euc_|shift_jis|tis-620|johab|hz$")


def decode(data: bytes, source: Path, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The text in *data*, and a warning where it isn't the UTF-8 it should be or the encoding it is *declared* to be.

    Raises `DocumentFormatError` where it isn't text, or has nothing in it but blanks.
    """
    text, warnings = _decode(data, source, declared)
    if "\0" in text or len(_CONTROLS.findall(text)) > max(_MOST_CONTROLS * len(text), 2):
        raise _not_text(source, "it has binary data in it")
    if not re.search(r"[^\s\ufeff\u200b]", text):
        raise DocumentFormatError(f"{source} is empty; write at least one paragraph in it or take it away.")
    return text, warnings


def _decode(data: bytes, source: Path, declared: str | None) -> tuple[str, tuple[str, ...]]:
    if data.startswith(_UTF16):
        try:
            return data.decode("utf-16"), ()
        except UnicodeDecodeError as error:
            raise _not_text(source, "it begins as UTF-16 and then isn't") from error
    named = codec_of(declared)
    escaped = named is not None and named.startswith("iso2022") and b"\x1b" in data  # it passes for ASCII
    try:
        # Text in any other encoding hardly ever makes UTF-8, and pages that say they aren't UTF-8 often are.
        text = "" if escaped else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _as_declared(data, named) or _as_detected(data, source, error)
    return (_as_declared(data, named) if escaped else None) or (text, ())


def codec_of(declared: str | None) -> str | None:
    """The codec for an encoding's name, as browsers take it; None where that is no encoding of text in bytes."""
    try:
        info = codecs.lookup(declared.strip().lower()) if declared else None
    except (LookupError, ValueError):
        return None
    # Python's own codecs, such as base64, have names too, and what says that it is UTF-16 in ASCII isn't.
    return _MEANT.get(info.name, info.name) if info and _FOR_TEXT.match(info.name) else None


def _as_declared(data: bytes, codec: str | None) -> tuple[str, tuple[str, ...]] | None:
    try:
        return (data.decode(codec), ()) if codec else None
    except (UnicodeError, LookupError):
        return None


def _as_detected(data: bytes, source: Path, error: UnicodeDecodeError) -> tuple[str, tuple[str, ...]]:
    lenient = data.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    if sum(not character.isascii() for character in lenient) - broken > broken:
        line = data.count(b"\n", 0, error.start) + 1
        raise _not_text(source, f"line {line} has a byte that isn't UTF-8") from error
    text = _as_windows_text(data)
    if text is not None and _is_clear(text):
        return text, (_warning(source, "cp1252"),)
    if found := _detect(data):
        return found[0], (_warning(source, found[1]),)
    # So many accents are text in another alphabet's encoding, or none at all.
    if text is None or _accented(text) > _MOST_ACCENTED * len(text) + 1:
        raise _not_text(source, "it is in no known encoding") from error
    return text, (_warning(source, "cp1252"),)


def _as_windows_text(data: bytes) -> str | None:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return None


def _accented(text: str) -> int:
    return sum(not character.isascii() for character in text)


def _is_clear(text: str) -> bool:
    """Whether *text*, read as Windows-1252, has a few accents or those of one language."""
    if _accented(text) > _MOST_ACCENTED * len(text) + 1:
        return False
    accents = [character for character in text if not character.isascii() and character not in _SIGNS]
    return len(accents) <= _A_FEW * len(text) or any(language.issuperset(accents) for language in _ACCENTS)


def _detect(data: bytes) -> tuple[str, str] | None:
    """The text in *data* and the name of its encoding, where that can be told."""
    if sum(byte > 0x7F for byte in data) < _FEWEST_TO_DETECT:
        return None
    try:
        from charset_normalizer import from_bytes  # noqa: PLC0415 - what only asks needn't have it
    except ModuleNotFoundError:
        return None
    for excluded in (_NOT_DETECTED, _NOT_DETECTED + _SHIFT_JIS):
        best = from_bytes(data, cp_exclusion=excluded).best()
        # Any other alphabet's bytes make half-width katakana, which hardly any text is written in.
        if best and len(_HALF_WIDTH.findall(str(best))) <= _MOST_HALF_WIDTH * len(data):
            return str(best), best.encoding
    return None


def _warning(source: Path, encoding: str) -> str:
    return f"{source} isn't UTF-8 and was read as {_shown(encoding)}; save it as UTF-8."


def _shown(codec: str) -> str:
    """A codec as people name it: ``cp1251`` is Windows-1251, ``koi8_r`` is KOI8-R."""
    windows = re.fullmatch(r"cp(12\d\d)", codec)
    return f"Windows-{windows[1]}" if windows else codec.upper().replace("_", "-")


def _not_text(source: Path, reason: str) -> DocumentFormatError:
    return DocumentFormatError(f"{source} isn't text that can be read: {reason}; save it as UTF-8.")
