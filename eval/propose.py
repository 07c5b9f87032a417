"""Cases proposed from a document, for a person to edit.

A proposal is a sentence of the document with one thing taken out of it and asked for. What it asks, what answers it and
where that stands are right by construction; the wording isn't a reader's, and a reader's wording is what a case is for.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import yaml

from corpus.builder import slugify
from corpus.documents import BlockKind, Document, Span
from corpus.language import base_language
from eval.cases import EvalCase, Kind
from eval.errors import EvalSetupError
from eval.facts import holds, normalise
from eval.passages import quote_spans
from index.lexical import term_of
from index.sentences import block_sentences, sentence_spans

PROPOSED = "proposed"
HEADER = """\
# Proposed cases: drafts, not an eval yet. Each is a sentence of the document with one thing taken out and asked for, so
# its question is in the document's words and no reader asks like that. For every case:
#   1. write the question as a reader would, who hasn't read the document and doesn't know its words;
#   2. check the facts: all that a right answer must say, and no more;
#   3. of the unanswerable ones, check that the text really doesn't say: one thing in each was swapped;
#   4. give it an id that says what it asks, take the tag "proposed" off, and delete what isn't worth asking.
# Then run the lint of cases on the file.
"""
_SHORTEST, _LONGEST = 30, 320  # code points of a sentence that makes a question

_NUMBER = r"(?<![\w$.,/:-])(?P<money>\$)?(?P<number>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:\.[0-9]+)?)(?![\w.,/:(-]*[0-9])"
_FIGURE = re.compile(
    rf"{_NUMBER}(?:(?P<scale>[\s-](?:thousand|million|billion|mil|millones))(?!\w))?"
    r"(?:(?P<percent>\s?(?:%|percent|por ciento))(?!\w)|[\s-](?P<unit>[^\W\d_]{3,}))?"
)
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December|enero|febrero|marzo|abril|"
    "mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
)
_YEAR = re.compile(r"(?<![\w$,.-])(?:1[6-9]|20)[0-9]{2}(?![\w,-]*[0-9])")
_DATE = re.compile(
    rf"\b(?:(?:{_MONTHS})(?: [0-9]{{1,2}},?)?(?: (?:de |del )?[0-9]{{4}})|(?:1[6-9]|20)[0-9]{{2}}(?![\w,-]*[0-9]))\b"
)
_NAME = re.compile(
    r"(?<![\w.’'-])(?<![A-Z] )[A-Z][a-z]+(?: (?:of|for|and|the|de|del|y|la)(?= [A-Z]))?(?: [A-Z][a-z]+)+"
)
_NO_NAME = re.compile(
    rf"^(?:The|A|An|In|Under|For|As|At|By|On|Of|To|From|With|Since|Before|After|During|Until|El|La|Los|Las|En|Desde)\b|"
    rf"\b(?:{_MONTHS})\b"
)
_ACRONYM = re.compile(r"(?P<name>[A-ZÁÉÍÓÚ][\w’'-]+(?: [\w’'-]+){1,7}) \((?P<short>[A-Z][A-Z&]{1,7})\)")
_DEFINITION = re.compile(
    r"^(?P<term>(?:A|An|The|Un|Una|El|La) [^,;:()]{3,50}?) "
    r"(?:is an?|is the|means|refers to|es una?|es el|es la|significa) "
)
_INVENTED = ("Avelmont", "Corrinwood", "Dastrup Hollow", "Ostermere", "Quillhaven", "Velbury")
"""Names that hardly any text has; one that the document has is passed over."""


@dataclass(frozen=True, slots=True)
class _Words:
    """What a language asks with."""

    opening: str
    amount: str
    share: str
    count: str
    when: str
    name: str
    stands_for: str
    what_is: str
    which: str
    note: str
    heading: str


_ENGLISH = _Words(
    opening="",
    amount="how much",
    share="what share",
    count="how many {unit}",
    when="when",
    name="who or what",
    stands_for="What does {short} stand for?",
    what_is="What is {term}?",
    which="Which are they: {lead}?",
    note="According to a note, {rest}?",
    heading="What does the text say about “{heading}”?",
)
_SPANISH = _Words(
    opening="¿",
    amount="cuánto dinero",
    share="qué porcentaje",
    count="cuántos/as {unit}",
    when="cuándo",
    name="quién o qué",
    stands_for="¿Qué significa {short}?",
    what_is="¿Qué es {term}?",
    which="¿Cuáles son: {lead}?",
    note="Según una nota, ¿{rest}?",
    heading="¿Qué dice el texto sobre «{heading}»?",
)
_LANGUAGES = {"en": _ENGLISH, "es": _SPANISH}


@dataclass(frozen=True, slots=True)
class _Hole:
    """What is taken out of a sentence: where, what is asked in its place, and the fact that answers."""

    start: int
    end: int
    asked: str
    fact: Any


@dataclass(frozen=True, slots=True)
class _Text:
    """A document's sentences, as proposals are made from them; blanks are single spaces."""

    document: Document
    words: _Words
    sentences: tuple[str, ...]
    notes: tuple[str, ...]


