"""Dates as people write them, and the lines near an explainer's top that date and attribute it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

REVISED = 2
"""The rank of a line that says when a text was last changed or checked."""

_DATED = 1

_MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for number, name in enumerate(names.split(), start=1)
} | {"sept": 9, "setiembre": 9}

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$")
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: de)? ([^\W\d_]+)\.?,?(?: de[l]?)? (\d{4})$")
_NUMBERS = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})$")
_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day,? ", re.IGNORECASE)

_REVISED = re.compile(
    r"(?:this (?:page|explainer) was )?(?:last |most recently )?"
    r"(?:updated|revised|reviewed|modified|as of|(?:última )?actualizaci[oó]n|actualizado)"
    r"(?: on| el| as of)?(?: date)?\s*:?\s+(?P<date>.+)$",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"(?:(?:first )?published|posted|issued|date|publication date|publicado|fecha(?: de publicaci[oó]n)?)"
    r"(?: on| el)?\s*:?\s+(?P<date>.+)$",
    re.IGNORECASE,
)
_PUBLISHER = re.compile(
    r"(?:published by|publisher|publicado por|editor)\s*:?\s+"
    r"(?P<publisher>.+?)(?:,? (?:on|el) (?P<date>\D*\d.*))?$",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:By|Por|Written by|Author|Authors|Autor):? (?P<names>.+)$")
_NAME = re.compile(r"[^\W\d_][\w.'’-]*,?$")
_READING = re.compile(r"\d+[ -]?min(?:ute)?s? (?:read|de lectura)$", re.IGNORECASE)
_PARTS = re.compile(r"\s+[|·•–—]\s+")
_LONGEST = 16
_LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class Imprint:
    """What one line says about when and by whom a text was published; the higher *rank* dates it better."""

    as_of: date | None = None
    publisher: str | None = None
    rank: int = 0


def parse_date(text: str) -> date | None:
    """The day that *text* names, where it names one day and nothing else.

    "04/05/2025" is a day in April or in May, so it is none.
    """
    plain = _WEEKDAY.sub("", " ".join(text.split()).rstrip(".")).strip()
    if match := _ISO.match(plain):
        return _day(match[1], match[2], match[3])
    if match := _MONTH_FIRST.match(plain):
        return _day(match[3], _month(match[1]), match[2])
    if match := _DAY_FIRST.match(plain):
        return _day(match[3], _month(match[2]), match[1])
    if match := _NUMBERS.match(plain):
        first, second = int(match[1]), int(match[2])
        if first > 12 or first == second:
            return _day(match[3], second, first)
        return _day(match[3], first, second) if second > 12 else None
    return None


def read_imprint(line: str) -> tuple[Imprint, ...]:
    """What *line* dates or attributes; nothing where any part of it says anything else."""
    if len(line) > _LONGEST_LINE or len(line.split()) > _LONGEST:
        return ()
    found = [_read_part(part) for part in _PARTS.split(line.strip().rstrip("."))]
    return tuple(part for part in found if part) if all(found) else ()


def revisions(lines: Iterable[str]) -> list[Imprint]:
    """What lines such as "Last updated May 2, 2025" say; any other date far from the title could be another text's."""
    return [imprint for line in lines for imprint in read_imprint(line) if imprint.rank == REVISED]


def as_of(imprints: Sequence[Imprint]) -> date | None:
    """The date the text was last revised or, failing that, published; none where lines disagree."""
    for rank in (REVISED, _DATED, 0):
        days = {imprint.as_of for imprint in imprints if imprint.rank == rank and imprint.as_of}
        if days:
            return days.pop() if len(days) == 1 else None
    return None


def publisher(imprints: Sequence[Imprint]) -> str | None:
    """Who published the text; none where lines disagree."""
    names = {imprint.publisher for imprint in imprints if imprint.publisher}
    return names.pop() if len(names) == 1 else None


def _read_part(part: str) -> Imprint | None:
    if day := parse_date(part):
        return Imprint(as_of=day)
    if _NUMBERS.match(part):
        return Imprint()
    for rank, pattern in ((REVISED, _REVISED), (_DATED, _PUBLISHED)):
        match = pattern.match(part)
        if match and any(map(str.isdigit, match["date"])) and (day := parse_date(match["date"])):
            return Imprint(as_of=day, rank=rank)
        if match and _NUMBERS.match(match["date"]):  # a date that could be two days still isn't body text
            return Imprint(rank=rank)
    if match := _PUBLISHER.match(part):
        day = parse_date(match["date"]) if match["date"] else None
        return Imprint(as_of=day, publisher=match["publisher"].strip(), rank=_DATED)
    return Imprint() if _READING.match(part) or _is_byline(part) else None


def _is_byline(part: str) -> bool:
    match = _BYLINE.match(part)
    if not match:
        return False
    words = [word for word in match["names"].split() if word not in ("and", "y", "&", "de", "van", "von")]
    return bool(words) and all(_NAME.match(word) and word[:1].isupper() for word in words)


def _month(name: str) -> int:
    return _MONTHS.get(name.lower(), 0)


def _day(year: str, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
