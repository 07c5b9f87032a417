"""What a question asks for: its words, its names, and the kind of thing that would answer it.

Cue words are those of the question's language, never of one explainer's subject. A language without cues still
works: its questions then expect nothing in particular.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from index.lexical import term_of, words


class Expected(StrEnum):
    """The kind of thing that an answer must hold."""

    ANYTHING = "anything"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DURATION = "duration"
    NAME = "name"


class Shape(StrEnum):
    """The form of the answer."""

    FACT = "fact"
    LIST = "list"


_EXPECTED_CUES: tuple[tuple[Expected, re.Pattern[str]], ...] = (
    (
        Expected.MONEY,
        re.compile(
            r"\bhow much\b.*\b(?:costs?|paid|pays?|spend|spent|money|funding|budget|fees?|fines?|saved?|charged?|"
            r"price|worth)\b|\bhow expensive\b|\bwhat (?:does|did|do|is|was|are) .*\b(?:costs?|price|fee|fine)\b|"
            r"\bcu[aá]nto (?:cuesta|cost[oó]|paga|gasta|vale)\b"
        ),
    ),
    (
        Expected.DURATION,
        re.compile(
            r"\bhow (?:long|often|soon|quickly|frequently)\b|"
            r"\bhow many (?:\w+ ){0,2}(?:hours?|days?|weeks?|months?|years?|minutes?)\b|\b(?:hours|days|weeks) of\b|"
            r"\bcu[aá]nto tiempo\b|\bcu[aá]nt[oa]s (?:horas|d[ií]as|semanas|meses|a[nñ]os)\b|\bcada cu[aá]nto\b"
        ),
    ),
    (
        Expected.NUMBER,
        re.compile(
            r"\bhow (?:many|much|big|large|high|low|old|far|fast)\b|\bwhat (?:share|percent(?:age)?|proportion|"
            r"fraction|number)\b|\b(?:number|percentage|share) of\b|\bcu[aá]nt[oa]s?\b|\bqu[eé] porcentaje\b"
        ),
    ),
    (
        Expected.DATE,
        re.compile(
            r"\bwhen\b(?!\s+(?:a|an|the|they|he|she|it|you|we|i|someone|police|officers?)\b.*,)|"
            r"\b(?:what|which) (?:year|date|month|day)\b|\bsince when\b|\bhow (?:recent|recently)\b|"
            r"\bcu[aá]ndo\b|\ben qu[eé] (?:a[nñ]o|fecha|mes)\b"
        ),
    ),
    (
        Expected.NAME,
        re.compile(
            r"^(?:and |so |but )?(?:who|whose|whom|where)\b|"
            r"\b(?:which|what) (?:agency|agencies|county|counties|state|states|city|"
            r"cities|law|laws|office|person|organi[sz]ation|court|department|governor|president|country|program)\b|"
            r"^(?:qui[eé]n(?:es)?|d[oó]nde)\b"
        ),
    ),
)

_LIST_CUES = re.compile(
    r"^(?:please )?(?:list|name|enumerate)\b|\blist (?:all|the|every)\b|\bwhat all\b|\bwhich ones\b|"
    r"\bwhat are (?:all )?(?:the|some|its|their)\b|\bwhat (?:kinds?|types?|sorts?|forms?|categories) of\b|"
    r"\bwhat (?:can|may|could|must) (?:\w+ ){1,5}?do\b|\bwhat (?:is|are|does|do) (?:\w+ ){1,5}?(?:allowed|"
    r"authori[sz]ed|able|required|include|cover|consist)\b|\bcu[aá]les son\b|\bqu[eé] (?:pueden|tipos)\b|^enumera\b"
)

MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|"
    r"septiembre|octubre|noviembre|diciembre"
)
"""A pattern of the names of months."""
_DATE = re.compile(rf"\b(?:1[6-9]|20|21)\d\d\b|\b(?:{MONTHS})\.? \d{{1,2}}\b", re.IGNORECASE)
_NUMBER_WORDS = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|"
    r"ninety|hundred|dozen|half|third|quarter|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|cien)s?"
)
_COUNT = re.compile(rf"(?<![\w(])\d[\d,]*(?:\.\d+)?(?![\w(])|\b{_NUMBER_WORDS}\b|\d+(?:\.\d+)? ?%", re.IGNORECASE)
_MONEY = re.compile(
    r"[$€£]\s?\d|\b\d[\d,.]* (?:dollars|cents|euros|pounds|d[oó]lares)\b|\bfree\b|\bno (?:cost|charge|fee)\b|"
    r"\bcosts?\b|\bpays?\b|\bpercent\b|%",
    re.IGNORECASE,
)
_UNIT = r"(?:second|minute|hour|day|week|month|quarter|year|decade|hora|d[ií]a|semana|mes|a[nñ]o)(?:e?s)?"
_DURATION = re.compile(
    rf"\b(?:\d[\d,.]*|{_NUMBER_WORDS}|a|an|each|every|per|un|una|cada)[- ](?:\w+[- ])?{_UNIT}\b|"
    r"\b(?:annual|daily|week|month|quarter|year)(?:ly)?\b|\bdays?\b",
    re.IGNORECASE,
)
_INNER_NAME = re.compile(r"(?<=[\w,;:)’'\"”] )[\"“(]?[A-Z][\w’'.-]*")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, analysed.

    ``terms`` are its distinct index terms, in order; ``names`` those of them that name something in particular (a
    proper name, an abbreviation, a number), by how they are written.
    """

    text: str
    terms: tuple[str, ...]
    names: tuple[str, ...]
    expected: Expected
    shape: Shape


