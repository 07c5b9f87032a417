"""The run as one HTML page that asks nothing of any other site: for those who decide whether to publish.

Everything that comes from a case, a reply or a document is escaped by the template engine; the page's policy lets
only its own style and script run.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval.cases import EvalCase
from eval.gate import ExitCode
from eval.reports import Comparison, Extras, WantedPassage
from eval.reports.figures import BINS, distribution, histogram, reliability_curve, score_bar
from eval.reports.words import (
    GROUP_SCORES,
    LOWER_IS_BETTER,
    all_scores,
    count,
    decimal,
    expected,
    fault_words,
    fraction,
    is_scored,
    label,
    place,
    printable,
    shortfall_words,
    skipped_words,
    stale_words,
    verdict,
    worst_first,
)
from eval.run import GROUPINGS, CaseResult, EvalRun, grouped
from eval.scores import Score


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as the page's table shows it; of a case that is only for scoring, ``told`` is None."""

    anchor: str
    case_id: str
    kind: str
    right: bool
    change: str
    told: Told | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the page tells of a case that one may look at."""

    result: CaseResult
    faults: str
    expected: str
    place: str
    wanted: tuple[WantedPassage, ...]


def report_html(run: EvalRun, extras: Extras, code: ExitCode) -> str:
    """The page. Its only date is ``extras.made_on``, so that two runs of the same thing give the same bytes."""
    environment = Environment(
        loader=PackageLoader("eval.reports"),
        autoescape=True,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    style, script = _asset("report.css"), _asset("report.js")
    return environment.get_template("report.html").render(
        style=style,
        script=script,
        policy=_policy(style, script),
        **_words(run, extras, code),
        **_figures(run, extras),
        rows=_rows(run, extras),
        extras=extras,
        run=run,
    )


def _shown(value: object) -> object:
    """What the template engine is about to show: only what this package made itself may hold markup."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _asset(name: str) -> Markup:
    return Markup((files("eval.reports") / "templates" / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _policy(style: str, script: str) -> str:
    """Nothing from elsewhere, no style or script but the page's own. Source: https://www.w3.org/TR/CSP3/#framework-directive-source-list"""
    allowed = {"style-src": _source(style), "script-src": _source(script)}
    own = "; ".join(f"{directive} {source}" for directive, source in allowed.items())
    return f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _words(run: EvalRun, extras: Extras, code: ExitCode) -> dict[str, Any]:
    verdict_words, _, rest = verdict(run, extras, code).partition(": ")
    return {
        "headline": verdict_words,
        "deck": f"{rest[:1].upper()}{rest[1:]}",
        "held": code == ExitCode.HELD,
        "shortfalls": [shortfall_words(entry) for entry in extras.shortfalls],
        "skipped": [skipped_words(document, number) for document, number in sorted(run.skipped.items())],
        "stale": [(case.id, _place_words(case), stale_words(case, extras)) for case in run.stale],
        "changes": _changes(extras.comparison),
        "versions": dict(run.versions),
        "count": count,
    }


def _place_words(case: EvalCase) -> str:
    spot = place(case)
    return f"{spot.file}:{spot.line}" if spot else ""


def _changes(comparison: Comparison | None) -> list[tuple[str, tuple[str, ...]]] | None:
    if comparison is None:
        return None
    return [
        ("turned wrong", comparison.turned_wrong),
        ("turned right", comparison.turned_right),
        ("new", comparison.new),
        ("gone", comparison.gone),
    ]


def _figures(run: EvalRun, extras: Extras) -> dict[str, Any]:
    return {
        "scores": [_score_row(name, score, extras) for name, score in all_scores(run, extras).items()],
        "groupings": [(name, _group_rows(run, name)) for name in GROUPINGS],
        "reliability": reliability_curve(extras.calibration, extras.recalibrated) if extras.calibration else None,
        "distribution": distribution(extras.probabilities, extras.threshold) if extras.probabilities else None,
        "bins": _bins(extras),
    }


def _score_row(name: str, score: Score, extras: Extras) -> dict[str, Any]:
    interval = extras.intervals.get(name)
    before = extras.baseline_scores.get(name)
    return {
        "label": label(name),
        "note": "lower is better" if name in LOWER_IS_BETTER else "",
        "bar": score_bar(score.value, interval, before.value if before else None),
        "value": decimal(score.value),
        "interval": f"{decimal(interval[0])}–{decimal(interval[1])}" if interval else "–",
        "n": score.n,
        "before": decimal(before.value) if before else "–",
    }


def _group_rows(run: EvalRun, name: str) -> list[dict[str, Any]]:
    return [
        {
            "group": group,
            "bar": score_bar(part.score("right").value),
            "cells": [fraction(part.score(metric)) for metric in GROUP_SCORES],
        }
        for group, part in grouped(run, name).items()
    ]


def _bins(extras: Extras) -> list[tuple[str, int, int]]:
    """The distribution as rows: from and to, how many the text answers, how many it doesn't; empty bins left out."""
    up = histogram([value for value, answerable in extras.probabilities if answerable])
    down = histogram([value for value, answerable in extras.probabilities if not answerable])
    rows = [(f"{i / BINS:.2f}–{(i + 1) / BINS:.2f}", up[i], down[i]) for i in range(BINS)]
    return [row for row in rows if row[1] or row[2]]


def _rows(run: EvalRun, extras: Extras) -> list[CaseRow]:
    """The wrong ones first, the worst of them on top."""
    changes = {case_id: name for name, ids in _changes(extras.comparison) or [] for case_id in ids}
    wrong = worst_first(run, extras.comparison)
    right = [result for result in run.results if not result.faults]
    return [_row(number, result, changes, extras) for number, result in enumerate([*wrong, *right], start=1)]


def _row(number: int, result: CaseResult, changes: dict[str, str], extras: Extras) -> CaseRow:
    case = result.case
    return CaseRow(
        anchor=f"case-{number}",
        case_id=case.id,
        kind=case.kind.value,
        right=not result.faults,
        change=changes.get(case.id, ""),
        told=None if is_scored(case) else _told(result, extras),
    )


def _told(result: CaseResult, extras: Extras) -> Told:
    case = result.case
    wanted = extras.wanted.get(case.id, ())
    return Told(result, fault_words(result), expected(case), _place_words(case), wanted)
