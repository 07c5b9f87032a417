"""How well the bot tells what the text answers: the cases in the text's language but the attacks, each explainer alone.

python -m scripts.reader.score [--passages N]

Nothing is fitted to the scored cases; the threshold was chosen on the open ones.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from bot.bootstrap import bootstrap
from bot.chatbot import Chatbot
from bot.reader import PASSAGES_READ
from bot.rewrite import resolve
from bot.settings import BotSettings
from corpus.load import bundled_explainers, load_corpus
from eval.cases import EvalCase, Kind, load_cases
from index.build import build_index
from index.embedders import MiniLMEmbedder

_FIXTURES = Path(__file__).parents[2] / "tests/fixtures/explainers"
_THRESHOLDS = (0.2, 0.3, 0.35, 0.4, 0.5, 0.7)
_BINS = 5


def chatbots(passages: int) -> Iterator[tuple[str, Chatbot]]:
    """A bot over each explainer alone, by the explainer's id."""
    embedder = MiniLMEmbedder()
    for document in load_corpus([bundled_explainers(), _FIXTURES]).documents:
        with tempfile.TemporaryDirectory() as folder:
            settings = BotSettings(data_dir=Path(folder))
            build_index([document], embedder, settings.data_dir)
            bot = bootstrap(settings, keep_conversations=False, embedder=embedder)
            yield document.id, replace(bot, passages_read=passages)


def probability(bot: Chatbot, case: EvalCase) -> float:
    """The probability that the text answers *case*, read as one question."""
    return bot.assess(resolve(case.question, list(case.history), bot.language)).probability


def report(p: NDArray[np.float64], answerable: NDArray[np.bool_]) -> str:
    """AUROC, Brier, both errors at several thresholds, and the share that is answerable in each fifth of *p*."""
    lines = [f"n={len(p)} AUROC {roc_auc_score(answerable, p):.3f} Brier {np.mean((p - answerable) ** 2):.3f}"]
    for threshold in _THRESHOLDS:
        refused, answered = (p[answerable] < threshold).mean(), (p[~answerable] >= threshold).mean()
        lines.append(f"  at {threshold}: false refusals {refused:.2f}, false answers {answered:.2f}")
    for low in np.arange(_BINS) / _BINS:
        inside = (p >= low) & (p < low + 1 / _BINS)
        if inside.any():
            lines.append(
                f"  p {low:.1f}-{low + 1 / _BINS:.1f}: answerable {answerable[inside].mean():.2f}, n={inside.sum()}"
            )
    return "\n".join(lines)


def main() -> None:
    """Prints the report of the open cases and that of the scored ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=PASSAGES_READ)
    cases: Sequence[EvalCase] = [c for c in load_cases(()) if c.kind is not Kind.ATTACK and c.language is None]
    found: dict[str, list[tuple[float, bool]]] = {"open": [], "scored": []}
    for document_id, bot in chatbots(parser.parse_args().passages):
        for case in cases:
            if case.document == document_id:
                found[case.split].append((probability(bot, case), case.status == "answered"))
    for split, rows in found.items():
        p, answerable = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
        sys.stdout.write(f"{split}: {report(p, answerable)}\n")


if __name__ == "__main__":
    main()
