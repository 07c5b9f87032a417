"""Runs one peer in its own environment: ``python -m eval.peers.worker MODULE:CLASS JOB OUT``. Standard library only.

JOB is JSON: ``{"sources": […], "questions": [{"id", "question", "history"}, …]}``. OUT gets a line of JSON for each
reply, ``{"id", "reply", "seconds"}``, and last ``{"build_seconds", "peak_mb"}``.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from eval.peers.ports import Peer, source_from_dict


def main(arguments: list[str]) -> None:
    """Does the job that *arguments* name."""
    name, job, out = arguments
    content = json.loads(Path(job).read_text(encoding="utf-8"))
    with Path(out).open("w", encoding="utf-8") as lines:
        for record in work(open_peer(name), content):
            lines.write(json.dumps(record) + "\n")
            lines.flush()


def open_peer(name: str) -> Peer:
    """The peer of ``MODULE:CLASS``, MODULE being in this package."""
    module, _, kind = name.partition(":")
    return cast(Peer, getattr(import_module(f"eval.peers.{module}"), kind)())


def work(peer: Peer, job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Builds *peer* and asks it every question of *job*; times are wall-clock seconds."""
    begun = time.perf_counter()
    peer.build([source_from_dict(source) for source in job["sources"]])
    built = time.perf_counter() - begun
    for asked in job["questions"]:
        begun = time.perf_counter()
        reply = peer.ask(asked["question"], asked["history"])
        yield {"id": asked["id"], "reply": dict(reply), "seconds": time.perf_counter() - begun}
    # Linux counts ru_maxrss in KiB. A model that is served by another process is counted there, by its owner.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield {"build_seconds": built, "peak_mb": peak}


if __name__ == "__main__":
    main(sys.argv[1:])
