"""``Chatbot.ask``, with the reader and without, against two bare encodings of the same questions, in one run.

The floor is sentence-transformers' own encoding on one thread; the other is that of the exported model, which answers.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.bootstrap import bootstrap
from bot.settings import BotSettings
from corpus.load import bundled_explainers, load_corpus
from eval.cases import load_cases
from index.build import build_index, open_embedder
from index.embedders import MiniLMEmbedder

_QUESTIONS = 60


def main() -> None:
    """Prints medians in milliseconds and their ratios to both encodings."""
    floor = MiniLMEmbedder()
    questions = [case.question for case in load_cases(())][:_QUESTIONS]
    spent: dict[str, list[float]] = {
        "encode (sentence-transformers)": [],
        "encode": [],
        "ask": [],
        "ask without reader": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        settings = BotSettings(data_dir=Path(folder))
        build_index(load_corpus([bundled_explainers()]).documents, floor, settings.data_dir)
        embedder = open_embedder(settings.data_dir)
        chatbot = bootstrap(settings, keep_conversations=False)
        unread = replace(chatbot, reader=None)
        chatbot.warm_up()
        for number, question in enumerate(questions):
            # Alternating, so that whatever else the machine does weighs on all alike.
            spent["encode (sentence-transformers)"].append(_seconds(lambda text=question: floor.embed_query(text)))
            spent["encode"].append(_seconds(lambda text=question: embedder.embed_query(text)))
            spent["ask"].append(_seconds(lambda text=question, n=number: chatbot.ask(f"with {n}", text)))
            spent["ask without reader"].append(
                _seconds(lambda text=question, n=number: unread.ask(f"without {n}", text))
            )
    medians = {name: statistics.median(seconds) * 1000 for name, seconds in spent.items()}
    for name, median in medians.items():
        ratios = ", ".join(f"{median / medians[floor]:.2f} × {floor}" for floor in list(medians)[:2])
        print(f"{name}: {median:.1f} ms ({ratios}), n={len(questions)}")


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
