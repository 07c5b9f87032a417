"""All benchmarks in one run, into docs/benchmarks.md.

    python -m bench [--quick] [--million] [--out FILE]

Every part runs in a process of its own, and none fails the others: what couldn't be measured says so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.machine import machine
from bench.report import rendered
from bench.timing import part
from corpus.load import bundled_explainers, load_corpus
from index.build import build_index
from index.embedders import MiniLMEmbedder

_OUT = Path(__file__).parents[1] / "docs/benchmarks.md"
_SIZES = (0, 10_000, 100_000)
_MILLION = 1_000_000
_READERS = (1, 8, 50, 64)


def main() -> None:
    """Measures, and writes the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds: whether everything works")
    parser.add_argument(
        "--million", action="store_true", help="also a million passages, which takes long and gigabytes of disk"
    )
    parser.add_argument("--out", type=Path, default=_OUT)
    parser.add_argument("--kept", type=Path, help="also write what was measured here, as JSON")
    given = parser.parse_args()
    started = time.time()
    with tempfile.TemporaryDirectory() as scratch:
        folder, serving = f"{scratch}/data", Path(scratch) / "serving"
        build_index(load_corpus([bundled_explainers()]).documents, MiniLMEmbedder(), Path(folder))
        found = {"machine": machine()} | {
            name: _tried(name, step) for name, step in _parts(given, folder, serving).items()
        }
    found["minutes"] = (time.time() - started) / 60
    if given.kept:
        given.kept.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    given.out.write_text(rendered(found), encoding="utf-8")
    sys.stderr.write(f"Written: {given.out}\n")


def _parts(given: argparse.Namespace, folder: str, serving: Path) -> dict[str, Callable[[], Any]]:
    quick: bool = given.quick
    sizes = [0, 1000] if quick else [*_SIZES, *([_MILLION] if given.million else [])]
    readers = [str(count) for count in ((1, 8) if quick else _READERS)]
    asked, rounds = ("10", "1") if quick else ("60", "5")
    return {
        "sizes": lambda: part("sizes", *([] if quick else ["--environment", str(serving)])),
        "cold": lambda: part("cold", "--data-dir", folder, "--rounds", rounds, *_environment(serving)),
        "ask": lambda: [part("ask", "--passages", str(size), "--questions", asked) for size in sizes],
        "reading": lambda: part("reading", "--data-dir", folder, "--questions", asked),
        "engines": lambda: part("engines", "--data-dir", folder, *(["--quick"] if quick else [])),
        "build": lambda: part("index", "--rates", "1" if quick else "4"),
        "load": lambda: part("load", "--data-dir", folder, "--readers", *readers),
    }


def _environment(serving: Path) -> list[str]:
    return ["--environment", str(serving)] if serving.exists() else []


def _tried(name: str, step: Callable[[], Any]) -> Any:
    """What *step* found; None where it failed, which standard error tells."""
    started = time.time()
    try:
        return step()
    except (subprocess.CalledProcessError, ValueError, IndexError) as error:
        sys.stderr.write(f"{name} couldn't be measured ({error}).\n")
        return None
    finally:
        sys.stderr.write(f"{name}: {time.time() - started:.0f} s\n")


if __name__ == "__main__":
    main()
