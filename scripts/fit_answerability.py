"""Fits ``bot/answerability.json`` on the eval cases that developers may look at, and scores it on the others.

Run: ``.venv/bin/python scripts/fit_answerability.py``. Each explainer's cases are asked of it alone.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.bootstrap import bootstrap
from bot.chatbot import Chatbot
from bot.rewrite import resolve
from bot.settings import BotSettings
from corpus.load import load_corpus
from eval.cases import EvalCase, load_cases
from index.build import build_index
from index.embedders import MiniLMEmbedder

_ROOT = Path(__file__).parents[1]
_FEATURES = [
    "similarity_of_sentence",
    "similarity_of_passage",
    "words_unseen",
    "names_unseen",
    "names_not_in_passage",
    "kind_missing",
]
"""Those whose weight has the sign that sense gives it; 100 cases are too few to learn the others."""


def _features(chatbot: Chatbot, case: EvalCase) -> dict[str, float]:
    query = resolve(case.question, list(case.history), chatbot.language)
    evidence = chatbot.retriever.search(query)
    return chatbot.judge.features(query, evidence, chatbot.generator.draft(query, evidence))


def main() -> None:
    """Fits, prints and writes."""
    embedder = MiniLMEmbedder()
    rows: dict[str, list[tuple[dict[str, float], bool]]] = {"open": [], "scored": []}
    folders = [_ROOT / "corpus/explainers", _ROOT / "tests/fixtures/explainers"]
    for document in load_corpus(folders).documents:
        with tempfile.TemporaryDirectory() as folder:
            settings = BotSettings(data_dir=Path(folder))
            build_index([document], embedder, settings.data_dir)
            chatbot = bootstrap(settings, keep_conversations=False, embedder=embedder)
            for case in load_cases(()):
                if case.document == document.id:
                    rows[case.split].append((_features(chatbot, case), case.status == "answered"))
    names = _FEATURES
    x, y = _matrix(rows["open"], names)
    # The features lie between 0 and 1 and vary by tenths, so the usual C of 1 would flatten every weight.
    model = LogisticRegression(C=20.0, class_weight="balanced", max_iter=1000).fit(x, y)
    for split, data in rows.items():
        x, y = _matrix(data, names)
        p = model.predict_proba(x)[:, 1]
        answered, refused = p[y] >= 0.5, p[~y] >= 0.5
        sys.stdout.write(
            f"{split}: n={len(y)} AUROC={roc_auc_score(y, p):.3f} "
            f"false refusals={1 - answered.mean():.3f} false answers={refused.mean():.3f}\n"
        )
    weights = {name: round(float(w), 3) for name, w in zip(names, model.coef_[0], strict=True)}
    fitted = {"bias": round(float(model.intercept_[0]), 3), "weights": weights}
    (_ROOT / "bot/answerability.json").write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


def _matrix(rows: list[tuple[dict[str, float], bool]], names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([[r[name] for name in names] for r, _ in rows]), np.array([answered for _, answered in rows])


if __name__ == "__main__":
    main()
