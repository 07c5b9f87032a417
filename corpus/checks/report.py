"""Findings as people, programs and GitHub read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

from corpus.checks.findings import Finding, Severity


def as_text(findings: Sequence[Finding], files: int) -> str:
    """The findings, file by file, and how many there are in the *files* that were checked."""
    parts = [
        "\n".join(_plain(f"{_where(one)}: {one.severity} {one.rule}: {_said(one)}") for one in group)
        for _, group in groupby(findings, key=lambda one: one.path)
    ]
    errors = sum(one.severity is Severity.ERROR for one in findings)
    counts = f"Files: {files}, errors: {errors}, warnings: {len(findings) - errors}."
    return "\n\n".join([*parts, counts])


def as_json(findings: Sequence[Finding]) -> str:
    """The findings as a JSON list, the same bytes each time."""
    listed = [
        {
            "file": one.path.as_posix(),
            "line": one.line,
            "mend": one.mend,
            "message": one.message,
            "page": one.page,
            "rule": one.rule.value,
            "section": list(one.section),
            "severity": one.severity.value,
        }
        for one in findings
    ]
    return json.dumps(listed, ensure_ascii=False, indent=2, sort_keys=True)


def as_workflow_commands(findings: Sequence[Finding]) -> str:
    """The findings as commands that GitHub shows at their lines."""
    return "\n".join(_plain(_command(one)) for one in findings)


def _command(one: Finding) -> str:
    line = f",line={one.line}" if one.line else ""
    place = "" if one.line else _place(one)
    said = f"{place}: {_said(one)}".removeprefix(": ")
    return f"::{one.severity} file={_property(one.path.as_posix())}{line},title={one.rule}::{_data(said)}"


def _where(one: Finding) -> str:
    if one.line:
        return f"{one.path}:{one.line}"
    return ", ".join(filter(None, [str(one.path), _place(one)]))


def _place(one: Finding) -> str:
    if one.page:
        return f"page {one.page}"
    return f"in “{' > '.join(one.section)}”" if one.section else ""


def _said(one: Finding) -> str:
    return f"{one.message} {one.mend}".strip()


def _plain(line: str) -> str:
    """*line* as one line that steers no terminal, whatever a file's name or text has in it."""
    return "".join(character if character.isprintable() else "\ufffd" for character in line)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
