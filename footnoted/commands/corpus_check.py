"""``footnoted corpus check``."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footnoted.commands.corpus_listing import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.checks.findings import Finding, Rule
    from corpus.documents import Span

CLEAN, ERRORS, UNREADABLE = 0, 1, 2


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def run(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Explainers, or folders of them; none: the bundled ones.")
    ] = None,
    layout: Annotated[
        Format, typer.Option("--format", help="text, json, or github for annotations in a workflow.")
    ] = Format.TEXT,
    select: Annotated[list[str] | None, typer.Option("--select", help="Only this rule; may be repeated.")] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", help="Not this rule; may be repeated.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    review_age_days: Annotated[
        int, typer.Option("--review-age-days", min=1, help="How old an as-of date may be.")
    ] = 365,
    today: Annotated[
        datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], help="The day to count from.")
    ] = None,
) -> None:
    """Find what to mend in explainers; exit code 0 no errors, 1 errors, 2 a file can't be read."""
    from corpus.check import check, fails
    from corpus.checks.page import Terms
    from corpus.checks.reading import gather, is_there
    from corpus.load import bundled_explainers

    rules = _rules(select or [], ignore or [])
    gathered = gather(paths or [_as_seen_from_here(bundled_explainers())])
    terms = Terms(today.date() if today else date.today(), review_age_days, _sentences, is_there)
    # What can't be read is told whatever rules are asked for: nothing else was found out about it.
    findings = [*gathered.unreadable, *check(gathered.explainers, terms, rules)]
    for warning in gathered.warnings:
        say(warning, err=True)
    files = len(gathered.explainers) + len(gathered.unreadable)
    if report := _report(findings, files, layout):
        typer.echo(report)
    if gathered.unreadable:
        raise typer.Exit(UNREADABLE)
    raise typer.Exit(ERRORS if fails(findings, strict=strict) else CLEAN)


def _as_seen_from_here(path: Path) -> Path:
    """*path* relative to the working directory where it is in it, as GitHub wants it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _rules(select: Sequence[str], ignore: Sequence[str]) -> frozenset[Rule]:
    from corpus.checks.findings import Rule

    known = {rule.value: rule for rule in Rule}
    for name in [*select, *ignore]:
        if name not in known:
            raise typer.BadParameter(f"there is no rule {name!r}; the rules are {', '.join(known)}")
    chosen = {known[name] for name in select} or set(Rule)
    return frozenset(chosen - {known[name] for name in ignore})


def _sentences(text: str) -> tuple[Span, ...]:
    from corpus.documents import Span
    from index.sentences import sentence_spans

    return sentence_spans(text, Span(0, len(text)))


def _report(findings: Sequence[Finding], files: int, layout: Format) -> str:
    from corpus.checks.report import as_json, as_text, as_workflow_commands

    match layout:
        case Format.JSON:
            return as_json(findings)
        case Format.GITHUB:
            return as_workflow_commands(findings)
        case Format.TEXT:
            return as_text(findings, files)
