"""Fits the weights of the four searches in `bot.retrieve`, and shows how often what answers is among the best.

    python -m scripts.reader.fit_fusion

Fitted to the questions of the samples that the reader is trained on, asked of one sample and of a library of twelve;
shown on the samples kept apart.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from bot.retrieve import WEIGHTS, Retriever, Search, by_search, fuse
from corpus.load import load_document
from index.build import build_index, open_index
from index.embedders import MiniLMEmbedder
from index.ports import Embedder
from scripts.reader.policy_sets import SAMPLES, held_slugs, questions, training_slugs

_LIBRARY = 12
_SHOWN = (1, 3, 5, 8)

Found = tuple[list[Search], set[int]]
"""What each search scored the rows; and the rows that answer."""


def found_in_libraries(slugs: Sequence[str], embedder: Embedder, size: int) -> Iterator[Found]:
    """What is found for each answerable question about *slugs*, in libraries of *size* of them."""
    mixed = random.Random(1).sample(list(slugs), len(slugs))  # noqa: S311 - not for secrets
    for start in range(0, len(mixed), size):
        yield from _found(mixed[start : start + size], embedder)


def _found(library: Sequence[str], embedder: Embedder) -> Iterator[Found]:
    with tempfile.TemporaryDirectory() as folder:
        build_index([load_document(SAMPLES / f"{slug}.md") for slug in library], embedder, Path(folder))
        index = open_index(Path(folder), embedder)
        retriever = Retriever(index, embedder)
        for slug in library:
            rows = [row for row, passage in enumerate(index.passages) if passage.document_id == slug]
            for question in questions(slug):
                answers = {row for row in rows if any(quote in index.passages[row].text for quote in question.evidence)}
                if answers and not question.unanswerable:
                    yield by_search(retriever.searches(question.query)), answers


def fit(found: Sequence[Found]) -> NDArray[np.float64]:
    """The weights under which the rows that answer are likeliest, each row's odds being exp(its weighted sum)."""
    tables = [_table(scores, answers) for scores, answers in found]
    tables = [(table, right) for table, right in tables if right.any()]

    def surprise(weights: NDArray[np.float64]) -> float:
        total = 0.0
        for table, right in tables:
            sums = table @ weights
            total += logsumexp(sums) - logsumexp(sums[right])
        return total / len(tables) + 1e-3 * float(weights @ weights)

    best: NDArray[np.float64] = minimize(surprise, np.array(WEIGHTS), method="L-BFGS-B", bounds=[(0, 3)] * 4).x
    return best


def _table(scores: Sequence[Search], answers: set[int]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    rows = list(dict.fromkeys(row for of_search, _ in scores for row in of_search))
    table = np.array([[of_search.get(row, least) for of_search, least in scores] for row in rows])
    return table, np.array([row in answers for row in rows])


def shown(found: Sequence[Found]) -> str:
    """How often a row that answers is among the best 1, 3, 5 and 8."""
    places = [_place(fuse(scores), answers) for scores, answers in found]
    return " ".join(f"@{k} {np.mean([place < k for place in places]):.3f}" for k in _SHOWN)


def _place(shares: Mapping[int, float], answers: set[int]) -> int:
    best = max((shares[row] for row in answers if row in shares), default=-1.0)
    return sum(share > best for share in shares.values())


def main() -> None:
    """Prints the weights, and how the ones in use do on the samples kept apart."""
    embedder = MiniLMEmbedder()
    learned = [one for size in (1, _LIBRARY) for one in found_in_libraries(training_slugs(), embedder, size)]
    sys.stdout.write(f"weights {np.round(fit(learned), 2).tolist()} (in use {WEIGHTS})\n")
    for size in (1, _LIBRARY):
        held = list(found_in_libraries(held_slugs(), embedder, size))
        sys.stdout.write(f"libraries of {size}, n={len(held)}: {shown(held)}\n")


if __name__ == "__main__":
    main()
