"""The run as JSON, for programs: sorted keys and no times, so that two runs give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from eval.gate import ExitCode, Shortfall
from eval.lengths import answer_length
from eval.reports import NOTHING_MORE, Comparison, Extras
from eval.reports.words import (
    all_scores,
    expected,
    got,
    is_scored,
    longer_than_wanted,
    ungrounded,
)
from eval.run import GROUPINGS, CaseResult, EvalRun, grouped
from eval.scores import Score


def report_json(run: EvalRun, short: Sequence[Shortfall], code: ExitCode, extras: Extras = NOTHING_MORE) -> str:
    """The run as JSON. ``interval`` is there for scores that have one; ``comparison`` is null without a baseline."""
    content = {
        "cases": len(run.results),
        "documents": dict(run.versions),
        "scores": {name: _with_interval(name, score, extras) for name, score in all_scores(run, extras).items()},
        **{f"by_{name}": _group_dicts(run, name) for name in GROUPINGS},
        "answer_length": _lengths(run),
        "wrong": [_wrong_dict(result) for result in run.wrong],
        "ungrounded": {result.case.id: list(ungrounded(result)) for result in run.results if ungrounded(result)},
        "too_long": longer_than_wanted(run),
        "stale": [case.id for case in run.stale],
        "skipped": dict(run.skipped),
        "shortfalls": [{"name": s.name, "floor": s.floor, **_score_dict(s.score)} for s in short],
        "comparison": _comparison_dict(extras.comparison),
        "exit_code": int(code),
    }
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)


def _score_dict(score: Score) -> dict[str, Any]:
    return {"n": score.n, "value": None if score.value is None else round(score.value, 6)}


def _with_interval(name: str, score: Score, extras: Extras) -> dict[str, Any]:
    interval = extras.intervals.get(name)
    return {**_score_dict(score), **({"interval": [round(end, 6) for end in interval]} if interval else {})}


def _comparison_dict(comparison: Comparison | None) -> dict[str, list[str]] | None:
    if comparison is None:
        return None
    return {
        "turned_wrong": list(comparison.turned_wrong),
        "turned_right": list(comparison.turned_right),
        "new": list(comparison.new),
        "gone": list(comparison.gone),
    }


def _group_dicts(run: EvalRun, name: str) -> dict[str, Any]:
    return {group: _score_dict(part.score("right")) for group, part in grouped(run, name).items()}


def _lengths(run: EvalRun) -> dict[str, Any] | None:
    found = answer_length(result.reply for result in run.results)
    return asdict(found) if found else None


def _wrong_dict(result: CaseResult) -> dict[str, Any]:
    case = result.case
    brief = {"id": case.id, "split": case.split, "faults": [fault.code.value for fault in result.faults]}
    if is_scored(case):
        return brief
    full = {"where": case.where, "question": case.question, "expected": expected(case), "got": got(result)}
    return {**brief, **full, "details": [fault.detail for fault in result.faults]}
