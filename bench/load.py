"""One reader, then fifty at once, who ask a real server over loopback; without the trained reader and with it.

Each asks a question when the one before is answered. The model answers one question at a time, so that fifty wait about
fifty times as long as one: what is held is that none fails, that the model is kept as busy, and that pages stay quick.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import httpx2

from corpus.load import bundled_explainers, load_corpus
from eval.cases import load_cases
from index.build import build_index
from index.embedders import MiniLMEmbedder

_READERS = 50
_ALONE = 30
_EACH = 2
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
    """Prints medians and 95th percentiles in milliseconds, and their ratios to one reader's."""
    questions = [case.question for case in load_cases(())]
    with tempfile.TemporaryDirectory() as folder:
        build_index(load_corpus([bundled_explainers()]).documents, MiniLMEmbedder(), Path(folder))
        for use_reader in (False, True):
            with _server(Path(folder), use_reader=use_reader) as url:
                print(f"trained reader {'on' if use_reader else 'off'}", flush=True)
                asyncio.run(_load(url, questions, 1, 3))  # warm
                alone = asyncio.run(_load(url, questions, 1, _ALONE))
                _print("1 reader", alone, alone)
                _print(f"{_READERS} readers", asyncio.run(_load(url, questions, _READERS, _EACH)), alone)


@contextmanager
def _server(data_dir: Path, *, use_reader: bool) -> Iterator[str]:
    """``footnoted serve`` on a free port, without a rate limit; stopped at the end."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings = {"USE_READER": str(use_reader), "RATE_LIMIT": "", "ASK_TIMEOUT_S": str(_LONGEST_S)}
    environment = {**os.environ, **{f"FOOTNOTED_{name}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "footnoted", "serve", "--data-dir", str(data_dir), "--port", str(port)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as process,  # noqa: S603
    ):
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            if not process.stdout.readline():
                log.seek(0)
                sys.exit(f"The server didn't start:\n{log.read().decode()}")
            yield f"http://127.0.0.1:{port}"
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


async def _timed(load: Load, seconds: list[float], request: Awaitable[httpx2.Response]) -> None:
    started = time.perf_counter()
    try:
        response = await request
    except httpx2.HTTPError as error:
        load.errors.append(type(error).__name__)
        return
    seconds.append(time.perf_counter() - started)
    if response.status_code != 200:
        load.errors.append(str(response.status_code))


def _print(name: str, load: Load, alone: Load) -> None:
    for what, seconds, floor in (("answer", load.answers, alone.answers), ("page", load.pages, alone.pages)):
        (p50, p95), (one50, one95) = _percentiles(seconds), _percentiles(floor)
        ratios = f"{p50 / one50:.1f} × and {p95 / one95:.1f} × one reader's"
        print(f"  {name}, {what}: p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms ({ratios}), n={len(seconds)}")
    ratio = load.throughput / alone.throughput
    print(
        f"  {name}: {load.throughput:.2f} questions/s ({ratio:.2f} × one reader's), errors: {load.errors or 0}",
        flush=True,
    )


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    return statistics.median(seconds), statistics.quantiles(seconds, n=20, method="inclusive")[18]


if __name__ == "__main__":
    main()
