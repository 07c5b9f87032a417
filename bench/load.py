"""One reader, then several at once, who ask a real server over loopback; without the trained reader and with it.

Each asks a question when the one before is answered. The model answers one question at a time, so that fifty wait about
fifty times as long as one: what is held is that none fails, that the model is kept as busy, and that pages stay quick.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import httpx2

from bench.timing import seconds
from corpus.load import bundled_explainers, load_corpus
from eval.cases import load_cases
from index.build import build_index, open_embedder
from index.embedders import MiniLMEmbedder

_ALONE = 20
_QUESTIONS = 64
_LONGEST_S = 300.0


@dataclass
class Load:
    """What some readers saw: seconds to each answer and to each page, and what failed."""

    answers: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def throughput(self) -> float:
        """Questions a second."""
        return len(self.answers) / self.took_s


def main() -> None:
    """Prints a line of JSON: the floor's rates, then by reader on or off and by how many ask at once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, help="an index of the bundled explainer; none: it is built")
    parser.add_argument("--readers", type=int, nargs="+", default=[1, 8, 50])
    given = parser.parse_args()
    questions = list(dict.fromkeys(case.question for case in load_cases(())))
    with ExitStack() as stack:
        folder = given.data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if not given.data_dir:
            build_index(load_corpus([bundled_explainers()]).documents, MiniLMEmbedder(), folder)
        found = {"encodings_per_s": _encodings(folder, questions), "reader": {}}
        for use_reader in (False, True):
            found["reader"]["on" if use_reader else "off"] = _rows(folder, use_reader, given.readers, questions)
    print(json.dumps(found))


def _rows(folder: Path, use_reader: bool, readers: Sequence[int], questions: Sequence[str]) -> dict[str, object]:
    """By how many ask at once, a server of its own each, so that nothing is remembered."""
    rows: dict[str, object] = {}
    for count in readers:
        with server(folder, use_reader=use_reader) as (url, _):
            asyncio.run(_load(url, questions[-2:], 1, 2))  # warm
            rows[str(count)] = _row(asyncio.run(_load(url, questions, count, max(1, _each(count)))))
    return rows


def _each(readers: int) -> int:
    return _ALONE if readers == 1 else round(_QUESTIONS / readers)


def _encodings(folder: Path, questions: Sequence[str]) -> dict[str, float]:
    """Questions a second that the model alone encodes on one thread: one by one, and in batches."""
    embedder = open_embedder(folder)
    embedder.embed_query("The first one loads.")
    one = seconds(lambda: [embedder.embed_query(question) for question in questions])
    batches = seconds(lambda: embedder.embed_passages(questions))
    return {"one by one": len(questions) / one, "in batches": len(questions) / batches}


@contextmanager
def server(data_dir: Path, *, use_reader: bool, python: str = sys.executable) -> Iterator[tuple[str, int]]:
    """The address and the process of a ``footnoted serve`` without a rate limit, once ready."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings = {"USE_READER": str(use_reader), "RATE_LIMIT": "", "ASK_TIMEOUT_S": str(_LONGEST_S)}
    environment = {**os.environ, **{f"FOOTNOTED_{name}": value for name, value in settings.items()}}
    command = [python, "-m", "footnoted", "serve", "--data-dir", str(data_dir), "--port", str(port)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as process,  # noqa: S603
    ):
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            if not process.stdout.readline():
                log.seek(0)
                sys.exit(f"The server didn't start:\n{log.read().decode()}")
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait(timeout=60)


async def _load(url: str, questions: Sequence[str], readers: int, each: int) -> Load:
    """*readers* at once who ask *each* questions, while one more reads the first page."""
    load = Load()
    to_ask = cycle(questions)
    limits = httpx2.Limits(max_connections=readers + 1)
    async with httpx2.AsyncClient(base_url=url, timeout=_LONGEST_S, limits=limits, trust_env=False) as client:
        visitor = asyncio.create_task(_visit(client, load))
        started = time.perf_counter()
        await asyncio.gather(*(_ask(client, load, [next(to_ask) for _ in range(each)]) for _ in range(readers)))
        load.took_s = time.perf_counter() - started
        visitor.cancel()
    return load


async def _ask(client: httpx2.AsyncClient, load: Load, questions: Sequence[str]) -> None:
    for question in questions:
        await _timed(load, load.answers, client.post("/api/ask", json={"question": question}))


async def _visit(client: httpx2.AsyncClient, load: Load) -> None:
    while True:
        await _timed(load, load.pages, client.get("/"))
        await asyncio.sleep(0.25)


async def _timed(load: Load, spent: list[float], request: Awaitable[httpx2.Response]) -> None:
    started = time.perf_counter()
    try:
        response = await request
    except httpx2.HTTPError as error:
        load.errors.append(type(error).__name__)
        return
    spent.append(time.perf_counter() - started)
    if response.status_code != 200:
        load.errors.append(str(response.status_code))


def _row(load: Load) -> dict[str, object]:
    found: dict[str, object] = {"questions_per_s": load.throughput, "n": len(load.answers), "errors": load.errors}
    for what, spent in (("answer", load.answers), ("page", load.pages)):
        p50, p95 = _percentiles(spent)
        found |= {f"{what}_p50_ms": 1000 * p50, f"{what}_p95_ms": 1000 * p95}
    return found


def _percentiles(spent: Sequence[float]) -> tuple[float, float]:
    return statistics.median(spent), statistics.quantiles(spent, n=20, method="inclusive")[18]


if __name__ == "__main__":
    main()
