"""The documents that a question names, and the question without the words that name them.

"What did deposits cost in the 2025 explainer?" is asked of that document alone. The cues are how people speak of
explainers; what they call one is looked up in what the documents say of themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.documents import DocumentCard
from corpus.language import base_language
from index.lexical import term_of, words

_OURS = r"explainers?|explicador(?:es)?"
"""What a text of ours is called, and nothing that such a text speaks of."""
_MAYBE_OURS = rf"{_OURS}|guides?|overviews?|primers?|fact ?sheets?|articles?|pages?|documents?|gu[ií]as?|art[ií]culos?"
"""What a text of ours may be called, and what such a text may speak of."""
_CITES = r"per|according to|based on|seg[uú]n|de acuerdo con"
_INTRODUCES = rf"{_CITES}|in|from|by|en"

_BEFORE = re.compile(
    rf"(?P<lead>[,;]?\s*\b(?:{_INTRODUCES})\s+)?\b(?:the|your|our|this)\s+(?P<called>[^,;:?!“”\"]{{1,80}}?)\s+"
    rf"(?P<noun>{_MAYBE_OURS})\b",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?P<lead>[,;]?\s*\b(?:{_INTRODUCES})\s+)(?:el|la|los|las|the|your)\s+(?P<noun>{_MAYBE_OURS})\s+"
    rf"(?:on|about|of|from|in|de|del|sobre|en)\s+(?P<called>[^,;:?!“”\"]{{1,80}})",
    re.IGNORECASE,
)
_QUOTED = re.compile(rf"(?P<lead>[,;]?\s*\b(?:{_INTRODUCES})\s+)?[“\"](?P<called>[^“”\"]{{3,200}})[”\"]", re.IGNORECASE)
_TELLS = re.compile(r"\s+(?:says?|said|mentions?|tells?|told|explains?|dicen?|mencionan?|explican?)\b", re.IGNORECASE)
_IN = r"(?:in|en)\s+(?P<called>[^\W\d_]+)"
_OPENS_IN_LANGUAGE = re.compile(rf"(?:^|(?<=^[¿¡])){_IN}\s*[,:]", re.IGNORECASE)
_ENDS_IN_LANGUAGE = re.compile(rf"(?:[,;]\s*|\s+[-–—]+\s*){_IN}(?=\W*$)", re.IGNORECASE)
"""A language set off from the question; notices may be posted in one."""

_LANGUAGE_NAMES = {
    "de": "german alemán deutsch",
    "en": "english inglés",
    "es": "spanish español castellano",
    "fr": "french francés français",
    "it": "italian italiano",
    "pt": "portuguese portugués português",
}
_YEAR = re.compile(r"(?:19|20|21)\d\d")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question is asked of: the documents of ``ids`` (None: all), and the ``question`` without naming them.

    ``missing`` is what the question calls a document that isn't there.
    """

    question: str
    ids: frozenset[str] | None = None
    missing: str | None = None


def scope_of(question: str, cards: Sequence[DocumentCard]) -> Scope:
    """The scope of *question* among the documents of *cards*."""
    all_dated = all(card.as_of for card in cards)
    for match in _mentions(question):
        ids = _named(match, cards)
        if ids is not None and len(ids) < len(cards):
            return Scope(_without(question, match), ids)
        if ids is None and all_dated and _names_a_year_only(match):
            return Scope(question, missing=match["called"])
    return Scope(question)


def _mentions(question: str) -> Iterator[re.Match[str]]:
    for pattern in (_QUOTED, _BEFORE, _AFTER, _OPENS_IN_LANGUAGE, _ENDS_IN_LANGUAGE):
        yield from pattern.finditer(question)


def _named(match: re.Match[str], cards: Sequence[DocumentCard]) -> frozenset[str] | None:
    """The documents that *match* names; None where it names none."""
    called = match["called"]
    if match.re is _QUOTED:
        found = [card for card in cards if words(card.title) == words(called)]
    elif _names_a_language(match):
        found = [card for card in cards if _language_is_called(card, called)]
    elif _is_ours(match):
        wanted = _terms(called)
        found = [card for card in cards if wanted and wanted <= _terms_of(card)]
    else:
        found = [card for card in cards if _is_titled(card, match)]
    return frozenset(card.id for card in found) or None


def _is_titled(card: DocumentCard, match: re.Match[str]) -> bool:
    """Whether *match*, which may be of anything, has the whole title, or two terms of title and publisher."""
    if not (match["lead"] or _TELLS.match(match.string, match.end())):
        return False
    wanted, title = _terms(match["called"]), _terms(card.title)
    whole = bool(wanted) and title <= wanted | _terms(match["noun"])
    return wanted <= title | _terms(card.publisher or "") and (whole or len(wanted) > 1)


def _is_ours(match: re.Match[str]) -> bool:
    """Whether *match* calls what it names by what only a text of ours is called."""
    noun = match.groupdict().get("noun")
    return bool(noun and re.fullmatch(_OURS, noun, re.IGNORECASE))


def _names_a_language(match: re.Match[str]) -> bool:
    return match.re in {_OPENS_IN_LANGUAGE, _ENDS_IN_LANGUAGE}


def _names_a_year_only(match: re.Match[str]) -> bool:
    return _is_ours(match) and bool(_YEAR.fullmatch(match["called"].strip()))


def _terms(text: str) -> set[str]:
    return {term for word in words(text) if (term := term_of(word))}


def _terms_of(card: DocumentCard) -> set[str]:
    """What a document may be called: words of its title, id, publisher and topics, its year and its language."""
    year = str(card.as_of.year) if card.as_of else ""
    language = _LANGUAGE_NAMES.get(base_language(card.language), "")
    told = [card.title, card.id.replace("-", " "), card.publisher or "", *card.topics, year, language]
    return _terms(" ".join(told))


def _language_is_called(card: DocumentCard, name: str) -> bool:
    return name.casefold() in _LANGUAGE_NAMES.get(base_language(card.language), "").split()


def _without(question: str, match: re.Match[str]) -> str:
    """*question* without the words of *match*, where they stand apart from it and leave enough to ask; else as it was.

    "Which forms are in the water permits guide?" asks of the guide. Where nothing but a text of ours is meant, one term
    is enough to ask.
    """
    in_language = _names_a_language(match)
    if not (in_language or match["lead"]):
        return question
    rest = f"{question[: match.start()]} {question[match.end() :]}"
    rest = re.sub(r"\s+([?.!,;])", r"\1", " ".join(rest.split()))
    rest = re.sub(r"^([¿¡]?)[\s,;:]+", r"\1", rest)
    is_sure = in_language or _is_ours(match) or re.search(rf"\b(?:{_CITES})\b", match["lead"], re.IGNORECASE)
    return rest if len(_terms(rest)) >= (1 if is_sure else 2) else question