def propose(document: Document, limit: int = 20, seed: int = 0) -> tuple[dict[str, Any], ...]:
    """At most *limit* cases about *document*, as a case file has them; the same for the same *seed*.

    Every sort of case has its turn, so that a few proposals are a few sorts. Raises `EvalSetupError` for a *limit*
    below one. A document without a figure, a date, a name, a list or a heading gives none.
    """
    if limit < 1:
        raise EvalSetupError(f"--limit is {limit}; ask for at least one case.")
    text = _text(document)
    shuffle = random.Random(seed)  # noqa: S311 - an order, not a secret
    by_sort = [_shuffled(sort(text), shuffle) for sort in _SORTS]
    drafts = (draft for turn in zip_longest(*by_sort) for draft in turn if draft is not None)
    chosen = _distinct(drafts, text, limit)
    stem = re.sub(r"[^a-z0-9]+", "-", slugify(document.id, "document")).strip("-") or "document"
    return tuple({"id": f"{stem}-{PROPOSED}-{number:02d}", **draft} for number, draft in enumerate(chosen, 1))


def proposed_yaml(document: Document, limit: int = 20, seed: int = 0) -> str:
    """The cases of `propose` as a YAML case file, with what to do at its top. Raises `EvalSetupError` where none is."""
    cases = propose(document, limit, seed)
    if not cases:
        raise EvalSetupError(
            f"There is nothing to ask in document {document.id!r}: no figure, date, name, list or heading; "
            "write its cases by hand."
        )
    listed = yaml.safe_dump(list(cases), sort_keys=False, allow_unicode=True, width=110)
    return f"{HEADER}\n{listed}"


def _text(document: Document) -> _Text:
    words = _LANGUAGES.get(base_language(document.language), _ENGLISH)
    blocks = [block for section in document.sections for block in section.blocks if block.kind is BlockKind.PARAGRAPH]
    spans = [sentence.span for block in blocks for sentence in block_sentences(document, block)]
    noted = [span for note in document.notes for span in sentence_spans(document.text, note.span)]
    return _Text(document, words, _askable(document, spans), _askable(document, noted))


def _askable(document: Document, spans: Iterable[Span]) -> tuple[str, ...]:
    lines = (" ".join(span.of(document.text).split()) for span in spans)
    return tuple(line for line in dict.fromkeys(lines) if _SHORTEST <= len(line) <= _LONGEST and line.endswith("."))


def _shuffled(drafts: Iterable[dict[str, Any]], shuffle: random.Random) -> list[dict[str, Any]]:
    listed = list(drafts)
    shuffle.shuffle(listed)
    return listed


def _distinct(drafts: Iterable[dict[str, Any]], text: _Text, limit: int) -> list[dict[str, Any]]:
    """The first *limit* drafts that hold together and ask something of their own."""
    chosen: dict[str, dict[str, Any]] = {}
    for draft in drafts:
        if len(chosen) == limit:
            break
        if _holds_together(draft, text):
            chosen.setdefault(normalise(draft["question"]), draft)
    return list(chosen.values())


def _holds_together(draft: dict[str, Any], text: _Text) -> bool:
    """Whether the quote is found again, and each fact stands in it and not in the question."""
    case = EvalCase.model_validate({"id": "draft", **draft})
    quotes = [passage["quote"] for passage in draft.get("passages", ()) if "quote" in passage]
    quoted = " ".join(quotes)
    return all(quote_spans(quote, text.document.text) for quote in quotes) and all(
        holds(quoted, fact) and not holds(case.question, fact) for fact in case.facts
    )


