"""The run as GitHub-flavoured Markdown, for ``$GITHUB_STEP_SUMMARY``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from eval.gate import ExitCode
from eval.reports import Extras
from eval.reports.words import (
    GROUP_SCORES,
    all_scores,
    asked,
    comparison_words,
    count,
    decimal,
    expected,
    fault_words,
    fraction,
    got,
    group_rows,
    is_scored,
    label,
    placed,
    printable,
    shortfall_words,
    skipped_words,
    stale_words,
    verdict,
    worst_first,
)
from eval.run import CaseResult, EvalRun

LIMIT = 1024 * 1024
"""GitHub takes a summary of up to 1 MiB from a step, and shows nothing of a larger one."""

_ROOM = 256  # bytes kept free for the line that says what was left out
_SPECIAL = re.compile(r"[\\`*_{}\[\]()#+\-.!|~:]")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "$": "<span>$</span>"}
_MARKUP = re.compile("[&<>@$]")


def escaped(text: str) -> str:
    """*text* on one line, to be read as it is: no Markdown, no HTML, no table cell's end, no mention, no formula.

    A dollar sign stands in a span, as GitHub's page on formulas says: two in a line would make one.
    """
    return _in_html(_SPECIAL.sub(lambda mark: f"\\{mark[0]}", text))


def _in_html(text: str) -> str:
    """*text* on one line inside a tag, where Markdown isn't read and a backslash would be shown."""
    return _MARKUP.sub(lambda mark: _HTML[mark[0]], " ".join(printable(text).split()))


def report_markdown(run: EvalRun, extras: Extras, code: ExitCode, limit: int = LIMIT) -> str:
    """The run as Markdown, in under *limit* bytes: the verdict first; of the wrong cases, as many as there is room for.

    The fold of a case holds what was asked, wanted and said.
    """
    head = "\n".join(_head(run, extras, code))
    tail = "\n".join(_tail(run, extras))
    wrong = [_wrong(result) for result in worst_first(run, extras.comparison)]
    room = limit - len(f"{head}\n{tail}\n".encode()) - _ROOM
    fitting = list(_fitting(wrong, room))
    left = len(wrong) - len(fitting)
    more = [f"{count(left, 'more wrong case')}: there is no room here; see the other reports.\n"] if left else []
    title = [f"### {count(len(wrong), 'wrong case')}\n"] if wrong else []
    return "\n".join([head, *title, *fitting, *more, tail]).rstrip("\n") + "\n"


def _fitting(parts: Iterable[str], room: int) -> Iterator[str]:
    for part in parts:
        room -= len(part.encode()) + 1
        if room < 0:
            return
        yield part


def _head(run: EvalRun, extras: Extras, code: ExitCode) -> Iterator[str]:
    yield f"## {'✅' if code == ExitCode.HELD else '❌'} {escaped(verdict(run, extras, code))}\n"
    for entry in extras.shortfalls:
        yield f"- Fell short: {escaped(shortfall_words(entry))}"
    if extras.comparison:
        yield f"- Beside the baseline: {comparison_words(extras.comparison)}."
        for line in placed(extras.comparison.turned_wrong, run):
            yield f"- Turned wrong: {escaped(line)}"
        if right := extras.comparison.turned_right:
            yield f"- Turned right: {escaped(', '.join(right))}; record it with `--update-baseline`."
    yield ""


def _wrong(result: CaseResult) -> str:
    case = result.case
    if is_scored(case):
        return f"- {escaped(case.id)} (scored): {escaped(fault_words(result))}\n"
    name = f"<b>{_in_html(case.id)}</b> ({_in_html(case.kind.value)}): {_in_html(fault_words(result))}"
    lines = {
        "Asked": asked(case),
        "Expected": expected(case),
        "Got": got(result),
        "Fault": "; ".join(fault.detail for fault in result.faults),
        "Case": case.where,
    }
    told = "\n".join(f"- **{title}:** {escaped(text)}" for title, text in lines.items() if text)
    return f"<details><summary>{name}</summary>\n\n{told}\n\n</details>\n"


def _tail(run: EvalRun, extras: Extras) -> Iterator[str]:
    for document, number in sorted(run.skipped.items()):
        yield f"- {escaped(skipped_words(document, number))}"
    for case, line in zip(run.stale, placed([case.id for case in run.stale], run), strict=True):
        yield f"- Stale: {escaped(line)}: {escaped(stale_words(case, extras))}"
    yield "\n### Scores\n"
    yield from _scores(run, extras)
    yield "\n### By kind and document\n"
    yield from _groups(run)
    if extras.latency:
        yield "\n### Latency\n"
        yield from _latency(extras)
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    yield f"\nDocuments: {escaped(versions)}."


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _scores(run: EvalRun, extras: Extras) -> Iterator[str]:
    yield _row(["score", "value", "95% interval", "n", "baseline"])
    yield "| :-- | --: | --: | --: | --: |"
    for name, score in all_scores(run, extras).items():
        ends = extras.intervals.get(name)
        before = extras.baseline_scores.get(name)
        interval = f"{decimal(ends[0])}–{decimal(ends[1])}" if ends else "–"
        beside = decimal(before.value) if before else "–"
        yield _row([escaped(label(name)), decimal(score.value), interval, str(score.n), beside])


def _groups(run: EvalRun) -> Iterator[str]:
    yield _row(["by", "", "right", "answered right", "refused right"])
    yield "| :-- | :-- | --: | --: | --: |"
    for name, group, part in group_rows(run):
        yield _row([name, escaped(group), *(fraction(part.score(metric)) for metric in GROUP_SCORES)])


def _latency(extras: Extras) -> Iterator[str]:
    yield _row(["stage", "median, ms", "95th percentile, ms", "n"])
    yield "| :-- | --: | --: | --: |"
    for stage, took in extras.latency.items():
        yield _row([escaped(stage), f"{took.median:.1f}", f"{took.p95:.1f}", str(took.n)])
