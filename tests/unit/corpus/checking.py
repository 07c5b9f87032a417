"""What the tests of the check share."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from corpus.check import check
from corpus.checks.findings import Finding, Rule
from corpus.checks.page import Terms
from corpus.checks.reading import gather, is_there
from corpus.documents import Span
from index.sentences import sentence_spans

TODAY = date(2026, 3, 1)
TERMS = Terms(TODAY, 365, lambda text: sentence_spans(text, Span(0, len(text))), is_there)


def findings_in(*paths: Path, terms: Terms = TERMS) -> list[Finding]:
    """What is wrong with the explainers in *paths*, those that can't be read first."""
    gathered = gather(paths)
    return [*gathered.unreadable, *check(gathered.explainers, terms)]


def found(folder: Path, body: str, rule: Rule, *, name: str = "page.md", head: str = "as_of: 2026-01-15") -> list[int]:
    """The lines of *body*, from 1, in which *rule* finds something, in a page that has a title and a date."""
    top = f"---\n{head}\n---\n\n# A page\n\n" if name.endswith(".md") else "A page about boats\n\nOverview\n\n"
    page = folder / name
    page.write_text(top + body, encoding="utf-8")
    above = top.count("\n")
    return [(one.line or 0) - above for one in findings_in(page) if one.rule is rule]
