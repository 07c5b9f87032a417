"""The run as a person reads it in a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.gate import Shortfall
from eval.reports import NOTHING_MORE, Comparison, Extras
from eval.reports.words import (
    GROUP_SCORES,
    all_scores,
    asked,
    comparison_words,
    decimal,
    expected,
    fraction,
    got,
    group_rows,
    is_scored,
    label,
    length_words,
    longer_than_wanted,
    place,
    placed,
    printable,
    shortfall_words,
    skipped_words,
    stale_words,
    ungrounded,
)
from eval.run import CaseResult, EvalRun

_INDENT = 9  # columns before what is said of a wrong case


def print_report(run: EvalRun, short: Sequence[Shortfall], console: Console, extras: Extras = NOTHING_MORE) -> None:
    """Prints *run*: what went wrong first, the verdict last."""
    for result in run.wrong:
        _print_wrong(result, console)
    console.print(_groups_table(run))
    console.print(_scores_table(run, extras))
    if extras.latency:
        console.print(_latency_table(extras))
    for line in _remarks(run):
        _say(console, line)
    for case in run.stale:
        spot = place(case)
        _head(console, f"Stale: {f'{spot.file}:{spot.line}  ' if spot else ''}{case.id}")
        _hang(console, "", stale_words(case, extras))
    if extras.comparison:
        _print_comparison(run, extras.comparison, console)
    for entry in short:
        _say(console, f"Fell short: {shortfall_words(entry)}")
    if not short:
        _say(console, "Every floor held.")


def _say(console: Console, line: str) -> None:
    """Prints *line* as it is: answers are full of brackets, which rich would take for markup."""
    console.print(Text(printable(line)))


def _head(console: Console, line: str, style: str = "") -> None:
    """Prints *line* without breaking it: a file and line stay together, to be clicked on."""
    console.print(Text(printable(line), style=style), soft_wrap=True)


def _hang(console: Console, name: str, text: str) -> None:
    """Prints *text* after *name*, each further line as far in as the first."""
    wrapped = Text(printable(text)).wrap(console, max(console.width - _INDENT, 20))
    for number, line in enumerate(wrapped):
        lead = f"  {name if number == 0 else '':<{_INDENT - 2}}"
        line.rstrip()
        console.print(Text(lead).append_text(line), soft_wrap=True)


def _print_wrong(result: CaseResult, console: Console) -> None:
    case = result.case
    if is_scored(case):
        _head(console, f"{case.id}: {', '.join(fault.code for fault in result.faults)} (scored)", "bold")
        return
    _head(console, f"{f'{case.where}  ' if case.where else ''}{case.id} ({case.kind})", "bold")
    _hang(console, "asked", asked(case))
    _hang(console, "wanted", expected(case))
    _hang(console, "got", got(result))
    _hang(console, "fault", "; ".join(fault.detail for fault in result.faults))


def _table(title: str, *columns: str, left: int = 1) -> Table:
    """A table whose first *left* columns hold names, and the others numbers."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < left else "right", overflow="fold")
    return table


def _groups_table(run: EvalRun) -> Table:
    table = _table("Right", "by", "", "right", "answered right", "refused right", left=2)
    for name, rows in groupby(group_rows(run), key=lambda row: row[0]):
        for _, group, part in rows:
            table.add_row(name, Text(printable(group)), *(fraction(part.score(metric)) for metric in GROUP_SCORES))
        table.add_section()
    return table


def _scores_table(run: EvalRun, extras: Extras) -> Table:
    interval = ["95% interval"] if extras.intervals else []
    baseline = ["baseline"] if extras.baseline_scores else []
    table = _table("Scores", "score", "value", *interval, "n", *baseline)
    for name, score in all_scores(run, extras).items():
        cells = [decimal(score.value)]
        cells += [_interval(extras.intervals.get(name))] if interval else []
        cells += [str(score.n)]
        if baseline:
            before = extras.baseline_scores.get(name)
            cells.append(decimal(before.value) if before else "–")
        table.add_row(Text(label(name)), *cells)
    return table


def _interval(ends: tuple[float, float] | None) -> str:
    return f"{decimal(ends[0])}–{decimal(ends[1])}" if ends else "–"


def _latency_table(extras: Extras) -> Table:
    table = _table("Latency, in milliseconds", "stage", "median", "95th percentile", "n")
    for stage, took in extras.latency.items():
        table.add_row(Text(printable(stage)), f"{took.median:.1f}", f"{took.p95:.1f}", str(took.n))
    return table


def _remarks(run: EvalRun) -> Iterator[str]:
    for result in run.results:
        if names := [label(name) for name in ungrounded(result)]:
            yield f"Not all grounded: {result.case.id} ({', '.join(names)})."
    if length := length_words(run):
        yield length
    if long := longer_than_wanted(run):
        yield f"Longer than wanted: {', '.join(long)}."
    for document, number in sorted(run.skipped.items()):
        yield skipped_words(document, number)


def _print_comparison(run: EvalRun, comparison: Comparison, console: Console) -> None:
    _say(console, f"Beside the baseline: {comparison_words(comparison)}.")
    for line in placed(comparison.turned_wrong, run):
        _head(console, f"Turned wrong: {line}", "bold")
    if comparison.turned_right:
        _say(console, f"Turned right: {', '.join(comparison.turned_right)}; record it with --update-baseline.")
