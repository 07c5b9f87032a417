"""What a person or a program reads of a run: the way into `eval.reports`.

Of cases that are for scoring only, no report shows more than the id, the kind and the kind of fault, so that
nobody tunes to them. Reports hold no times but those that they are given: two runs of the same thing give the
same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.baseline import replace_file
from eval.errors import ReportNotWritten
from eval.gate import ExitCode
from eval.reports import Extras, ReportPaths
from eval.reports.annotations import code_quality, workflow_commands
from eval.reports.html import report_html
from eval.reports.json_report import report_json
from eval.reports.junit import junit_xml
from eval.reports.markdown import report_markdown
from eval.reports.terminal import print_report
from eval.reports.words import LABELS, SHOWN, expected, shortened
from eval.run import EvalRun

__all__ = [
    "LABELS",
    "SHOWN",
    "Extras",
    "ReportPaths",
    "expected",
    "print_report",
    "report_json",
    "shortened",
    "write_reports",
]


def write_reports(run: EvalRun, paths: ReportPaths, extras: Extras, code: ExitCode) -> None:
    """Writes each report that *paths* has a place for; a reader of a file never sees half of one.

    All are made before the first is written. Raises `ReportNotWritten`.
    """
    for path, text in list(_texts(run, paths, extras, code)):
        _write(path, text)


def _texts(run: EvalRun, paths: ReportPaths, extras: Extras, code: ExitCode) -> Iterator[tuple[Path, str]]:
    if paths.junit:
        yield paths.junit, junit_xml(run, extras)
    if paths.markdown:
        yield paths.markdown, report_markdown(run, extras, code)
    if paths.annotations:
        yield paths.annotations, workflow_commands(run, extras)
    if paths.code_quality:
        yield paths.code_quality, f"{code_quality(run, extras)}\n"
    if paths.json:
        yield paths.json, f"{report_json(run, extras.shortfalls, code, extras)}\n"
    if paths.html:
        yield paths.html, report_html(run, extras, code)


def _write(path: Path, text: str) -> None:
    try:
        # A pipe or a terminal can't be replaced, and has no half-written state that a later reader would find.
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(text.encode())
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, text)
    except OSError as error:
        raise ReportNotWritten(
            f"The report {path} can't be written: {error.strerror}; check the path and its permissions."
        ) from error
