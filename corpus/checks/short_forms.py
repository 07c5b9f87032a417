"""Abbreviations that the text never spells out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from corpus.abbreviations import learn, long_form
from corpus.checks.findings import Found, Rule
from corpus.checks.known_words import DRAFT_WORDS, KNOWN, MONTHS, SMALL, STATES, UNITS, WEIGHTY
from corpus.checks.page import Page, Piece, PieceKind

_NEVER_EXPANDED = KNOWN | UNITS | MONTHS | WEIGHTY | DRAFT_WORDS
_SHORT_FORM = re.compile(r"(?<![\w.&’'])(?<!\b\w-)([A-ZÁÉÍÓÚÑ]{2,6})(?=s?(?![\w&])(?!-?\d))(?!\.\w)")
_ROMAN = re.compile(r"(?=[IVXL])(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})$")  # to 89: larger ones are rare
_NUMBER_BEHIND = re.compile(r"\s+(?:No\.\s*|§\s*|Part\s+|Section\s+)?\d")
_PLACE_BEFORE = re.compile(r"(?:,\s|\b[RDI]-)$")
_CAPITALS = re.compile(r"[A-ZÁÉÍÓÚÑ]{2,}")
_NAME_RUN = re.compile(
    r"(?:[A-ZÁÉÍÓÚÑ][\w’'.]*)(?:[\s,/–-]+(?:&|of|the|and|for|in|on|to|with|de|del|la|las|los|el|y|e|para|por|"
    r"[A-ZÁÉÍÓÚÑ][\w’'.]*|[\w’']+(?=-[A-Z])))*"
)
_IN_CAPITALS = re.compile(r"(?<!\w)([A-ZÁÉÍÓÚÑ]{2,6})(?=s?\b)")
_WORD = re.compile(r"[^\W\d_]+")
_MOST_USES = 50
_BRACKETED = re.compile(
    r"\(\s*[“\"‘']?(?:(?:or|the|an?|called|known as|abbreviated|hereinafter|hereafter|formerly|o|el|la|los|las|"
    r"en adelante|por sus siglas en inglés,?|siglas en inglés:?)\s+)*[“\"‘']?([A-ZÁÉÍÓÚÑ]{2,6})s?\b"
)
_INTRODUCED = re.compile(r",?\s(?:or|known as|called|abbreviated(?: as)?|o|conocid[oa]s? como)\s(?:the\s|la\s|el\s)?$")
_NEAR = 14  # words


def abbreviation(page: Page) -> Iterator[Found]:
    """An abbreviation, at its first use, that is spelled out nowhere on the page."""
    if not page.words_are_read:
        return
    seen: set[str] = set()
    expanded = Expanded(page)
    for piece in page.pieces:
        text = piece.span.of(page.text)
        if _is_in_capitals(text):
            continue
        for match in _SHORT_FORM.finditer(text):
            short = match[1]
            if short in seen or _needs_no_expansion(match, piece, expanded):
                continue
            seen.add(short)
            if short not in expanded:
                message = f"“{short}” is used but never written out."
                yield Found(Rule.ABBREVIATION, message, piece.span.start + match.start())


def _is_in_capitals(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) > 6 and sum(map(str.isupper, letters)) > 0.7 * len(letters)


def _needs_no_expansion(match: re.Match[str], piece: Piece, expanded: Expanded) -> bool:
    short, text = match[1], match.string
    before, after = text[max(match.start() - 80, 0) : match.start()], text[match.end() : match.end() + 80]
    return (
        short in _NEVER_EXPANDED
        or len(set(short)) == 1
        or bool(_ROMAN.match(short))
        or bool(_NUMBER_BEHIND.match(after))  # the name of a bill or a form
        or (short in STATES and (bool(_PLACE_BEFORE.search(before)) or piece.kind is PieceKind.CELL))
        or _is_shouted(short, before, after, expanded)
    )


def _is_shouted(short: str, before: str, after: str, expanded: Expanded) -> bool:
    """Whether *short* is a word in capitals, as its neighbours are or as the text has it in small letters."""
    neighbours = [*before.split()[-2:], *after.split()[:2]]
    if sum(bool(_CAPITALS.fullmatch(word.strip(".,;:!?"))) for word in neighbours) >= 2:
        return True
    return len(short) > 3 and short.lower() in expanded.small_words


class Expanded:
    """The abbreviations that a page spells out, in whatever way."""

    def __init__(self, page: Page) -> None:
        self._text = f"{page.document.title}\n\n{page.text}"
        self._language = page.language
        self._uses = _uses(self._text)
        self.small_words = {word for word in _WORD.findall(self._text) if word.islower()}
        self._learned = {short.upper() for short in learn(self._text)}
        self._names = {initials for run in _NAME_RUN.finditer(self._text) for initials in _initials_of(run[0])}

    def __contains__(self, short: str) -> bool:
        return (
            short in self._learned
            or short in self._names
            or _within_name(short, self._names)
            or any(self._is_explained(short, start) for start in self._uses.get(short, ()))
        )

    def _is_explained(self, short: str, start: int) -> bool:
        """Whether the words around a use of *short* begin with its letters, or it stands in brackets behind them."""
        end = start + len(short)
        before, after = self._text[max(start - 200, 0) : start], self._text[end : end + 200]
        words = [_WORD.findall(before)[-_NEAR:], _WORD.findall(after.removeprefix("s"))[:_NEAR]]
        if any(_spell(near, short) for near in words) or self._is_bracketed(short, start):
            return True
        introduced = _INTRODUCED.search(before)
        return bool(introduced and long_form(short, before[: introduced.start()]))

    def _is_bracketed(self, short: str, start: int) -> bool:
        opening = self._text.rfind("(", max(start - 60, 0), start)
        bracketed = _BRACKETED.match(self._text, opening) if opening >= 0 else None
        if not bracketed or bracketed.start(1) != start:
            return False
        before = self._text[max(opening - 400, 0) : opening]
        # What is translated has another language's letters; its first use in brackets is how it is introduced.
        first = self._uses[short][0] == start
        return first or self._language == "es" or long_form(short, before) is not None


def _uses(text: str) -> dict[str, list[int]]:
    """Where each short form stands, the first times that it does."""
    uses: dict[str, list[int]] = defaultdict(list)
    for match in _IN_CAPITALS.finditer(text):
        if len(uses[match[1]]) < _MOST_USES:
            uses[match[1]].append(match.start())
    return uses


def _initials_of(run: str) -> Iterator[str]:
    """The initials of the words of a name, with and without the small ones."""
    words = re.findall(r"(?:[A-Z]\.){2,}|[^\W\d_]+", re.sub(r"[’']s\b", "", run))
    if len(words) < 2:
        return
    yield "".join(map(_initial, words))
    yield "".join(_initial(word) for word in words if word.casefold() not in SMALL)


def _initial(word: str) -> str:
    """The letters that *word* gives to an abbreviation: "US" of "U.S.", the first of others."""
    return word.replace(".", "") if "." in word else word[0].upper()


def _within_name(short: str, names: set[str]) -> bool:
    """Whether *short* is made of the initials of a name: all in a row, or with one or two left out."""
    return any(short in name or (len(short) > 2 and _leaves_out_few(short, name)) for name in names)


def _leaves_out_few(short: str, name: str) -> bool:
    if not (name.startswith(short[0]) and len(short) <= len(name) <= len(short) + 2):
        return False
    letters = iter(name)
    return all(letter in letters for letter in short)


def _spell(words: list[str], short: str) -> bool:
    """Whether the initials of *words*, some of them small, have those of *short* in a row."""
    if any(word == short for word in words):
        words = words[: words.index(short)]
    every = "".join(word[0].upper() for word in words)
    large = "".join(word[0].upper() for word in words if word.casefold() not in SMALL)
    return len(short) > 2 and (short in every or short in large)
