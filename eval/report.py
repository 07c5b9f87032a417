"""What a person or a program reads of a run.

Of cases that are for scoring only, no report shows more than the id and the kind of fault, so that nobody
tunes to them. Reports hold no times: two runs of the same thing give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.cases import EvalCase
from eval.facts import describe
from eval.gate import ExitCode, Shortfall
from eval.grounding_metrics import GROUNDING_METRICS
from eval.run import METRICS, CaseResult, EvalRun
from eval.scores import Score

SHOWN = 240  # characters of an answer: enough to see what went wrong

LABELS = {
    "right": "right",
    "answered_right": "answered right",
    "refused_right": "refused right",
    "too_long": "longer than wanted",
    "false_answers": "false answers",
    "false_refusals": "false refusals",
    "right_reason": "refused for the right reason",
    "quotes_exact": "quotes exact",
    "sentences_footnoted": "sentences with a footnote",
    "marks_resolve": "answers whose marks resolve",
    "numbers_quoted": "numbers and dates in a quote",
    "sentences_quoted": "sentences verbatim in a quote",
    "sections_named": "footnotes that name their section",
    "section_recall_at_1": "right section in the top 1",
    "section_recall_at_3": "right section in the top 3",
    "section_recall_at_5": "right section in the top 5",
    "mrr": "right section, mean reciprocal rank",
}

_GROUPINGS: tuple[tuple[str, Callable[[EvalCase], str]], ...] = (
    ("kind", lambda case: case.kind.value),
    ("document", lambda case: case.document),
    ("split", lambda case: case.split),
)


def ungrounded(result: CaseResult) -> tuple[str, ...]:
    """The grounding metrics in which *result* isn't perfect."""
    return tuple(name for name in GROUNDING_METRICS if name in result.scores and not result.scores[name].full)


def expected(case: EvalCase) -> str:
    """What a right reply to *case* is, in one line."""
    if case.status == "refused":
        return f"a refusal ({case.reason})"
    parts = [
        ("", " and ".join(describe(fact) for fact in case.facts)),
        ("not ", " or ".join(describe(fact) for fact in case.not_facts)),
        ("cited from ", " or ".join(case.sections)),
    ]
    return "; ".join(f"{lead}{part}" for lead, part in parts if part)


