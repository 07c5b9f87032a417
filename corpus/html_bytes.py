"""What a web page's first bytes say: that it is one, and in which encoding."""

from __future__ import annotations

import codecs
import re

_DECLARED_WITHIN = 4_096
_BEGINS_WITHIN = 16_384
_CHARSET = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9_.:-]+)")
_PAGE = re.compile(rb"(?:\s|<!--.*?-->|<\?xml\b.*?\?>)*+<(?:!doctype\s+html\b|html[\s>])", re.IGNORECASE | re.DOTALL)


def is_html(data: bytes) -> bool:
    """Whether *data* begins as a web page does."""
    head = data[:_BEGINS_WITHIN]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head.replace(b"\0", b"")[2:]
    return bool(_PAGE.match(head.removeprefix(codecs.BOM_UTF8)))


def declared_encoding(data: bytes) -> str | None:
    """The encoding that a page says it is in."""
    match = _XML_ENCODING.match(data[:_DECLARED_WITHIN]) or _CHARSET.search(data[:_DECLARED_WITHIN])
    return match[1].decode("ascii") if match else None
