"""The passages that answer a case, and where they stand in a document as it is now.

A passage is named by its words, by a permalink, by its section or by its document, never by a bare offset, so that it
is found again when the text around it has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from corpus.documents import Document, Span
from eval.facts import normalise
from eval.library import Library, headings, section_paths, under_any

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

_PERMALINK = re.compile(r"/read/(?P<document>[^/]+)/(?P<version>[^/]+)")
_SPAN = re.compile(r"(?P<start>[0-9]{1,9})-(?P<end>[0-9]{1,9})")
# One character for one, so that offsets hold.
_ALIKE = str.maketrans("‘’‚‛′“”„‟″«»‐‑‒–—―−", "'" * 5 + '"' * 7 + "-" * 7)
SHOWN = 60  # characters of a quote in a message


class _Passage(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    relevance: Annotated[int, Field(ge=1, le=100)] = 1
    """How relevant, as relevance judgments grade it (TREC qrels); more is more."""


class Quote(_Passage):
    """The exact words of the document, blanks and the kind of quotes and dashes apart. Any occurrence will do."""

    quote: Text

    @field_validator("quote")
    @classmethod
    def _has_words(cls, quote: str) -> str:
        if not any(map(str.isalnum, quote)):
            raise ValueError("a quote has words")
        return quote

    def __str__(self) -> str:
        line = " ".join(self.quote.split())
        return f"“{line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + '…'}”"


class Permalink(_Passage):
    """A footnote's permalink, as a path or a whole address: what stands there at that version."""

    permalink: Text

    @field_validator("permalink")
    @classmethod
    def _leads_somewhere(cls, permalink: str) -> str:
        linked(permalink)
        return permalink

    def __str__(self) -> str:
        return self.permalink


class SectionNamed(_Passage):
    """Any text under a heading that has this in it, whatever the case of its letters."""

    section: Text

    def __str__(self) -> str:
        return f"the section “{self.section}”"


class WholeDocument(_Passage):
    """Any text of the document of that id: what sets of short documents judge by, such as BEIR's."""

    document: Text

    def __str__(self) -> str:
        return f"the document {self.document!r}"


AnyPassage = Quote | Permalink | SectionNamed | WholeDocument
_FORMS: dict[str, type[_Passage]] = {
    "quote": Quote,
    "permalink": Permalink,
    "section": SectionNamed,
    "document": WholeDocument,
}


class Linked(NamedTuple):
    """Where a permalink leads."""

    document: str
    version: str
    span: Span


def linked(permalink: str) -> Linked:
    """Where *permalink* leads; raises ``ValueError`` for what isn't one."""
    path, span = _parts(permalink)
    if path is None or span is None or int(span["start"]) >= int(span["end"]):
        raise ValueError("a permalink looks like /read/ID/VERSION?quote=START-END#quote")
    place = Span(int(span["start"]), int(span["end"]))
    return Linked(unquote(path["document"]), unquote(path["version"]), place)


def _parts(permalink: str) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    try:
        url = urlsplit(permalink)
    except ValueError:
        return None, None
    spans = parse_qs(url.query).get("quote", [])
    path = re.search(f"{_PERMALINK.pattern}$", url.path)
    return path, _SPAN.fullmatch(spans[0]) if len(spans) == 1 else None


def _shaped(value: object) -> object:
    """Refuses what is no passage by its shape, in one sentence rather than one for each form."""
    if isinstance(value, _Passage):
        return value
    form = next((form for key, form in _FORMS.items() if isinstance(value, dict) and key in value), None)
    if form is None or not set(value) <= set(form.model_fields):  # type: ignore[call-overload]
        raise ValueError('a passage is one of {"quote": "…"}, {"permalink": "…"}, {"section": "…"}, {"document": "…"}')
    try:
        return form.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise ValueError(f"{fault['loc'][0]}: {fault['msg'].removeprefix('Value error, ')}") from error


Passage = Annotated[AnyPassage, BeforeValidator(_shaped)]


def quote_spans(quote: str, text: str) -> tuple[Span, ...]:
    """Where *quote* stands in *text* as whole words, whatever the blanks in either."""
    return _quote_spans(quote.translate(_ALIKE), text)


