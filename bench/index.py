"""How an index grows: the rate of a build beside bare encoding, memory, and search time, each in one run.

    python -m bench.index --passages 1000 10000 100000

The rate is the packaged model's; the sizes are built with a fast embedder, since the model would take an hour for the
largest. Each size is built and opened in processes of its own, so that memory is its own. ``RssAnon`` is what a process
holds; the pages of mapped files, which the system may drop, aren't in it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from bench.synthetic import PASSAGES_A_DOCUMENT, FastEmbedder, documents, questions
from corpus.documents import Document
from index.build import build_index, open_index
from index.chunk import chunk
from index.embedders import MiniLMEmbedder, packaged_model
from index.faiss_index import PASSAGE_VECTORS, SENTENCE_VECTORS, FaissIndex
from index.ports import Embedder, Progress, Vectors
from index.store import IndexStore
from index.vectors import open_vectors

_DEPTH = 100
_QUESTIONS = 60
_ROUNDS = 4
_DOCUMENTS_A_ROUND = 2


def main() -> None:
    """Prints the build's rate and a table with a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument(
        "--rounds", type=int, default=_ROUNDS, help="of 480 texts, to compare the rates; 0 leaves it out"
    )
    parser.add_argument("--rates", type=int, help="only the rates, of so many rounds, as JSON")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.rates:
        print(json.dumps(_rates(given.rates) | _by_processes()))
    elif given.build:
        print(json.dumps(_built(given.passages[0], given.build)))
    elif given.serve:
        print(json.dumps(_served(given.serve)))
    else:
        _report(given.passages, given.rounds)


def _report(sizes: list[int], rounds: int) -> None:
    if rounds:
        print(json.dumps(_rates(rounds)), flush=True)
    for number, size in enumerate(sizes):
        with tempfile.TemporaryDirectory() as folder:
            row = {"passages": size, **_run("--build", size, folder), **_run("--serve", size, folder)}
        if not number:
            print(" | ".join(row))
        print(" | ".join(str(value) for value in row.values()), flush=True)


