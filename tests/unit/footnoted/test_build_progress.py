"""How far a build has come is said as often as a log can bear."""

from __future__ import annotations

import io

from rich.console import Console

from footnoted.build_progress import ProgressLines, build_progress


def test_a_line_every_ten_seconds_says_the_rate_and_the_time_left() -> None:
    said: list[str] = []
    now = [100.0]
    told = ProgressLines(said.append, lambda: now[0])
    for second in range(26):
        now[0] = 100.0 + second
        told(500 + 20 * second, 10_000)
    assert said == [
        "Embedded 700 of 10000 texts, 20 a second, about 8 minutes left.",
        "Embedded 900 of 10000 texts, 20 a second, about 8 minutes left.",
    ]


def test_hours_and_the_last_minute_are_said_as_such_and_a_standstill_has_no_end() -> None:
    said: list[str] = []
    for done, total in ((20, 100_000), (20, 30), (0, 30)):
        told = ProgressLines(said.append, iter([0.0, 10.0]).__next__)
        told(0, total)
        told(done, total)
    assert [line.partition("a second")[2] for line in said] == [", about 14 hours left.", ", about a minute left.", "."]


def test_a_terminal_shows_a_bar_and_anything_else_does_not() -> None:
    for terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=terminal, width=100)
        with build_progress(console) as progress:
            progress(3, 7)
        assert ("3/7" in console.file.getvalue()) is terminal  # type: ignore[attr-defined]