@lru_cache(maxsize=4096)
def _quote_spans(quote: str, text: str) -> tuple[Span, ...]:
    words = quote.split()
    if not words:
        return ()
    before = r"(?<!\w)" if quote.strip()[0].isalnum() else ""
    after = r"(?!\w)" if quote.strip()[-1].isalnum() else ""
    pattern = before + r"\s+".join(map(re.escape, words)) + after
    return tuple(Span(*match.span()) for match in re.finditer(pattern, _alike(text)))


@lru_cache(maxsize=64)
def _alike(text: str) -> str:
    return text.translate(_ALIKE)


def words_of(passage: Quote | Permalink, library: Library) -> str | None:
    """The words of *passage*; None for a permalink whose version can't be opened or is shorter than it says."""
    if isinstance(passage, Quote):
        return passage.quote
    link = linked(passage.permalink)
    document = library.find(link.document, link.version)
    if document is None or link.span.end > len(document.text):
        return None
    return link.span.of(document.text) if any(map(str.isalnum, link.span.of(document.text))) else None


def passage_spans(passage: Quote | Permalink, document: Document, library: Library) -> tuple[Span, ...]:
    """Where *passage* stands in *document*: at its offsets, or wherever its words are in another version."""
    if isinstance(passage, Permalink):
        link = linked(passage.permalink)
        if (link.document, link.version) == (document.id, document.version):
            return (link.span,) if link.span.end <= len(document.text) else ()
    words = words_of(passage, library)
    return quote_spans(words, document.text) if words is not None else ()


def overlap(document: Document, one: Span, other: Span) -> bool:
    """Whether the two share a letter or a digit: a blank or a full stop at the edge of both is no overlap."""
    shared = document.text[max(one.start, other.start) : min(one.end, other.end)]
    return any(map(str.isalnum, shared))


def stands_in(passage: AnyPassage, document: Document, span: Span, library: Library) -> bool:
    """Whether *span* of *document* is, in part at least, what *passage* names."""
    match passage:
        case WholeDocument():
            return document.id == passage.document
        case SectionNamed():
            return any(under_any([passage.section], path) for path in section_paths(document, span))
        case Quote() | Permalink():
            return any(overlap(document, span, place) for place in passage_spans(passage, document, library))


def is_named(
    sections: Sequence[str], passages: Sequence[AnyPassage], own: bool, document: Document, span: Span, library: Library
) -> bool:
    """Whether *span* of *document* is what a case names by *sections* and *passages*; False where it names neither.

    It stands under one of the sections, where there are sections, and shares a letter or a digit with one of the
    passages, where there are passages. *own* says whether *document* is the one that the case is about: of another,
    only a passage that names it counts.
    """
    if sections and not (own and any(under_any(sections, path) for path in section_paths(document, span))):
        return False
    if not passages:
        return bool(sections)
    counting = (passage for passage in passages if own or isinstance(passage, WholeDocument))
    return any(stands_in(passage, document, span, library) for passage in counting)


def quoted_in(passage: AnyPassage, document_id: str, section: Sequence[str], quote: str, library: Library) -> bool:
    """As `stands_in`, for a quote from a version that isn't at hand: one of the two has the other's words in it."""
    match passage:
        case WholeDocument():
            return document_id == passage.document
        case SectionNamed():
            return under_any([passage.section], section)
        case Quote() | Permalink():
            words, cited = normalise(words_of(passage, library) or ""), normalise(quote)
            return bool(words and cited) and (words in cited or cited in words)


def is_gone(passage: AnyPassage, document: Document, library: Library) -> bool:
    """Whether *document*, the one that the case is about, has *passage* no longer."""
    match passage:
        case WholeDocument():
            return passage.document not in library.documents
        case SectionNamed():
            return not under_any([passage.section], headings(document))
        case Quote() | Permalink():
            return not passage_spans(passage, document, library)


def gone(passages: Sequence[AnyPassage], document: Document, library: Library) -> Iterator[AnyPassage]:
    """Those of *passages* that *document* has no longer."""
    return (passage for passage in passages if is_gone(passage, document, library))
