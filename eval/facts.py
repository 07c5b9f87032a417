"""A fact that an answer must or must not hold, and how it is found in a text.

A fact is a phrase, any of several phrases, a number with its unit, or a pattern. Spelling that says nothing (case,
curly quotes, kinds of dash, thousands separators, line breaks) never decides whether a fact is found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from eval.quantities import Quantity

_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
    }
)
_THOUSANDS = re.compile(r"(?<![0-9])[0-9]{1,3}(?:[,\u2009\u202f][0-9]{3})+(?![0-9])")
_SEPARATOR = re.compile(r"[,\u2009\u202f]")


def _join_thousands(text: str) -> str:
    return _THOUSANDS.sub(lambda number: _SEPARATOR.sub("", number[0]), text)


def tidy(text: str) -> str:
    """*text* on one line with straight quotes and dashes; case and thousands separators stay."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_STRAIGHT)).translate(_STRAIGHT).split())


def normalise(text: str) -> str:
    """*text* as facts are compared: `tidy`, without case and without thousands separators."""
    # Thin spaces between digits are gone after NFKC, so separators go first.
    return unicodedata.normalize("NFKC", tidy(_join_thousands(text)).casefold())


def _phrase_pattern(phrase: str) -> re.Pattern[str]:
    """Where *phrase* stands by itself: not inside a longer word ("art", "party") or number ("5", "2.5")."""
    before = r"(?<!\w)" if phrase[0].isalnum() else ""
    after = r"(?!\w)" if phrase[-1].isalnum() else ""
    before += r"(?<![0-9][.,])" if phrase[0].isdigit() else ""
    after += r"(?![.,][0-9])" if phrase[-1].isdigit() else ""
    return re.compile(before + re.escape(phrase) + after)


def phrase_in(phrase: str, text: str) -> bool:
    """Whether *phrase* stands in *text* as whole words; an empty phrase stands nowhere."""
    wanted = normalise(phrase)
    return bool(wanted) and _phrase_pattern(wanted).search(normalise(text)) is not None


class AnyOf(BaseModel):
    """A fact with several spellings, any of which will do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    any_of: tuple[str, ...] = Field(min_length=1)

    def __str__(self) -> str:
        return " or ".join(f'"{phrase}"' for phrase in self.any_of)


class Pattern(BaseModel):
    """A fact as a regular expression, tried without regard to case, with and without thousands separators."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    regex: str

    def __str__(self) -> str:
        return f"/{self.regex}/"


AnyFact = str | AnyOf | Quantity | Pattern
"""Every form that a fact has."""

_FORMS: Mapping[str, type[AnyOf] | type[Quantity] | type[Pattern]] = {
    "any_of": AnyOf,
    "number": Quantity,
    "regex": Pattern,
}


def holds(text: str, fact: AnyFact) -> bool:
    """Whether *text* holds *fact*."""
    match fact:
        case AnyOf():
            return any(phrase_in(phrase, text) for phrase in fact.any_of)
        case Quantity():
            return fact.found_in(text)
        case Pattern():
            pattern = re.compile(fact.regex, re.IGNORECASE)
            return any(pattern.search(form) for form in (tidy(text), normalise(text)))
        case str():
            return phrase_in(fact, text)


def describe(fact: AnyFact) -> str:
    """*fact* as a report shows it."""
    return f'"{fact}"' if isinstance(fact, str) else str(fact)


def _usable(fact: AnyFact) -> AnyFact:
    """*fact*, where it is one that some texts hold and silence doesn't."""
    phrases = (fact,) if isinstance(fact, str) else fact.any_of if isinstance(fact, AnyOf) else ()
    if not all(normalise(phrase) for phrase in phrases):
        raise ValueError("a fact may not be empty")
    try:
        if holds("", fact):
            raise ValueError(f"the fact {describe(fact)} is found in an empty answer")
    except re.error as error:
        raise ValueError(f"the regex {describe(fact)} can't be compiled: {error}") from error
    return fact


def _shaped(value: object) -> object:
    """Refuses what is no fact by its shape, in one sentence rather than one for each form of fact."""
    if isinstance(value, str | AnyOf | Quantity | Pattern):
        return value
    form = next((form for key, form in _FORMS.items() if isinstance(value, dict) and key in value), None)
    if form is None or not set(value) <= set(form.model_fields):  # type: ignore[call-overload]
        raise ValueError(
            'a fact is a string, {"any_of": ["…", "…"]}, {"number": 40, "unit": "hours"} or {"regex": "…"}'
        )
    try:
        return form.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        message = fault["msg"].removeprefix("Value error, ")
        raise ValueError(f"{fault['loc'][0]}: {message}") from error


Fact = Annotated[AnyFact, BeforeValidator(_shaped), AfterValidator(_usable)]
