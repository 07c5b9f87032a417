"""What a PDF says about itself: its title, its date, its publisher and its language."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

from corpus.imprint import parse_date
from corpus.inline import normalise

_NOT_A_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel)\b.*|.*\.(?:docx?|odt|rtf|pages|pdf|indd|qxd|pptx?|html?|tmp|dvi|tex|txt)|"
    r"(?:untitled|sin título|document|documento|title|title page|print|layout|slide|presentation)\s*\d*|about:blank|"
    r"https?://.*|[\W\d_]*)$",
    re.IGNORECASE,
)
_DAY = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")
_PACKET = re.compile(rb"<x:xmpmeta\b.{0,200000}?</x:xmpmeta>", re.DOTALL)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?$")


def sensible_title(title: str) -> str | None:
    """*title*, where it isn't a file's name or what a program writes by itself."""
    plain = normalise(title)
    return None if len(plain) < 3 or _NOT_A_TITLE.match(plain) else plain


def day_of(stamp: str) -> date | None:
    """The day of a PDF's time stamp, ``D:20250915120000Z``."""
    match = _DAY.match(stamp)
    return parse_date("-".join(match.groups())) if match else None


def base_code(language: str | None) -> str | None:
    """The language alone of a code such as ``en-US``; nothing where it isn't one."""
    match = _LANGUAGE.match(language or "")
    return match[1].lower() if match else None


def from_packet(data: bytes, name: str) -> str | None:
    """The Dublin Core element *name* (``title``, ``publisher``) in the file's XMP packet, where it says one thing."""
    packet = _PACKET.search(data)
    if packet is None:
        return None
    text = packet[0].decode("utf-8", errors="ignore")
    element = re.search(rf"<dc:{name}>(.{{0,5000}}?)</dc:{name}>", text, re.DOTALL)
    items = re.findall(r"<rdf:li[^>]*>([^<]{1,500})</rdf:li>", element[1]) if element else []
    return normalise(unescape(items[0])) or None if len(items) == 1 else None
