"""The text in the HTML that people leave in Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_UNREAD = frozenset({"script", "style", "template"})
_CELLS = frozenset({"td", "th"})
_BLOCKS = (
    "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html iframe legend li main nav ol option p pre section select "
    "summary table tbody tfoot thead title tr ul video"
)
_APART = frozenset(_BLOCKS.split())
_TAG = re.compile(r"</?\s*([A-Za-z][A-Za-z0-9-]*)")
_UNCLOSED = {"<!--": "-->", "<script": "</script", "<style": "</style"}
# Without these, ten to the sixth would come out as 106.
_RAISED = str.maketrans("0123456789+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")
_LOWERED = str.maketrans("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")


class TagState:
    """What the tags met so far mean for the text that comes next."""

    def __init__(self) -> None:
        self._unread = 0
        self._tables: list[tuple[str, dict[int, int]]] = []

    def tag(self, html: str) -> str:
        """Take note of the tag or comment *html*; the blank, if any, that stands for it in the text."""
        match = _TAG.match(html)
        if not match:
            return ""
        name, opens = match[1].lower(), not html.startswith("</")
        self.turn(name, opens)
        return " " if name in _APART | _CELLS else ""

    def turn(self, name: str, opens: bool) -> None:
        """Note that the element *name* opens or closes."""
        if name in _UNREAD:
            self._unread = max(self._unread + (1 if opens else -1), 0)
        elif name in ("sup", "sub"):
            self._turn_script(name, opens)

    def read(self, text: str) -> str:
        """*text* as it reads between these tags."""
        if self._unread:
            return ""
        return text.translate(self._tables[-1][1]) if self._tables else text

    def _turn_script(self, name: str, opens: bool) -> None:
        if opens:
            self._tables.append((name, _RAISED if name == "sup" else _LOWERED))
        elif any(open_name == name for open_name, _ in self._tables):
            while self._tables.pop()[0] != name:
                pass


class _Paragraphs(HTMLParser):
    """Collects the text of an HTML block; a table's row reads "cell | cell"."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[str] = [""]
        self._state = TagState()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._turn(tag, opens=True)
        if tag in _CELLS and self.paragraphs[-1].strip():
            self.paragraphs[-1] += " | "

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._turn(tag, opens=True)
        self._turn(tag, opens=False)

    def handle_endtag(self, tag: str) -> None:
        self._turn(tag, opens=False)

    def handle_data(self, data: str) -> None:
        self.paragraphs[-1] += self._state.read(data)

    def _turn(self, tag: str, opens: bool) -> None:
        self._state.turn(tag, opens)
        if tag == "br":
            self.paragraphs[-1] += " "
        elif tag in _APART:
            self.paragraphs.append("")


def html_paragraphs(html: str) -> list[str]:
    """The text of a block of HTML, without comments, scripts and style sheets."""
    parser = _Paragraphs()
    parser.feed(html)
    parser.close()
    return [paragraph for paragraph in parser.paragraphs if paragraph.strip(" |\n\t")]


def unclosed(html: str) -> str | None:
    """How a comment, script or style sheet opens that *html* never closes: it would hide what follows it."""
    lowered = html.lower()
    for opening, closing in _UNCLOSED.items():
        start = lowered.rfind(opening)
        if start >= 0 and closing not in lowered[start:]:
            return opening
    return None
