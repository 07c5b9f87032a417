"""Is everything in the answer grounded?

Each metric looks at one reply, whatever was asked. A refusal has no sentences; if it quotes what the text does say,
the quotes and their sections are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from corpus.documents import Span
from eval.cases import EvalCase
from eval.facts import normalise
from eval.library import Library, note_marks, section_paths
from eval.metrics import Metric
from eval.replies import FootnoteRecord, ReplyRecord, SentenceRecord
from eval.scores import Score, counted

_DIGITS = re.compile(r"[0-9]+(?:[.:/][0-9]+)*")
_UNITS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# "one" is left out: it is more often a pronoun. "March" and "may" are months only beside a number.
_SPELLED = {
    **{word: str(value) for value, word in enumerate(_UNITS + _TEENS, start=2)},
    **{word: str(10 * value) for value, word in enumerate(_TENS, start=2)},
    "hundred": "100",
    "thousand": "1000",
}
_WORDS = re.compile(
    rf"\b(?:{'|'.join(_SPELLED)}|million|billion|half|third|quarter|twice"
    r"|january|february|april|june|july|august|september|october|november|december"
    r"|(?:march|may)(?= [0-9])|(?<=[0-9] )(?:march|may))\b"
)

_MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "jan feb mar apr may jun jul aug sept oct nov dec",
    )
    for number, name in enumerate(names.split(), start=1)
}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|º|o)?\b"
_YEAR = r"(?P<year>(?:1[5-9]|20)[0-9]{2})\b"
_DATES = tuple(
    re.compile(rf"(?<![\w.,/]){form}")
    for form in (
        rf"{_DAY} (?:de |of )?{_MONTH}(?:,? (?:del? )?{_YEAR})?",
        rf"{_MONTH} {_DAY}(?:,? {_YEAR})?",
        rf"{_MONTH},? (?:del? |of )?{_YEAR}",
        r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?![\w/])",
    )
)

DateParts = tuple[int | None, int, int | None]
"""Year, month and day; None for what isn't said."""


def dates(text: str) -> frozenset[DateParts]:
    """The dates in *text* that name their month, in English or Spanish, or are in ISO 8601: "March 2024", "5 de mayo".

    Dates in figures with slashes are left out: whether the day comes first depends on who writes.
    """
    plain = normalise(text)
    found = frozenset(_parts(match) for form in _DATES for match in form.finditer(plain))
    # "May 2024" is also found in "5 May 2024", and says nothing more.
    return frozenset(date for date in found if not any(_says(other, date) for other in found - {date}))


def _parts(match: re.Match[str]) -> DateParts:
    year, month, day = (match.groupdict().get(part) for part in ("year", "month", "day"))
    return int(year) if year else None, _MONTHS.get(month or "") or int(month or 0), int(day) if day else None


def _says(quoted: DateParts, said: DateParts) -> bool:
    return all(part in (None, other) for part, other in zip(said, quoted, strict=True))


def number_tokens(text: str) -> frozenset[str]:
    """The numbers, amounts and months in *text*, so that "8" is "eight" and "1,000" is "1000"."""
    plain = normalise(text)
    words = (_SPELLED.get(word, word) for word in _WORDS.findall(plain))
    return frozenset([*_DIGITS.findall(plain), *words])


def one_line(text: str) -> str:
    """*text* on one line, without bullets."""
    return " ".join(text.replace("•", " ").split())


def quotes_exact(_case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
    """Footnotes whose quote is exactly what stands at their offsets in that version of the document."""

    def exact(note: FootnoteRecord) -> bool:
        document = library.find(note.document.id, note.document.version)
        in_range = document is not None and 0 <= note.start < note.end <= len(document.text)
        return in_range and document is not None and document.text[note.start : note.end] == note.quote

    return counted(exact(note) for note in reply.footnotes)


def sections_named(_case: EvalCase, reply: ReplyRecord, library: Library) -> Score | None:
    """Footnotes that name the section they stand in; those into a document's own note aren't looked at."""
    held: list[bool] = []
    for note in reply.footnotes:
        document = library.find(note.document.id, note.document.version)
        if document is None or not 0 <= note.start <= note.end:
            continue
        span = Span(note.start, note.end)
        if not note_marks(document, span):
            held.append(note.section in section_paths(document, span))
    return counted(held)


def sentences_footnoted(_case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """Sentences with footnotes that all exist; an answer that isn't in sentences counts as one without."""
    if reply.status == "answered" and not reply.sentences:
        return Score(0, 1)

    def footnoted(sentence: SentenceRecord) -> bool:
        return 0 < len(sentence.footnotes) == len(reply.cited(sentence))

    return counted(footnoted(sentence) for sentence in reply.sentences)


def marks_resolve(_case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """Whether the answer's text is its sentences with their marks and nothing else, and every mark resolves.

    Footnotes are numbered 1..n in order of first use, and each is used.
    """
    if reply.status != "answered":
        return None
    used = list(dict.fromkeys(number for sentence in reply.sentences for number in sentence.footnotes))
    numbered = used == [note.number for note in reply.footnotes] == list(range(1, len(used) + 1))
    shape = "".join(_shape(sentence) for sentence in reply.sentences)
    whole = re.fullmatch(rf"{shape}\s*", " ".join(reply.answer.split())) is not None
    return counted([bool(reply.sentences) and numbered and whole])


def _shape(sentence: SentenceRecord) -> str:
    """A pattern for *sentence* as the answer's text shows it."""
    parts = [f"[{sentence.about}]"] if sentence.about else []
    parts += [" ".join(sentence.text.split()), *(f"[{number}]" for number in sentence.footnotes)]
    return r"\s*(?:[•*-]\s)?" + r"\s*".join(re.escape(part) for part in parts)


def numbers_quoted(_case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """Numbers and dates of the sentences that stand in a quote of the same sentence."""
    held: list[bool] = []
    for sentence in reply.sentences:
        quoted = number_tokens(" ".join(note.quote for note in reply.cited(sentence)))
        held += [token in quoted for token in number_tokens(sentence.text)]
    return counted(held)


def dates_quoted(_case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """Dates of the sentences that stand, as a whole, in a quote of the same sentence.

    `numbers_quoted` looks at day, month and year by themselves, and would let a date be put together from two.
    """
    held: list[bool] = []
    for sentence in reply.sentences:
        quoted = dates(" ".join(note.quote for note in reply.cited(sentence)))
        held += [any(_says(there, said) for there in quoted) for said in sorted(dates(sentence.text), key=str)]
    return counted(held)


def sentences_quoted(_case: EvalCase, reply: ReplyRecord, _library: Library) -> Score | None:
    """Sentences that are, line breaks and bullets apart, verbatim in one of their quotes or all in a row."""

    def verbatim(sentence: SentenceRecord) -> bool:
        quotes = [one_line(note.quote) for note in reply.cited(sentence)]
        text = one_line(sentence.text)
        return bool(text) and any(text in quote for quote in [*quotes, " ".join(quotes)])

    return counted(verbatim(sentence) for sentence in reply.sentences)


GROUNDING_METRICS: Mapping[str, Metric] = {
    "quotes_exact": quotes_exact,
    "sentences_footnoted": sentences_footnoted,
    "marks_resolve": marks_resolve,
    "numbers_quoted": numbers_quoted,
    "dates_quoted": dates_quoted,
    "sentences_quoted": sentences_quoted,
    "sections_named": sections_named,
}
