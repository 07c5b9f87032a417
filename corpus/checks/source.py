"""An explainer's file as its writers see it: what of it is text, its lines, and its comments to the check."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from corpus.inline import drop_invisible


class Markup(StrEnum):
    """What stands in a text file beside its text."""

    NONE = "none"
    MARKDOWN = "Markdown"
    HTML = "HTML"


_FRONT_MATTER = re.compile(r"\A\ufeff?[\r\n]*---[ \t]*\r?\n.*?\n---[ \t]*(?=\r|\n|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>")
_DESTINATION = re.compile(r"(?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*\)")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]^\n][^\]\n]*\]:[ \t]*\S[^\n]*$", re.MULTILINE)
_ATTRIBUTES = re.compile(r"\{[#.:][^{}\n]*\}")
_UNREAD = ("head", "script", "style", "template")
_FENCED = re.compile(r"^ {0,3}(?P<fence>```+|~~~+)[^\n]*\n(?:.*?^ {0,3}(?P=fence)|.*\Z)", re.MULTILINE | re.DOTALL)
_IN_LINE = re.compile(r"`[^`\n]+`")
_LINE_END = re.compile(r"\r\n|\r|\n")
_WORD = re.compile("(?:&#?[0-9A-Za-z]{1,31};|[^\\W_]|[\u0300-\u036f\xad\u200b\u2060\ufeff])+")
_PLAIN_WORD = re.compile(r"[^\W_]+")
_IGNORE = re.compile(r"<!--\s*footnoted:\s*ignore\b(?P<rules>[\w\s,-]*?)-->")


@dataclass(frozen=True, slots=True)
class Ignored:
    """A comment in the file at *offset*: these rules (none named: every rule) say nothing of the block below."""

    offset: int
    rules: frozenset[str]


class Source:
    """The text of a file. Offsets count its code points."""

    def __init__(self, text: str, markup: Markup = Markup.NONE) -> None:
        self.text = text
        self.markup = markup
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(text))]
        fenced = _FENCED.finditer(text) if markup is Markup.MARKDOWN else ()
        self._fenced = [match.span() for match in fenced]

    def line(self, offset: int) -> int:
        """The number of the line, from 1, that *offset* stands in."""
        return bisect_right(self._lines, min(offset, max(len(self.text) - 1, 0)))

    def words(self) -> Iterator[tuple[str, int, int]]:
        """The words of the text, as canonical text has them, and where each starts and ends in the file."""
        for match in _WORD.finditer(self.masked()):
            written = unicodedata.normalize("NFC", drop_invisible(html.unescape(match[0])))
            for word in _PLAIN_WORD.findall(written):
                yield word, match.start(), match.end()

    def masked(self) -> str:
        """The file's text with blanks for its front matter, comments, tags and addresses."""
        if self.markup is Markup.NONE:
            return self.text
        text = _blank_between(self.text, "<!--", "-->")
        if self.markup is Markup.HTML:
            for name in _UNREAD:
                text = _blank_between(text, f"<{name}", f"</{name}")
            return _TAG.sub(_blank, text)
        for pattern in (_FRONT_MATTER, _TAG, _DESTINATION, _DEFINITION, _ATTRIBUTES):
            text = pattern.sub(_blank, text)
        return text

    def is_code(self, offset: int) -> bool:
        """Whether *offset* is in a fenced block: what stands there isn't prose."""
        place = bisect_right(self._fenced, (offset, len(self.text))) - 1
        return place >= 0 and offset < self._fenced[place][1]

    def without_code(self) -> str:
        """The file's text with blanks for code, in blocks and in lines."""
        if self.markup is not Markup.MARKDOWN:
            return self.text
        return _IN_LINE.sub(_blank, _FENCED.sub(_blank, self.text))

    def ignored(self) -> tuple[Ignored, ...]:
        """The comments to the check, in order."""
        if self.markup is Markup.NONE:
            return ()
        return tuple(
            Ignored(match.start(), frozenset(re.findall(r"[\w-]+", match["rules"])))
            for match in _IGNORE.finditer(self.text)
        )


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _blank_between(text: str, opening: str, closing: str) -> str:
    """*text* with blanks from each *opening* to its *closing*; one that is never closed stays as it is."""
    lowered = text.lower() if len(text.lower()) == len(text) else text
    pieces, position = list[str](), 0
    while (start := lowered.find(opening, position)) >= 0:
        end = lowered.find(closing, start)
        if end < 0:
            break
        end += len(closing)
        pieces += [text[position:start], " " * (end - start)]
        position = end
    return "".join([*pieces, text[position:]])