def _answered(text: _Text, kind: Kind, question: str, quotes: Sequence[str], facts: Sequence[Any]) -> dict[str, Any]:
    return {
        "question": question,
        "kind": kind.value,
        "document": text.document.id,
        "status": "answered",
        "passages": [{"quote": quote} for quote in quotes],
        **({"facts": list(facts)} if facts else {}),
        "tags": [PROPOSED],
    }


def _with_hole(sentence: str, hole: _Hole, words: _Words) -> str:
    """*sentence* as a question: what is asked stands where the answer stood."""
    start = hole.start
    lead = sentence[:start]
    body = f"{lead}{hole.asked}{sentence[hole.end :]}".rstrip(". ")
    return f"{words.opening}{body[:1].upper()}{body[1:]}?"


_SCALES = {"thousand": 1e3, "mil": 1e3, "million": 1e6, "millones": 1e6, "billion": 1e9}


def _figure_hole(match: re.Match[str], words: _Words) -> _Hole | None:
    number = float(match["number"].replace(",", "")) * _SCALES.get((match["scale"] or "").strip(" -"), 1)
    if match["money"] or match["percent"]:
        end = match.start("unit") - 1 if match["unit"] else match.end()
        asked, unit = (words.amount, "$") if match["money"] else (words.share, "%")
        return _Hole(match.start(), end, asked, _quantity(number, unit))
    if not _counts(match):
        return None
    # A word that is no plural is more often an adjective ("40 local agencies"): the number will have to do.
    plural = match["unit"] if match["unit"].endswith("s") else None
    asked = words.count.format(unit=match["unit"])
    return _Hole(match.start(), match.end(), asked, _quantity(number, plural))


def _counts(match: re.Match[str]) -> bool:
    """Whether a bare number counts something; years, "Title 8" and "March 11" don't."""
    before = match.string[: match.start()].split()
    names_a_thing = len(before) > 1 and before[-1][:1].isupper()
    if names_a_thing or _YEAR.fullmatch(match["number"]):
        return False
    return match["unit"] is not None and term_of(match["unit"].lower()) is not None


def _quantity(number: float, unit: str | None) -> dict[str, Any]:
    value = int(number) if number == int(number) else round(number, 6)
    return {"number": value, **({"unit": unit} if unit else {})}


def _figure_holes(sentence: str, words: _Words) -> Iterator[_Hole]:
    found = (_figure_hole(match, words) for match in _FIGURE.finditer(sentence))
    return (hole for hole in found if hole is not None)


def _date_holes(sentence: str, words: _Words) -> Iterator[_Hole]:
    return (_Hole(*match.span(), words.when, match[0]) for match in _DATE.finditer(sentence))


def _name_holes(sentence: str, words: _Words) -> Iterator[_Hole]:
    matches = (match for match in _NAME.finditer(sentence) if not _NO_NAME.search(match[0]))
    return (_Hole(*match.span(), words.name, match[0]) for match in matches)


Holes = Callable[[str, _Words], Iterator[_Hole]]


def _asked(text: _Text, sentences: Sequence[str], holes: Holes, kind: Kind) -> Iterator[dict[str, Any]]:
    for sentence in sentences:
        hole = next(holes(sentence, text.words), None)
        if hole is not None:
            yield _answered(text, kind, _with_hole(sentence, hole, text.words), [sentence], [hole.fact])


def _figures(text: _Text) -> Iterator[dict[str, Any]]:
    return _asked(text, text.sentences, _figure_holes, Kind.FACT)


def _dates(text: _Text) -> Iterator[dict[str, Any]]:
    return _asked(text, text.sentences, _date_holes, Kind.DATED)


def _names(text: _Text) -> Iterator[dict[str, Any]]:
    return _asked(text, text.sentences, _name_holes, Kind.FACT)


def _acronyms(text: _Text) -> Iterator[dict[str, Any]]:
    for sentence in text.sentences:
        match = _ACRONYM.search(sentence)
        name = _spelled_out(match) if match else None
        if match and name:
            question = text.words.stands_for.format(short=match["short"])
            yield _answered(text, Kind.ACRONYM, question, [sentence], [name])


def _spelled_out(match: re.Match[str]) -> str | None:
    """The words that the letters of an abbreviation stand for, where they do."""
    words, letters = match["name"].split(), match["short"].replace("&", "")
    for start in range(len(words)):
        initials = "".join(word[0] for word in words[start:] if word[0].isupper())
        if initials == letters and words[start][0].isupper():
            return " ".join(words[start:])
    return None


