"""Cold starts and memory: ``footnoted ask``, ``footnoted serve`` and the floor, each in processes of its own.

python -m bench.cold --data-dir DIR [--rounds N] [--environment DIR]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from bench.load import server
from bench.timing import memory_mb, seconds
from corpus.load import bundled_explainers
from eval.cases import load_cases

_ASKED = 20
_ROOT = Path(__file__).parents[1]


def main() -> None:
    """Prints a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--environment", type=Path, help="the bot runs from this one, as it would be installed to serve"
    )
    given = parser.parse_args()
    python = str(given.environment / "bin/python") if given.environment else sys.executable
    questions = [case.question for case in load_cases(())]
    ask = [python, "-m", "footnoted", "ask", "--data-dir", str(given.data_dir)]
    floor = [sys.executable, "-m", "bench.floor", *map(str, sorted(bundled_explainers().glob("*.md"))), "--"]
    asks, floors, floor_says = [], [], dict[str, float]()
    asked = questions[:: len(questions) // given.rounds][: given.rounds]
    _output([*ask, asked[0]])  # files are read from the disk once
    for question in asked:  # of various kinds: some are read on, or need the language detector
        asks.append(seconds(partial(_output, [*ask, question])))
        floors.append(seconds(lambda said=question: floor_says.update(json.loads(_output([*floor, said])[-1]))))
    found: dict[str, Any] = {
        "environment": "serving" if given.environment else "this",
        "ask_s": statistics.median(asks),
        "floor_s": statistics.median(floors),
        "floor_load_and_question_s": statistics.median(floors) - floor_says["build_s"],
        "floor_rss_mb": floor_says["rss_mb"],
        "floor_peak_mb": floor_says["peak_mb"],
    }
    found["serve"] = {
        name: _served(python, given.data_dir, on, questions) for name, on in (("on", True), ("off", False))
    }
    print(json.dumps(found))


def _output(command: list[str]) -> list[str]:
    """The lines that a command prints; ``footnoted ask`` ends with 3 where it refuses."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_ROOT)  # noqa: S603 - our own commands
    if done.returncode not in {0, 3}:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return done.stdout.splitlines()


def _served(python: str, data_dir: Path, use_reader: bool, questions: list[str]) -> dict[str, float]:
    """Seconds until a server is ready, and its megabytes then and after some questions."""
    started = time.perf_counter()
    with server(data_dir, use_reader=use_reader, python=python) as (url, pid):
        ready = time.perf_counter() - started
        idle = {"idle_rss_mb": memory_mb("VmRSS", pid), "idle_own_mb": memory_mb("RssAnon", pid)}
        for question in questions[:_ASKED]:
            httpx2.post(f"{url}/api/ask", json={"question": question}, timeout=60, trust_env=False).raise_for_status()
        return {
            "ready_s": ready,
            **idle,
            "after_rss_mb": memory_mb("VmRSS", pid),
            "after_own_mb": memory_mb("RssAnon", pid),
            "peak_mb": memory_mb("VmHWM", pid),
        }


if __name__ == "__main__":
    main()