def _run(step: str, size: int, folder: str) -> dict[str, str]:
    command = [sys.executable, "-m", "bench.index", step, folder, "--passages", str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this very program
    last = done.stdout.splitlines()[-1]
    found: dict[str, str] = json.loads(last)
    return found


class _NotExported:
    """MiniLM without its export, which a build makes once and not each time."""

    model_id, dimension, window = MiniLMEmbedder.model_id, MiniLMEmbedder.dimension, MiniLMEmbedder.window

    def __init__(self) -> None:
        self._embedder = MiniLMEmbedder()
        self.count_tokens, self.embed_query = self._embedder.count_tokens, self._embedder.embed_query
        self.texts: list[str] = []

    def embed_passages(self, texts: list[str], progress: Progress | None = None) -> Vectors:
        self.texts += texts
        return self._embedder.embed_passages(texts, progress)


def _rates(rounds: int) -> dict[str, float]:
    """Builds and bare encodings of the same texts, in turn."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - torch's memory isn't an index's

    bare = SentenceTransformer(str(packaged_model()), device="cpu", local_files_only=True)
    bare.max_seq_length = MiniLMEmbedder.window
    embedder, ratios, rates = _NotExported(), [], []
    made = list(documents(PASSAGES_A_DOCUMENT * _DOCUMENTS_A_ROUND * rounds))
    embedder.embed_query("The first call loads the model.")
    _build(made[:1], embedder)
    for start in range(0, len(made), _DOCUMENTS_A_ROUND):
        embedder.texts = []
        spent = _seconds(lambda at=start: _build(made[at : at + _DOCUMENTS_A_ROUND], embedder))
        texts = sorted(embedder.texts, key=len)
        floor = _seconds(lambda texts=texts: bare.encode(texts, batch_size=32, normalize_embeddings=True))
        ratios.append([a / b for a, b in zip(floor, spent, strict=True)])
        rates.append(len(texts) / spent[0])
    by_wall, by_cpu = zip(*ratios, strict=True)
    return {
        "texts_per_s": statistics.median(rates),
        "of_bare": statistics.median(by_wall),
        "least": min(by_wall),
        "most": max(by_wall),
        "of_bare_cpu": statistics.median(by_cpu),
        "rounds": len(ratios),
        "texts": len(embedder.texts),
    }


def _by_processes() -> dict[str, float]:
    """Texts a second that sentence-transformers alone encodes: in one process on one thread, and in two at once."""
    return {f"bare_{count}_processes_per_s": sum(_encoders(count)) for count in (1, 2)}


def _encoders(count: int) -> list[float]:
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        list(pool.map(_encoded_per_s, [1] * count))  # all are there, and have loaded
        return list(pool.map(_encoded_per_s, [1] * count))


def _encoded_per_s(documents_: int) -> float:
    model = _loaded()
    texts = [p.text for document in documents(PASSAGES_A_DOCUMENT * documents_) for p in chunk(document, len, 2000)]
    return len(texts) / _seconds(lambda: model.embed_passages(texts))[0]


@cache
def _loaded() -> MiniLMEmbedder:
    return MiniLMEmbedder()


def _build(of: list[Document], embedder: Embedder) -> None:
    with tempfile.TemporaryDirectory() as folder:
        build_index(of, embedder, Path(folder))


def _built(size: int, folder: Path) -> dict[str, str]:
    made = list(documents(size))
    held = _memory("RssAnon")
    with _peak("RssAnon") as peak:
        seconds, used = _seconds(lambda: build_index(made, FastEmbedder(), folder))
    return {
        "build s (fast embedder)": f"{seconds:.1f}",
        "of the processor's": f"{used:.1f}",
        "documents MB": f"{held:.0f}",
        "build's peak RssAnon MB": f"{max(peak):.0f}",
        "peak RSS MB": f"{_memory('VmHWM'):.0f}",
        "on disk MB": f"{sum(p.stat().st_size for p in folder.rglob('*') if p.is_file()) / 1e6:.0f}",
    }


def _served(folder: Path) -> dict[str, str]:
    embedder = FastEmbedder()
    before = _memory("RssAnon")
    started = time.perf_counter()
    index = open_index(folder, embedder)
    opening = time.perf_counter() - started
    asked = [(embedder.embed_query(text), index.expand(text)) for text in questions(_QUESTIONS)]
    for vector, text in asked:
        for row in index.search(vector, text, _DEPTH).dense_passages.rows:
            index.passages[row]
    held = _memory("RssAnon") - before
    search, encode = _search_times(index, asked)
    return {
        "open s": f"{opening:.2f}",
        "serving adds RssAnon MB": f"{held:.0f}",
        "search ms": f"{statistics.median(search):.1f}",
        "p95": f"{statistics.quantiles(search, n=20)[-1]:.1f}",
        "of encoding a question": f"{statistics.median(search) / statistics.median(encode):.2f}",
        "recall@10": f"{_recall(index, folder, [vector for vector, _ in asked]):.3f}",
    }


def _search_times(index: FaissIndex, asked: list[tuple[Vectors, str]]) -> tuple[list[float], list[float]]:
    """Milliseconds of a search and of sentence-transformers' encoding of its question, in turn."""
    model = MiniLMEmbedder()
    model.embed_query("The first call loads the model.")
    search, encode = [], []
    for vector, text in asked:
        search.append(1000 * _seconds(lambda v=vector, t=text: index.search(v, t, _DEPTH))[0])
        encode.append(1000 * _seconds(lambda t=text: model.embed_query(t))[0])
    return search, encode


def _recall(index: FaissIndex, folder: Path, vectors: list[Vectors]) -> float:
    """The lower of the two parts' recall@10 beside exact search, over questions that the build hasn't seen."""
    published = IndexStore(folder).read_current(lambda published, _: published)
    exact = [
        open_vectors(published / name, published / "none", rows)
        for name, rows in ((PASSAGE_VECTORS, len(index.passages)), (SENTENCE_VECTORS, len(index.sentences)))
    ]
    found = [0.0, 0.0]
    for vector in vectors:
        result = index.search(vector, "", _DEPTH)
        for part, ranking in enumerate((result.dense_passages, result.dense_sentences)):
            least = exact[part].nearest(vector, 10).scores[-1]
            found[part] += sum(score >= least - 1e-6 for score in ranking.scores[:10])
    return min(found) / (10 * len(vectors))


@contextmanager
def _peak(name: str) -> Iterator[list[float]]:
    """The memory of this process, looked at twenty times a second while the block runs."""
    seen, done = [_memory(name)], threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            seen.append(_memory(name))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def _memory(name: str) -> float:
    """Megabytes, as /proc/self/status says."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def _seconds(action: Callable[[], object]) -> tuple[float, float]:
    """By the clock, and of the processor's time."""
    started, used = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - started, time.process_time() - used


if __name__ == "__main__":
    main()
