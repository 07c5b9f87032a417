"""What an editor says of an explainer: in a file's front matter, or on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from corpus.documents import SAFE_ID
from corpus.imprint import parse_date
from corpus.inline import normalise
from corpus.language import known_language

_ADVICE = {
    "id": ("letters, digits and hyphens", "housing-vouchers"),
    "title": ("one line of text, in quotes if it has a colon in it", None),
    "publisher": ("one line of text, in quotes if it has a colon in it", None),
    "as_of": ("the date it was last checked", "2025-04-14"),
    "language": ("a language code", "en"),
    "topics": ("topics separated by commas", "housing, rental assistance"),
    "url": ("the page's address", "https://example.org/explainer"),
}
KEYS = tuple(_ADVICE)
"""The keys that are read."""


def _as_date(value: object) -> date | None:
    day = parse_date(value) if isinstance(value, str) else None
    if day is None:
        raise ValueError("not a date")
    return day


def _as_topics(value: object) -> object:
    topics = value.split(",") if isinstance(value, str) else value
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise ValueError("not a list of topics")
    return tuple(dict.fromkeys(topic for topic in map(normalise, topics) if topic))


_Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(normalise)]


class FrontMatter(BaseModel):
    """The keys that are read; others are for other tools."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, StringConstraints(pattern=rf"^{SAFE_ID.pattern}$")] | None = None
    title: _Line | None = None
    publisher: _Line | None = None
    as_of: Annotated[date | None, BeforeValidator(_as_date)] = None
    language: (
        Annotated[
            str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$"), AfterValidator(known_language)
        ]
        | None
    ) = None
    topics: Annotated[tuple[str, ...], BeforeValidator(_as_topics)] = ()
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"']+$")] | None = None


class WrongValueError(ValueError):
    """A value that can't be used: its *key*, the value as a message shows it, and what to write in its place."""

    def __init__(self, key: str, shown: str, advice: str, example: str | None) -> None:
        super().__init__(f"{key} is {shown}")
        self.key = key
        self.shown = shown
        self.advice = advice
        self.example = example


def read_front_matter(values: Mapping[str, object]) -> FrontMatter:
    """*values*, by key, as `FrontMatter`; raises `WrongValueError` for the first that can't be used."""
    try:
        return FrontMatter.model_validate(values)
    except ValidationError as error:
        key = str(error.errors()[0]["loc"][0])
        raise WrongValueError(key, _shown(values[key]), *_ADVICE[key]) from error


def _shown(value: object) -> str:
    if not isinstance(value, str):
        return "a list" if isinstance(value, list) else "a group of keys"
    return f'"{value}"' if len(value) <= 60 else f'"{value[:60]}…"'
