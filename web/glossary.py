"""The abbreviations that an explainer defines, and where a reader is told again what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.abbreviations import Definition, definitions, singular_of
from corpus.documents import Document, Span


@dataclass(frozen=True, slots=True)
class Term:
    """An abbreviation; ``id`` is the HTML id of its definition in the text."""

    id: str
    short: str
    long: str


@dataclass(frozen=True, slots=True)
class TermUse:
    """A place where a term stands: its definition, or its first use after that in a section."""

    span: Span
    term: Term
    defines: bool


def term_uses(document: Document) -> tuple[TermUse, ...]:
    """The definitions of *document* and the uses to explain, in the order of the text; headings have no uses."""
    found = definitions(document.text)
    if not found:
        return ()
    terms = [Term(f"term-{n}", singular_of(d.short), d.long) for n, d in enumerate(found, start=1)]
    defined = {term.short: (term, definition.span) for term, definition in zip(terms, found, strict=True)}
    uses = [TermUse(span, term, defines=True) for term, span in defined.values()]
    pattern = _pattern(found)
    for scope in _scopes(document):
        uses += _first_uses(document.text, scope, pattern, defined)
    return tuple(sorted(uses, key=lambda use: use.span))


def _pattern(found: tuple[Definition, ...]) -> re.Pattern[str]:
    """Finds every short form, the longest first, each also in its plural."""
    forms = sorted({singular_of(definition.short) for definition in found}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, forms))})s?(?!\w)")


def _scopes(document: Document) -> Iterator[Span]:
    """The texts of the sections, and the notes."""
    for section in document.sections:
        yield Span(section.heading_span.end, section.span.end)
    if document.notes:
        yield Span(document.notes[0].span.start, document.notes[-1].span.end)


def _first_uses(
    text: str, scope: Span, pattern: re.Pattern[str], defined: dict[str, tuple[Term, Span]]
) -> Iterator[TermUse]:
    seen: set[str] = set()
    for match in pattern.finditer(text, scope.start, scope.end):
        term, definition = defined[match[1]]
        if match[1] not in seen and match.start() > definition.end:
            seen.add(match[1])
            yield TermUse(Span(*match.span()), term, defines=False)