def _definitions(text: _Text) -> Iterator[dict[str, Any]]:
    for sentence in text.sentences:
        match = _DEFINITION.match(sentence)
        if match:
            term = f"{match['term'][:1].lower()}{match['term'][1:]}"
            yield _answered(text, Kind.LAY, text.words.what_is.format(term=term), [sentence], [])


def _lists(text: _Text) -> Iterator[dict[str, Any]]:
    source = text.document.text
    for section in text.document.sections:
        for block in section.blocks:
            if block.kind is BlockKind.LIST and block.lead_in is not None and 2 <= len(block.items) <= 8:
                lead = " ".join(sentence_spans(source, block.lead_in)[-1].of(source).split()).rstrip(":. ")
                items = [" ".join(item.of(source).split()) for item in block.items]
                facts = [_gist(item) for item in items]
                question = text.words.which.format(lead=f"{lead[:1].lower()}{lead[1:]}")
                yield _answered(text, Kind.LIST, question, items, facts)


def _gist(item: str) -> str:
    """A short item whole, the first words of a long one."""
    words = item.split()
    return " ".join(words if len(words) <= 6 else words[:4]).rstrip(".,;:")


def _noted(text: _Text) -> Iterator[dict[str, Any]]:
    for sentence in text.notes:
        hole = next(_figure_holes(sentence, text.words), None) or next(_date_holes(sentence, text.words), None)
        if hole is not None:
            asked = _with_hole(sentence, hole, text.words).strip("¿?")
            rest = f"{asked[:1].lower()}{asked[1:]}"
            yield _answered(text, Kind.NOTE, text.words.note.format(rest=rest), [sentence], [hole.fact])


def _headings(text: _Text) -> Iterator[dict[str, Any]]:
    for section in text.document.sections:
        if section.heading and section.blocks:
            draft = _answered(text, Kind.LAY, text.words.heading.format(heading=section.heading), [], [])
            yield {**draft, "passages": [{"section": section.heading}]}


def _unanswerable(text: _Text) -> Iterator[dict[str, Any]]:
    """Questions with a year, a number or a name swapped for one that the document doesn't have."""
    for place, sentence in enumerate(text.sentences):
        holes = [*_figure_holes(sentence, text.words), *_date_holes(sentence, text.words)]
        names = list(_name_holes(sentence, text.words))
        years = [_Hole(*match.span(), "", match[0]) for match in _YEAR.finditer(sentence)]
        pair = next(((hole, swap) for hole in holes for swap in [*years, *names] if _apart(hole, swap)), None)
        if pair is not None:
            hole, swap = pair
            yield _refused(text, _swapped(text, sentence, hole, swap, place))


def _apart(one: _Hole, other: _Hole) -> bool:
    return one.end <= other.start or other.end <= one.start


def _swapped(text: _Text, sentence: str, hole: _Hole, swap: _Hole, place: int) -> str:
    found = sentence[swap.start : swap.end]
    instead = _other_year(text, found) if found.isdigit() else _other_name(text, place)
    changes = sorted([(hole.start, hole.end, hole.asked), (swap.start, swap.end, instead)], reverse=True)
    for start, end, new in changes:
        sentence = f"{sentence[:start]}{new}{sentence[end:]}"
    body = sentence.rstrip(". ")
    return f"{text.words.opening}{body[:1].upper()}{body[1:]}?"


def _other_year(text: _Text, year: str) -> str:
    """The nearest year, five or more back, that the document doesn't have; a later one could be after its date."""
    return next(str(other) for other in range(int(year) - 5, 0, -1) if str(other) not in text.document.text)


def _other_name(text: _Text, place: int) -> str:
    turned = _INVENTED[place % len(_INVENTED) :] + _INVENTED[: place % len(_INVENTED)]
    return next((name for name in turned if name not in text.document.text), f"{turned[0]} {turned[1]}")


def _refused(text: _Text, question: str) -> dict[str, Any]:
    return {
        "question": question,
        "kind": Kind.UNANSWERABLE.value,
        "document": text.document.id,
        "status": "refused",
        "reason": "not_in_text",
        "tags": [PROPOSED],
    }


_SORTS: tuple[Callable[[_Text], Iterator[dict[str, Any]]], ...] = (
    _figures,
    _dates,
    _names,
    _unanswerable,
    _acronyms,
    _definitions,
    _lists,
    _noted,
    _headings,
)
