"""Why a question isn't answered, and what a sentence that says so may name.

The cues are those of everyday questions, never of one explainer's subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.answers import RefusalDetails, RefusalReason
from bot.gloss import SHORTEST_QUESTION
from bot.questions import MONTHS, analyse
from bot.retrieve import Evidence
from bot.rewrite import Query
from corpus.documents import DocumentCard
from corpus.language import base_language, detect_language

_ASKS_ADVICE = re.compile(
    r"^(?:(?:so|and|but|ok),? )?(?:should|ought) (?:i|we|my|our)\b|"
    r"\bwhat (?:would you do|do you (?:think|recommend))\b|"
    r"\b(?:do|would) you (?:recommend|advise|suggest)\b|\bis it (?:a good|the right) (?:idea|thing|choice)\b|"
    r"\byour (?:own |personal |honest )*(?:opinion|view|guess|take|advice)\b|^¿?deb(?:o|emos|er[ií]a(?:mos)?)\b"
)
"""What asks for advice, whatever the text says."""
_PERSONAL = re.compile(
    r"\b(?:should|ought) (?:i|we|my|our)\b|\b(?:can|could|may) i (?:sue|be sued|appeal)\b|"
    r"\b(?:my|our) (?:lawyer|attorney|case|hearing)\b|\bmi (?:abogad[oa]|caso)\b"
)
"""What asks about the asker's own case, where the text doesn't answer it."""
_YEAR = re.compile(r"\b(?:19|20|21)\d\d\b")
_MONTH = re.compile(rf"\b(?:{MONTHS})\b", re.IGNORECASE)
_NO_MONTHS = frozenset({"may", "march", "mar"})
"""What is no month where it doesn't begin with a capital letter."""
_MOMENT = re.compile(
    rf"(?:\b(?P<month>{MONTHS})\.?,? (?:\d{{1,2}}(?:st|nd|rd|th)?,? )?(?:of |de |del )?|(?<![$€£\d.,]))(?<!\d)"
    r"(?P<year>(?:19|20|21)\d\d)(?![\d,.]*\d|(?:st|nd|rd|th)\b|\s?%)"
    r"(?!\s+(?:people|persons|percent|square|cubic|feet|(?!(?:is|was|has|does|as|its|this|plus|less)\b)[a-záéíóúñ]+s)\b)",
    re.IGNORECASE,
)
"""A year with its month, if that stands beside it; a number before what is counted ("2100 trees") is no year."""
_FIRST_LETTERS = ["jan ene", "feb", "mar", "apr abr", "may", "jun", "jul", "aug ago", "sep", "oct", "nov", "dec dic"]
"""Of the months' names, in English and Spanish."""


def reason_for(query: Query, documents: Sequence[DocumentCard], off_topic: bool) -> RefusalReason:
    """The reason for refusing *query*, once it is known that *documents* don't answer it.

    Whether it holds a false premise takes the evidence to tell: `bot.premises`.
    """
    if not query.asks:
        return RefusalReason.NOT_A_QUESTION
    if not query.is_understood or (query.unread is None and _language_is_foreign(query.text, documents)):
        return RefusalReason.UNSUPPORTED_LANGUAGE
    if off_topic:
        return RefusalReason.OFF_TOPIC
    if _asks_for_later(query, documents):
        return RefusalReason.AFTER_AS_OF
    if wants_advice(query.text) or _PERSONAL.search(" ".join(query.text.split()).casefold()):
        return RefusalReason.PERSONAL_OR_LEGAL_ADVICE
    return RefusalReason.NOT_IN_TEXT


def wants_advice(question: str) -> bool:
    """Whether *question* asks what to do, which no explainer answers: the bot doesn't advise."""
    return bool(_ASKS_ADVICE.search(" ".join(question.split()).casefold()))


def _language_is_foreign(question: str, documents: Sequence[DocumentCard]) -> bool:
    languages = {base_language(document.language) for document in documents}
    return bool(languages) and detect_language(question, SHORTEST_QUESTION) not in languages | {"en"}


def _asks_for_later(query: Query, documents: Sequence[DocumentCard]) -> bool:
    """Whether *query* names a month or a year after the last day that every document speaks of."""
    return bool(_later_moments(query, documents))


def is_after_text(query: Query, documents: Sequence[DocumentCard], evidence: Evidence) -> bool:
    """Whether *query* asks for a time after the last day of every document, of which no passage of *evidence* speaks.

    A text may say what will be in a later year; one that doesn't name that year doesn't.
    """
    texts = [" ".join([*scored.passage.section, scored.passage.text]) for scored in evidence.passages]
    end = _end_of(documents)
    later = _later_moments(query, documents)
    return any(not any(_speaks_of(text, *moment, end) for text in texts) for moment in later)


def _speaks_of(text: str, year: int, month: int, end: tuple[int, int] | None) -> bool:
    """Whether *text* names the *year*, and the *month* where that isn't 0 and the year isn't all after the *end*."""
    if str(year) not in _YEAR.findall(text):
        return False
    months = [_month_of(name) for name in _MONTH.findall(text) if name not in _NO_MONTHS]
    whole_year = end is not None and year > end[0] and (year, 0) in _moments(text)
    return not month or month in months or whole_year


def _later_moments(query: Query, documents: Sequence[DocumentCard]) -> list[tuple[int, int]]:
    """Each year, with its month or 0, that *query* names and that is later than all *documents*.

    A question that names none is of the time that the one before it names.
    """
    end = _end_of(documents)
    moments = _moments(query.text) or (_moments(query.before.text) if query.before else [])
    return [(y, m) for y, m in moments if end and (y, m or 1) > (end[0], end[1] if m else 12)]


def _moments(question: str) -> list[tuple[int, int]]:
    return [(int(m["year"]), _month_of(m["month"]) if m["month"] else 0) for m in _MOMENT.finditer(question)]


def _end_of(documents: Sequence[DocumentCard]) -> tuple[int, int] | None:
    """The year and the month that the latest of *documents* speaks of; None where none is dated."""
    return max(((document.as_of.year, document.as_of.month) for document in documents if document.as_of), default=None)


def _month_of(name: str) -> int:
    """From 1 to 12."""
    return next(i for i, letters in enumerate(_FIRST_LETTERS, start=1) if name[:3].casefold() in letters.split())


def details_of(query: Query, missing: Sequence[str], documents: Sequence[DocumentCard]) -> RefusalDetails:
    """What the sentence of a refusal of *query* may name; *missing* are terms that no document holds."""
    ends = [document.as_of for document in documents if document.as_of]
    return RefusalDetails(
        title=documents[0].title if len(documents) == 1 else None,
        named=tuple(dict.fromkeys(_as_written(query, missing))),
        ends=max(ends, default=None),
        glossed=query.unread is not None,
    )


def _as_written(query: Query, missing: Sequence[str]) -> Iterator[str]:
    """The names among the *missing* terms, as the reader wrote them."""
    wanted = [term for term in missing if term in query.asked.names]
    for word in query.text.split():
        bare = word.strip(".,;:?!()[]“”\"'’")
        if set(analyse(bare).terms) & set(wanted):
            yield bare
