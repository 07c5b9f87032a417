"""Checks explainers for what their writers would want to mend before readers see it.

Nothing here reads a file (`corpus.checks.reading` does) and no rule reads another's findings; what tells sentences is
given, since that belongs to `index`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from corpus.checks.duplicates import duplicate_passages
from corpus.checks.figures import figure
from corpus.checks.findings import Finding, Found, Rule, Severity
from corpus.checks.links import dead_link
from corpus.checks.makeup import (
    as_of_missing,
    as_of_old,
    doubts,
    duplicate_ids,
    empty_section,
    heading_level,
    title_missing,
)
from corpus.checks.notes import mark_without_note, note_label_twice, note_without_mark
from corpus.checks.page import Explainer, Page, Terms
from corpus.checks.prose import draft_mark, long_sentence, open_quotation
from corpus.checks.short_forms import abbreviation

PAGE_RULES: tuple[Callable[[Page], Iterable[Found]], ...] = (
    doubts,
    title_missing,
    as_of_missing,
    as_of_old,
    heading_level,
    empty_section,
    note_without_mark,
    mark_without_note,
    note_label_twice,
    abbreviation,
    figure,
    long_sentence,
    dead_link,
    open_quotation,
    draft_mark,
)


def check(
    explainers: Sequence[Explainer], terms: Terms, rules: Collection[Rule] = frozenset(Rule)
) -> tuple[Finding, ...]:
    """What *rules* find wrong with *explainers*: file by file as they are given, and from top to bottom."""
    pages = [Page(explainer, terms) for explainer in explainers]
    found: list[list[Found]] = [[found for rule in PAGE_RULES for found in rule(page)] for page in pages]
    for place, twice in [*duplicate_passages(pages), *duplicate_ids(explainers)]:
        found[place].append(twice)
    return tuple(finding for page, own in zip(pages, found, strict=True) for finding in _shown(page, own, rules))


def fails(findings: Iterable[Finding], *, strict: bool = False) -> bool:
    """Whether any of *findings* is an error or, where *strict*, anything at all."""
    return any(strict or finding.severity is Severity.ERROR for finding in findings)


def _shown(page: Page, found: Iterable[Found], rules: Collection[Rule]) -> Iterator[Finding]:
    """The findings on *page* that are asked for and that no comment in it sets aside, in order."""
    ignored = list(_ignored(page))
    asked = [(_order(page, one), one) for one in found if one.rule in rules]
    for (place, _), one in sorted(asked, key=lambda entry: entry[0]):
        if not any(start <= place < end and (not names or one.rule in names) for start, end, names in ignored):
            yield page.finding(one)


def _order(page: Page, found: Found) -> tuple[int, str]:
    if page.source:
        return page.source_offset(found), found.rule
    return found.offset or 0, found.rule


def _ignored(page: Page) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Where in the file rules are set aside: from a comment to the end of the block below it."""
    if page.source is None or page.places is None:
        return
    for comment in page.source.ignored():
        # What is about the whole page has no place of its own but the top.
        start = 0 if page.places.begins_first(comment.offset) else comment.offset
        yield start, page.places.end_of_part(comment.offset), comment.rules
