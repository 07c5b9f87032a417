"""What is wrong, at the line of the case file: workflow commands for GitHub, code quality for GitLab.

The line of a case that is for scoring only is not pointed at: the annotation would show it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from eval.reports import Extras
from eval.reports.words import (
    Place,
    expected,
    fault_words,
    got,
    is_scored,
    place,
    printable,
    severity,
    shortfall_words,
    stale_words,
    worst_first,
)
from eval.run import CaseResult, EvalRun

SHOWN_ERRORS = 10
"""GitHub shows so many errors of a step, and drops the others without a word."""

GRAVE = 3  # how many kinds of fault, from the worst, GitLab is told are critical: what says or cites wrong things


def workflow_commands(run: EvalRun, extras: Extras) -> str:
    """Workflow commands, a line each, the worst first; a notice says how many more there are.

    Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    errors = list(_errors(run, extras))
    lines = errors[:SHOWN_ERRORS]
    if more := len(errors) - len(lines):
        lines.append(_command("notice", None, "footnoted eval", f"{more} more; the reports hold them all."))
    return "".join(f"{line}\n" for line in lines)


def _errors(run: EvalRun, extras: Extras) -> Iterator[str]:
    turned = set(extras.comparison.turned_wrong) if extras.comparison else set()
    wrong = worst_first(run, extras.comparison)
    yield from (_wrong(result, turned) for result in wrong if result.case.id in turned)
    for entry in extras.shortfalls:
        yield _command("error", None, "A floor was not held", shortfall_words(entry))
    yield from (_wrong(result, turned) for result in wrong if result.case.id not in turned)
    for case in run.stale:
        yield _command("error", place(case), f"{case.id} is stale", stale_words(case, extras))


def _wrong(result: CaseResult, turned: set[str]) -> str:
    case = result.case
    title = f"{case.id} {'turned wrong' if case.id in turned else 'is wrong'}"
    message = fault_words(result) if is_scored(case) else _told(result)
    return _command("error", place(case), title, message)


def _told(result: CaseResult) -> str:
    faults = "; ".join(fault.detail for fault in result.faults)
    lines = [f"Fault: {faults}", f"Asked: {result.case.question}", f"Expected: {expected(result.case)}"]
    return "\n".join([*lines, f"Got: {got(result)}"])


def _command(level: str, spot: Place | None, title: str, message: str) -> str:
    places = {"file": spot.file, "line": str(spot.line)} if spot else {}
    properties = ",".join(f"{name}={_property(value)}" for name, value in {**places, "title": title}.items())
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    """*text* as a command's message (``escapeData`` of actions/toolkit)."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """*text* as the value of a property (``escapeProperty`` of actions/toolkit)."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def code_quality(run: EvalRun, extras: Extras) -> str:
    """The wrong and the stale cases as GitLab's code quality report.

    GitLab wants a file and a line with each, so cases without one are left out.
    Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
    """
    found = [
        _issue(result.case.id, spot, "wrong-reply", _told(result), "critical" if severity(result) < GRAVE else "major")
        for result in worst_first(run, extras.comparison)
        if (spot := place(result.case))
    ]
    found += [
        _issue(case.id, spot, "stale-case", stale_words(case, extras), "minor")
        for case in run.stale
        if (spot := place(case))
    ]
    return json.dumps(found, ensure_ascii=False, indent=2)


def _issue(case_id: str, spot: Place, check: str, message: str, level: str) -> dict[str, Any]:
    # Without the line: a case that moves down in its file is still the same one.
    fingerprint = hashlib.sha256(f"{check}\0{case_id}".encode()).hexdigest()
    return {
        "description": printable(f"{case_id}: {message}").replace("\n", " "),
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": level,
        "location": {"path": spot.file, "lines": {"begin": spot.line}},
    }
