"""Numbers with their units, as English and Spanish text writes them.

"40 hours", "40-hour" and "forty hours" are one quantity; so are "$2.3 billion" and "2,300,000,000 dollars". Folded are
the spellings of a percentage, of dollars, euros and pounds, and singular and plural. Nothing is converted: 40 hours
are not 5 days, and five percentage points are not five percent. Digits are read the English way: a comma between
thousands, a point before decimals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_serializer, field_validator

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
        "¼": "\ue000",
        "½": "\ue001",
        "¾": "\ue002",
    }
)
_FRACTIONS = {"\ue000": Decimal("0.25"), "\ue001": Decimal("0.5"), "\ue002": Decimal("0.75")}


def _numbered(words: str, first: int, step: int = 1) -> dict[str, int]:
    return {word: first + step * place for place, word in enumerate(words.split())}


_SPELLED: dict[str, int] = {
    **_numbered("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen", 1),
    **_numbered("sixteen seventeen eighteen nineteen", 16),
    **_numbered("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10),
    **_numbered("uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis", 1),
    **_numbered("diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro", 17),
    **_numbered("veinticinco veintiséis veintisiete veintiocho veintinueve", 25),
    **_numbered("treinta cuarenta cincuenta sesenta setenta ochenta noventa cien", 30, 10),
    **_numbered(
        "doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos", 200, 100
    ),
    **_numbered(
        "doscientas trescientas cuatrocientas quinientas seiscientas setecientas ochocientas novecientas", 200, 100
    ),
    "un": 1,
    "una": 1,
    "veintiún": 21,
    "veintiuna": 21,
    "ciento": 100,
}
_SCALES = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "bn": 10**9,
    "mil": 10**3,
    "millón": 10**6,
    "millones": 10**6,
    "billón": 10**12,
    "billones": 10**12,
}
_HUNDRED = "hundred"
_SHORT_SCALES = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}
"""As written right after an amount of money: "$1.3m"."""
_MAY_BE_NO_NUMBER = frozenset({"one", "un", "una", "uno", "once"})
"""Words that are numbers for certain only before their unit: "no one", "once the term ends"."""

_MONEY = {
    "$": ("$", "us$", "usd", "dollar", "dollars", "dólar", "dólares"),
    "€": ("€", "eur", "euro", "euros"),
    "£": ("£", "gbp", "pound sterling", "pounds sterling"),
}
_FOLDED: dict[tuple[str, ...], str] = {
    ("%",): "%",
    ("percent",): "%",
    ("per", "cent"): "%",
    ("pct",): "%",
    ("por", "ciento"): "%",
    **{tuple(spelling.split()): sign for sign, spellings in _MONEY.items() for spelling in spellings},
}
_SYMBOLS = {spelling: sign for sign, spellings in _MONEY.items() for spelling in spellings[:3]}

_DIGITS = r"(?>[0-9]{1,3}(?:[,\u2009\u202f\u00a0][0-9]{3})++(?:\.[0-9]++)?|[0-9]++(?:\.[0-9]++)?)[\ue000-\ue002]?"
_WORD = "|".join(sorted([*_SPELLED, *_SCALES, _HUNDRED], key=len, reverse=True))
_SCALE = "|".join(sorted([*_SCALES, _HUNDRED], key=len, reverse=True))
_NUMBER = re.compile(
    # Dates, telephone numbers and the like are passed over whole.
    r"(?P<skip>[0-9]++(?:[-/.:][0-9]++){2,})"
    r"|(?<![\w$€£])(?<![0-9][.,:/])(?P<minus>(?<![\w.,)\]%]-)(?<![\w.,)\]%])-)?(?P<sign>us\$|usd\s?|eur\s?|gbp\s?|[$€£]\s?)?"
    rf"(?:(?P<digits>{_DIGITS}|[\ue000-\ue002])(?![.,:/][0-9])(?![0-9⁄])(?!(?:st|nd|rd|th|s)\b)"
    rf"(?P<scales>(?:[\s-]?(?:{_SCALE})(?!\w))*+)(?(sign)(?P<short>(?:k|mn?|bn?|tn)(?!\w))?)"
    rf"|(?P<words>(?:{_WORD})(?!\w)(?:(?:\s+(?:and|y)\s+|[\s-])(?:{_WORD})(?!\w))*))"
    r"(?P<half>\s(?:and\sa\shalf|y\smedi[oa])(?!\w))?"
)
_UNIT_WORD = re.compile(r"[%$€£]|[^\W\d_]+(?:['’][^\W\d_]+)?")
_TO = re.compile(r"\s?(?:-|to|or|a|o)\s?")
_LONGEST_UNIT = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a text: its value, and the first words after it, or the sign of a currency before it.

    ``sure`` is False for a word that may be no number where no unit follows.
    """

    value: Decimal
    unit: tuple[str, ...]
    sure: bool