def analyse(text: str, language: str = "en") -> Question:
    """Reads *text*, whose words are stemmed as *language*."""
    spoken = " ".join(text.split()).casefold().lstrip("¿¡")
    expected = next((kind for kind, cue in _EXPECTED_CUES if cue.search(spoken)), Expected.ANYTHING)
    shape = Shape.LIST if _LIST_CUES.search(spoken) else Shape.FACT
    if expected in {Expected.MONEY, Expected.DURATION, Expected.NUMBER, Expected.DATE}:
        shape = Shape.FACT
    terms = dict.fromkeys(term for word in words(text) if (term := term_of(word, language)))
    return Question(text, tuple(terms), _names(text, language), expected, shape)


def _names(text: str, language: str) -> tuple[str, ...]:
    """Terms written as names: capitalised inside a sentence, in capitals, or holding a digit.

    A question typed all in capitals, or Headline Style, says nothing by its capitals.
    """
    tokens = re.findall(r"[\w.’'()-]+", text)
    shouted = sum(token[:1].isupper() for token in tokens) > 0.6 * len(tokens) and len(tokens) > 3
    found: dict[str, None] = {}
    starts = True
    for token in tokens:
        has_digit = any(character.isdigit() for character in token)
        capital = token[:1].isupper() and not shouted
        acronym = len(token) > 1 and token.isupper() and not shouted
        if has_digit or acronym or (capital and not starts):
            found.update((term, None) for word in words(token) if (term := term_of(word, language)))
        starts = token.endswith((".", "?", "!"))
    return tuple(found)


def holds(expected: Expected, sentence: str) -> bool:
    """Whether *sentence* holds something of the *expected* kind."""
    match expected:
        case Expected.ANYTHING:
            return True
        case Expected.NUMBER:
            return bool(_COUNT.search(_DATE.sub(" ", sentence)))
        case Expected.MONEY:
            return bool(_MONEY.search(sentence))
        case Expected.DATE:
            return bool(_DATE.search(sentence))
        case Expected.DURATION:
            return bool(_DURATION.search(sentence))
        case Expected.NAME:
            return bool(_INNER_NAME.search(sentence))
