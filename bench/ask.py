"""``Chatbot.ask`` against the bare encoding of the same questions, alternating, in one run."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from pathlib import Path

from bot.bootstrap import bootstrap
from bot.settings import BotSettings
from corpus.load import bundled_explainers, load_corpus
from eval.cases import load_cases
from index.build import build_index
from index.embedders import MiniLMEmbedder

_QUESTIONS = 60


def main() -> None:
    """Prints medians in milliseconds, their ratio, and the peak memory."""
    embedder = MiniLMEmbedder()
    questions = [case.question for case in load_cases(())][:_QUESTIONS]
    with tempfile.TemporaryDirectory() as folder:
        settings = BotSettings(data_dir=Path(folder))
        build_index(load_corpus([bundled_explainers()]).documents, embedder, settings.data_dir)
        chatbot = bootstrap(settings, keep_conversations=False, embedder=embedder)
        chatbot.warm_up()
        bare, whole = [], []
        for number, question in enumerate(questions):
            started = time.perf_counter()
            embedder.embed_query(question)
            bare.append(time.perf_counter() - started)
            started = time.perf_counter()
            chatbot.ask(str(number), question)
            whole.append(time.perf_counter() - started)
    encode, ask = statistics.median(bare) * 1000, statistics.median(whole) * 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"encode {encode:.1f} ms, ask {ask:.1f} ms, ratio {ask / encode:.2f}, n={len(questions)}, peak {peak:.0f} MiB"
    )


if __name__ == "__main__":
    main()