@lru_cache(maxsize=2048)
def numbers_in(text: str) -> tuple[Found, ...]:
    """The numbers of *text*, in order. The first of a range ("5 to 10 years") has the unit of the second."""
    plain = re.sub(r"[\t\n\r\f\v ]+", " ", text.translate(_PLAIN).casefold())
    found: list[Found] = []
    spans: list[tuple[int, int]] = []
    for match in _NUMBER.finditer(plain):
        if match["skip"]:
            continue
        for value, end in _values(match):
            found.append(_found(match, plain, value, end))
            spans.append((match.start(), end))
    return tuple(_with_range_units(plain, found, spans))


def _found(match: re.Match[str], plain: str, value: Decimal, end: int) -> Found:
    sign = (match["sign"] or "").strip()
    unit = (_SYMBOLS[sign],) if sign else _unit_words(plain, end)
    sure = match["words"] is None or match["words"] not in _MAY_BE_NO_NUMBER
    return Found(-value if match["minus"] else value, unit, sure)


def _with_range_units(plain: str, found: Sequence[Found], spans: Sequence[tuple[int, int]]) -> Iterator[Found]:
    for place, entry in enumerate(found):
        following = place + 1
        in_range = following < len(found) and _TO.fullmatch(plain[spans[place][1] : spans[following][0]])
        yield Found(entry.value, found[following].unit, entry.sure) if in_range else entry


def _values(match: re.Match[str]) -> Iterator[tuple[Decimal, int]]:
    """The values that *match* writes, each with where it ends: "nineteen ninety" are two numbers side by side."""
    half = Decimal("0.5") if match["half"] else Decimal(0)
    if match["digits"]:
        value = _read_digits(match["digits"])
        for scale in re.findall(_SCALE, match["scales"] or ""):
            value *= _SCALES.get(scale, 100)
        value *= _SHORT_SCALES[match["short"][0]] if match["short"] else 1
        yield value + half, match.end()
        return
    read = list(_read_words(match["words"], match.start("words")))
    for place, (value, end) in enumerate(read):
        last = place == len(read) - 1
        yield (value + half, match.end()) if last else (value, end)


def _read_digits(digits: str) -> Decimal:
    fraction = _FRACTIONS.get(digits[-1], Decimal(0))
    whole = re.sub(r"[,\u2009\u202f\u00a0\ue000-\ue002]", "", digits)
    return Decimal(whole or 0) + fraction


def _read_words(words: str, offset: int) -> Iterator[tuple[Decimal, int]]:
    reading = _Reading()
    for match in re.finditer(_WORD, words):
        if not reading.takes(match[0]):
            yield Decimal(reading.value), offset + reading.end
            reading = _Reading()
            reading.takes(match[0])
        reading.end = match.end()
    yield Decimal(reading.value), offset + reading.end


class _Reading:
    """A number in words as it is read: what is settled, and the part below the next scale."""

    def __init__(self) -> None:
        self.total = 0
        self.current = 0
        self.end = 0

    @property
    def value(self) -> int:
        return self.total + self.current

    def takes(self, word: str) -> bool:
        """Adds *word*; False, with nothing changed, where it begins another number."""
        if word in _SCALES:
            return self._scale(_SCALES[word])
        if word == _HUNDRED:
            fits = self.current < 100
            self.current = max(self.current, 1) * 100 if fits else self.current
            return fits
        value = _SPELLED[word]
        fits = self._has_room(value)
        self.current += value if fits else 0
        return fits

    def _has_room(self, value: int) -> bool:
        if value >= 100:
            return self.current == 0
        rest = self.current % 100
        return rest == 0 if value >= 10 else rest == 0 or (rest >= 20 and rest % 10 == 0)

    def _scale(self, scale: int) -> bool:
        if self.current == 0 and 0 < self.total < scale:  # "mil millones"
            self.total *= scale
            return True
        if self.current == 0 and self.total:
            return False
        self.total, self.current = self.total + max(self.current, 1) * scale, 0
        return True