def shortened(text: str) -> str:
    """*text* on one line, cut at `SHOWN` characters."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1].rstrip()}…"


def got(result: CaseResult) -> str:
    """The reply in one line."""
    refusal = result.reply.refusal
    if result.reply.status == "refused" and refusal is not None:
        return f"refused ({refusal.reason}): {shortened(refusal.message)}"
    return shortened(result.reply.answer)


def report_json(run: EvalRun, short: Sequence[Shortfall], code: ExitCode) -> str:
    """The run as JSON, with sorted keys."""
    content = {
        "cases": len(run.results),
        "documents": dict(run.versions),
        "scores": {name: _score_dict(run.score(name)) for name in METRICS},
        **{f"by_{name}": _group_dicts(run, key) for name, key in _GROUPINGS},
        "wrong": [_wrong_dict(result) for result in run.wrong],
        "ungrounded": {result.case.id: list(ungrounded(result)) for result in run.results if ungrounded(result)},
        "too_long": _too_long(run),
        "stale": [case.id for case in run.stale],
        "skipped": dict(run.skipped),
        "shortfalls": [{"name": s.name, "floor": s.floor, **_score_dict(s.score)} for s in short],
        "exit_code": int(code),
    }
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)


def _score_dict(score: Score) -> dict[str, Any]:
    return {"n": score.n, "value": None if score.value is None else round(score.value, 6)}


def _group_dicts(run: EvalRun, key: Callable[[EvalCase], str]) -> dict[str, Any]:
    return {group: _score_dict(_of_group(run, "right", key, group)) for group in _groups(run, key)}


def _wrong_dict(result: CaseResult) -> dict[str, Any]:
    case = result.case
    brief = {"id": case.id, "split": case.split, "faults": [fault.code.value for fault in result.faults]}
    if case.split == "scored":
        return brief
    full = {"where": case.where, "question": case.question, "expected": expected(case), "got": got(result)}
    return {**brief, **full, "details": [fault.detail for fault in result.faults]}


def _too_long(run: EvalRun) -> list[str]:
    return [result.case.id for result in run.results if result.scores.get("too_long", Score(0, 1)).total]


def print_report(run: EvalRun, short: Sequence[Shortfall], console: Console) -> None:
    """The run as a person reads it in a terminal: what went wrong first, the verdict last."""
    for result in run.wrong:
        _print_wrong(result, console)
    console.print(_groups_table(run))
    console.print(_scores_table(run))
    for line in _remarks(run, short):
        _say(console, line)


def _say(console: Console, line: str, style: str = "") -> None:
    """Prints *line* as it is: answers are full of brackets, which rich would take for markup."""
    console.print(Text(line, style=style), soft_wrap=True)


def _print_wrong(result: CaseResult, console: Console) -> None:
    case = result.case
    if case.split == "scored":
        _say(console, f"{case.id}: {', '.join(fault.code for fault in result.faults)} (scored)", "bold")
        return
    _say(console, f"{f'{case.where}  ' if case.where else ''}{case.id} ({case.kind})", "bold")
    asked = " → ".join([*case.history, case.question])
    lines = {
        "asked": asked,
        "wanted": expected(case),
        "got": got(result),
        "fault": "; ".join(fault.detail for fault in result.faults),
    }
    for name, text in lines.items():
        _say(console, f"  {name:<7}{text}")


def _groups(run: EvalRun, key: Callable[[EvalCase], str]) -> list[str]:
    return sorted({key(result.case) for result in run.results})


def _of_group(run: EvalRun, metric: str, key: Callable[[EvalCase], str], group: str) -> Score:
    return run.score(metric, lambda case: key(case) == group)


def _groups_table(run: EvalRun) -> Table:
    table = Table(title="Right", title_justify="left")
    for column in ("by", "", "right", "answered right", "refused right"):
        table.add_column(column, justify="left" if column in ("by", "") else "right")
    for name, key in _GROUPINGS:
        for group in _groups(run, key):
            cells = [_of_group(run, m, key, group) for m in ("right", "answered_right", "refused_right")]
            table.add_row(name, Text(group), *(_fraction(score) for score in cells))
        table.add_section()
    return table


def _fraction(score: Score) -> str:
    return f"{score.total:g}/{score.n}" if score.n else "–"


def _scores_table(run: EvalRun) -> Table:
    table = Table(title="Scores", title_justify="left")
    for column in ("score", "value", "n"):
        table.add_column(column, justify="left" if column == "score" else "right")
    for name in METRICS:
        score = run.score(name)
        table.add_row(LABELS[name], "–" if score.value is None else f"{score.value:.3f}", str(score.n))
    return table


def _remarks(run: EvalRun, short: Sequence[Shortfall]) -> Iterator[str]:
    for result in run.results:
        if names := [LABELS[name] for name in ungrounded(result)]:
            yield f"Not all grounded: {result.case.id} ({', '.join(names)})."
    if _too_long(run):
        yield f"Longer than wanted: {', '.join(_too_long(run))}."
    for document, count in sorted(run.skipped.items()):
        cases = "1 case" if count == 1 else f"{count} cases"
        yield f"Skipped {cases}: no document {document!r} is in the index."
    for case in run.stale:
        place = f"{case.where}  " if case.where else ""
        yield f"Stale: {place}{case.id}: its sections are gone from {case.document!r}; mend the case."
    for entry in short:
        value = "nothing to measure" if entry.score.value is None else f"{entry.score.value:.3f}"
        yield f"Fell short: {LABELS.get(entry.name, entry.name)}: {value}, floor {entry.floor:.3f}."
    if not short:
        yield "Every floor held."
