"""How far a build has come: a bar with rate and time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from index.ports import Progress

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def build_progress(console: Console) -> Iterator[Progress]:
    """What a build tells how far it is; *console* shows it, and forgets the bar at the end."""
    if not console.is_terminal:
        yield ProgressLines(lambda line: typer.echo(line, err=True))
        return
    columns = (TextColumn("Embedding"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("embed", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.0f} texts/s" if task.speed else "", style="progress.data.speed")


class ProgressLines:
    """Says every ten seconds how far a build has come, at what rate, and when it will be done."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._first: tuple[float, int] | None = None
        self._said = 0.0

    def __call__(self, done: int, total: int) -> None:
        """As `index.ports.Progress`."""
        now = self._clock()
        if self._first is None:
            self._first, self._said = (now, done), now
        if now - self._said < _SECONDS_BETWEEN_LINES:
            return
        rate = (done - self._first[1]) / (now - self._first[0])
        left = f", about {_duration((total - done) / rate)} left" if rate else ""
        self._say(f"Embedded {done} of {total} texts, {rate:.0f} a second{left}.")
        self._said = now


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes <= 1:
        return "a minute"
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