def _unit_words(text: str, start: int) -> tuple[str, ...]:
    """The words right after a number, each behind a blank, a hyphen or (the first) nothing."""
    found: list[str] = []
    while len(found) < _LONGEST_UNIT:
        match = _UNIT_WORD.match(text, start if not found else start + 1)
        if match is None and not found and text[start : start + 1] in (" ", "-", "\u00a0", "\u2009", "\u202f"):
            match = _UNIT_WORD.match(text, start + 1)
        if match is None or (found and text[start] not in " -\u00a0"):
            break
        found.append(match[0])
        start = match.end()
        if start >= len(text):
            break
    return tuple(found)


def _same_word(one: str, other: str) -> bool:
    return bool(_singulars(one) & _singulars(other))


@lru_cache(maxsize=4096)
def _singulars(word: str) -> set[str]:
    """What *word* may be the plural of, itself included, in English and Spanish."""
    forms = {word}
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y")):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            forms.add(word[: len(word) - len(ending)] + instead)
    return forms


@lru_cache(maxsize=1024)
def _unit_key(unit: str) -> tuple[str, ...]:
    words = tuple(_UNIT_WORD.findall(unit.translate(_PLAIN).casefold()))
    if unit.strip().casefold() in _SYMBOLS:
        return (_SYMBOLS[unit.strip().casefold()],)
    return (_FOLDED[words],) if words in _FOLDED else words


def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    for length in (2, 1):
        if words[:length] in _FOLDED:
            return (_FOLDED[words[:length]], *words[length:])
    return words


def _has_unit(found: Found, wanted: tuple[str, ...]) -> bool:
    # "dos millones de dólares", "millions of dollars"
    words = _folded(found.unit[1:] if found.unit[:1] in (("de",), ("of",)) else found.unit)
    return len(words) >= len(wanted) and all(map(_same_word, words, wanted))


class Quantity(BaseModel):
    """A fact as a number with its unit: ``{"number": 40, "unit": "hours", "tolerance": 0}``.

    Without a unit the number may have any or none. ``tolerance`` is how far off a number may be, in the same unit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Annotated[Decimal, Field(ge=-(10**18), le=10**18, allow_inf_nan=False)]
    unit: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = None
    tolerance: Annotated[Decimal, Field(ge=0, le=10**18, allow_inf_nan=False)] = Decimal(0)

    @field_validator("number", "tolerance", mode="before")
    @classmethod
    def _no_truth_value(cls, value: object) -> object:
        if isinstance(value, bool):
            raise ValueError("it should be a number")  # noqa: TRY004 - pydantic shows a ValueError to people
        return value

    @field_validator("unit")
    @classmethod
    def _says_something(cls, unit: str | None) -> str | None:
        if unit is not None and not 0 < len(_unit_key(unit)) <= _LONGEST_UNIT:
            raise ValueError(f"a unit is one to {_LONGEST_UNIT} words, or a sign such as % or $")
        return unit

    @field_serializer("number", "tolerance")
    def _as_number(self, value: Decimal) -> int | float:
        return int(value) if value == value.to_integral_value() else float(value)

    def __str__(self) -> str:
        number = f"{self._as_number(self.number):,}"
        parts = [number, self.unit or ""]
        sign = bool(self.unit) and (self.unit or "") in _SYMBOLS
        shown = "".join(reversed(parts)) if sign else " ".join(parts).strip()
        return f"{shown} (± {self._as_number(self.tolerance):,})" if self.tolerance else shown

    def found_in(self, text: str) -> bool:
        """Whether *text* states the quantity, in digits or in words."""
        wanted = _unit_key(self.unit) if self.unit else ()
        return any(
            abs(found.value - self.number) <= self.tolerance and (_has_unit(found, wanted) if wanted else found.sure)
            for found in numbers_in(text)
        )
