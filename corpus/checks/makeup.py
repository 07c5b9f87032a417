"""Rules about what a page is made of: its title and date, its headings and sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from corpus.checks.findings import Found, Rule
from corpus.checks.page import Explainer, Page


def doubts(page: Page) -> Iterator[Found]:
    """What the loader wasn't sure of."""
    return (Found(Rule.READ_WITH_DOUBT, doubt) for doubt in page.explainer.doubts)


def title_missing(page: Page) -> Iterator[Found]:
    """A title made from the file's name."""
    if not page.explainer.titled:
        yield Found(Rule.TITLE_MISSING, f"No title; readers would see “{page.document.title}”, after the file's name.")


def as_of_missing(page: Page) -> Iterator[Found]:
    """No word on when the text held."""
    if page.document.as_of is None:
        yield Found(Rule.AS_OF_MISSING, "The text doesn't say as of when it holds.")


def as_of_old(page: Page) -> Iterator[Found]:
    """A date so long ago that someone should look at the text again."""
    as_of, terms = page.document.as_of, page.terms
    if as_of and terms.today - as_of > timedelta(days=terms.review_age_days):
        days = (terms.today - as_of).days
        message = f"Last checked {as_of}, {days:,} days ago, which is more than {terms.review_age_days:,}."
        yield Found(Rule.AS_OF_OLD, message)


def heading_level(page: Page) -> Iterator[Found]:
    """A heading two or more levels below the one above it; the title is the first level."""
    above = 1
    for section in page.document.sections:
        if not section.heading:
            continue
        if section.level > above + 1:
            message = f"The heading “{section.heading}” has level {section.level}, but the one above it has {above}."
            yield Found(Rule.HEADING_LEVEL, message, section.span.start)
        above = section.level


def empty_section(page: Page) -> Iterator[Found]:
    """A heading with nothing below it, not even parts."""
    sections = page.document.sections
    for section, following in zip(sections, [*sections[1:], None], strict=False):
        parts = following is not None and following.level > section.level
        if section.heading and not section.blocks and not parts:
            message = f"There is no text below the heading “{section.heading}”."
            yield Found(Rule.EMPTY_SECTION, message, section.span.start)


def duplicate_ids(explainers: Sequence[Explainer]) -> Iterator[tuple[int, Found]]:
    """The places of explainers that have the id of an earlier one."""
    owners: dict[str, Explainer] = {}
    for place, explainer in enumerate(explainers):
        # Folded, as loading a corpus does.
        owner = owners.setdefault(explainer.document.id.casefold(), explainer)
        if owner is not explainer:
            message = f"{owner.path} has the same document id, {explainer.document.id!r}."
            yield place, Found(Rule.DUPLICATE_ID, message)
