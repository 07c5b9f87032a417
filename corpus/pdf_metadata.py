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
_ITEM = re.compile(r"<rdf:li[^<>]*>([^<]{1,500})</rdf:li>")
_LONGEST_PACKET = 200_000


def sensible_title(title: str) -> str | None:
    """*title*, where it isn't a file's name or what a program writes by itself."""
    plain = normalise(title)
    return None if len(plain) < 3 or _NOT_A_TITLE.match(plain) else plain


def day_of(stamp: str) -> date | None:
    """The day of a PDF's time stamp, ``D:20250915120000Z``."""
    match = _DAY.match(stamp)
    return parse_date("-".join(match.groups())) if match else None


def read_packet(data: bytes) -> dict[str, str]:
    """What the file's XMP packet says of its ``title`` and ``publisher``, each where it says one thing."""
    start = data.find(b"<x:xmpmeta")
    end = data.find(b"</x:xmpmeta>", start, start + _LONGEST_PACKET)
    text = data[start:end].decode("utf-8", errors="ignore") if 0 <= start < end else ""
    said = {name: _said(text, f"dc:{name}") for name in ("title", "publisher")}
    return {name: value for name, value in said.items() if value}


def _said(packet: str, name: str) -> str:
    """The one item in the element *name*; empty where there are none or several."""
    element, closing, _ = packet.partition(f"<{name}>")[2].partition(f"</{name}>")
    items = _ITEM.findall(element) if closing else []
    return normalise(unescape(items[0])) if len(items) == 1 else ""
