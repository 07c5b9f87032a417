"""Times and memory, as every part of the benchmarks takes them."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def seconds(action: Callable[[], object]) -> float:
    """By the clock."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def in_turn(actions: Mapping[str, Callable[[T], object]], given: Sequence[T]) -> dict[str, float]:
    """Median milliseconds of each action, done one after the other for each of *given*.

    In turn, so that whatever else the machine does weighs on all alike.
    """
    spent: dict[str, list[float]] = {name: [] for name in actions}
    for value in given:
        for name, action in actions.items():
            spent[name].append(1000 * seconds(lambda a=action, v=value: a(v)))  # type: ignore[misc]
    return {name: statistics.median(each) for name, each in spent.items()}


def memory_mb(field: str, pid: int | str = "self") -> float:
    """Megabytes of a process, as /proc/PID/status says: VmRSS, RssAnon (what it holds alone), VmHWM (its peak)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1024


def part(module: str, *arguments: str) -> Any:
    """What ``python -m bench.MODULE ARGUMENTS`` prints as its last line, in a process of its own.

    Its messages go to standard error. Raises `subprocess.CalledProcessError`.
    """
    command = [sys.executable, "-m", f"bench.{module}", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this very program
    return json.loads(done.stdout.splitlines()[-1])
