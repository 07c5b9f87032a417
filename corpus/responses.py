"""What a web server sent: the file's name, its type, and its text in UTF-8."""

from __future__ import annotations

import codecs
import re
import unicodedata
from email.message import Message
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from corpus.encoding import codec_of
from corpus.errors import OriginUnavailable
from corpus.formats import BY_SUFFIX, DESCRIBED, FORMATS, HTML, MARKDOWN, PDF, PLAIN_TEXT, WORD

_WEB_PAGE = HTML.suffixes
_SUFFIXES = {
    "text/html": _WEB_PAGE,
    "application/xhtml+xml": _WEB_PAGE,
    "application/pdf": PDF.suffixes,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": WORD.suffixes,
    "text/markdown": MARKDOWN.suffixes,
    "text/x-markdown": MARKDOWN.suffixes,
    "text/plain": PLAIN_TEXT.suffixes + MARKDOWN.suffixes,
}
"""The endings that a type's files may have; a file with another gets the first."""
_UNTOLD = {
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/download",
    "application/x-download",
    "application/force-download",
    "application/zip",
    "application/msword",
}
"""Types that servers send for files that they don't know; the file's own bytes and name then tell."""
_PROGRAMS = {".php", ".asp", ".aspx", ".jsp", ".cfm", ".cgi", ".do", ".shtml"}
_DOCUMENTS = {suffix for suffixes in _SUFFIXES.values() for suffix in suffixes} | set(BY_SUFFIX)
_NOT_A_NAME = {"index", "default", "home"}
_LONGEST_NAME = 150
_BOMS_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WIDE = re.compile(r"utf-?16(?:-?[lb]e)?", re.IGNORECASE)
_PASSWORD_FIELD = re.compile(rb"<input\b[^<>]+type\s*=\s*[\"']?password", re.IGNORECASE)


def media_type(content_type: str | None) -> tuple[str, str | None]:
    """The type that a ``Content-Type`` header names, empty where there is none, and the character set."""
    if not content_type or not content_type.strip():
        return "", None
    message = Message()
    message["content-type"] = content_type
    charset = message.get_param("charset")
    return message.get_content_type(), charset if isinstance(charset, str) else None


def file_name(url: str, type_: str, disposition: str | None, data: bytes) -> str:
    """A name for *data*, which *url* sent as *type_*, that ends as its format's files do.

    Raises `OriginUnavailable` where no explainer can be of that type, or where a web page came for another document.
    """
    found = next((format_ for format_ in FORMATS if format_.recognises(data)), None)
    suffixes = found.suffixes if found else _SUFFIXES.get(type_, ())
    if not suffixes and type_ not in _UNTOLD:
        raise OriginUnavailable(
            f"{url} is of the type {type_}, which is no explainer's; the formats read are {DESCRIBED}."
        )
    name = PurePosixPath(_offered(disposition) or _from_path(url))
    own = name.suffix.lower()
    if not suffixes or own in suffixes:
        return str(name)
    if suffixes[0] in _WEB_PAGE and own in _DOCUMENTS - set(_WEB_PAGE):
        raise OriginUnavailable(
            f"{url} names a {own} file, but what came is a web page, perhaps one to log in on; download the file by "
            "hand and add that."
        )
    stem = name.stem if own in _PROGRAMS | _DOCUMENTS else name.name
    return f"{stem}{suffixes[0]}"


def asks_for_password(type_: str, data: bytes) -> bool:
    """Whether *data* is a web page with a field for a password."""
    return _SUFFIXES.get(type_) is _WEB_PAGE and bool(_PASSWORD_FIELD.search(data))


def in_utf8(data: bytes, type_: str, charset: str | None) -> bytes:
    """*data* as UTF-8 behind a byte-order mark, where it is text in *charset*; else as it came.

    The server's word counts for more than the page's own, and the mark for more than either.
    """
    if charset is None or type_ not in _SUFFIXES or not type_.startswith(("text/", "application/xhtml")):
        return data
    if data.startswith(codecs.BOM_UTF8):
        return data
    codec = _codec(data, charset)
    try:
        text = data.decode(codec) if codec else ""
    except (UnicodeError, LookupError):  # the server's word is wrong: the loader finds out for itself
        return data
    is_told = codec is None or (data.isascii() and text.encode() == data)
    return data if is_told else codecs.BOM_UTF8 + text.encode()


def _codec(data: bytes, charset: str) -> str | None:
    """The codec that *data* is in, by its mark or by the server's word."""
    if data.startswith(_BOMS_UTF16):
        return "utf-16"
    if _WIDE.fullmatch(charset.strip()):
        return charset.strip() if b"\0" in data else None
    return codec_of(charset)


def _offered(disposition: str | None) -> str | None:
    """The file name in a ``Content-Disposition`` header."""
    if not disposition:
        return None
    message = Message()
    message["content-disposition"] = disposition
    return _plain(message.get_filename() or "") or None


def _from_path(url: str) -> str:
    """The last part of the address that is a name: ``vouchers`` of ``…/vouchers/index.html``."""
    parts = urlsplit(url)
    names = [name for name in map(_plain, unquote(parts.path).split("/")) if name]
    if len(names) > 1 and PurePosixPath(names[-1]).stem.lower() in _NOT_A_NAME:
        names[-1] = f"{names[-2]}{PurePosixPath(names[-1]).suffix}"
    return names[-1] if names else f"{parts.hostname}".replace(".", "-")


def _plain(name: str) -> str:
    """*name* as one file's name, without folders, control characters and dots at its start."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip().lstrip(".")
    path = PurePosixPath(shown)
    return f"{path.stem[:_LONGEST_NAME]}{path.suffix}" if len(path.suffix) <= 10 else shown[:_LONGEST_NAME]
