"""``Chatbot.ask``, with the reader and without, against the bare encoding of the same questions, in one run."""

from __future__ import annotations

import resource
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
from index.build import build_index
from index.embedders import MiniLMEmbedder

_QUESTIONS = 60


def main() -> None:
    """Prints medians in milliseconds, their ratios to the encoding, and the peak memory."""
    embedder = MiniLMEmbedder()
    questions = [case.question for case in load_cases(())][:_QUESTIONS]
    spent: dict[str, list[float]] = {"encode": [], "ask": [], "ask without reader": []}
    with tempfile.TemporaryDirectory() as folder:
        settings = BotSettings(data_dir=Path(folder))
        build_index(load_corpus([bundled_explainers()]).documents, embedder, settings.data_dir)
        chatbot = bootstrap(settings, keep_conversations=False, embedder=embedder)
        unread = replace(chatbot, reader=None)
        chatbot.warm_up()
        for number, question in enumerate(questions):
            # Alternating, so that whatever else the machine does weighs on all three alike.
            spent["encode"].append(_seconds(lambda text=question: embedder.embed_query(text)))
            spent["ask"].append(_seconds(lambda text=question, n=number: chatbot.ask(f"with {n}", text)))
            spent["ask without reader"].append(
                _seconds(lambda text=question, n=number: unread.ask(f"without {n}", text))
            )
    medians = {name: statistics.median(seconds) * 1000 for name, seconds in spent.items()}
    for name, median in medians.items():
        print(f"{name}: {median:.1f} ms, {median / medians['encode']:.2f} times the encoding, n={len(questions)}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
