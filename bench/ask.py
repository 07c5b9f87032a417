"""``Chatbot.ask`` by stage, beside two bare encodings of the same questions, in one run.

    python -m bench.ask [--passages 0 10000 100000]

The floor is sentence-transformers' own encoding on one thread; the other is that of the exported model, which answers.
0 passages stand for the bundled explainer, asked the questions of the eval cases, with the trained reader too. More are
invented (`bench/synthetic.py`); a fast embedder fills their vectors, and a question is encoded by the real model all
the same. Nothing is remembered between questions.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.synthetic import FastEmbedder, documents, questions
from bench.timing import in_turn, part
from bot.answers import Reply
from bot.bootstrap import bootstrap
from bot.chatbot import Chatbot
from bot.onnx_reader import FOLDER, OnnxReader
from bot.retrieve import Retriever
from bot.settings import BotSettings
from corpus.load import bundled_explainers, load_corpus
from eval.cases import load_cases
from index.build import build_index, open_embedder
from index.embedders import MiniLMEmbedder
from index.onnx_embedder import OnnxEmbedder
from index.ports import Embedder, Vectors

FLOOR, ENCODE, ASK, UNREAD = "sentence-transformers encodes", "encode", "ask with the reader", "ask"
_QUESTIONS = 60


class RealQuestions(FastEmbedder):
    """The fast embedder, but a question is encoded by the real model too, for the time that it takes."""

    def __init__(self, real: OnnxEmbedder) -> None:
        self._real = real

    def embed_query(self, text: str) -> Vectors:
        """Shape (384,): the fast embedder's, so that something like it is in the index."""
        self._real.embed_query(text)
        return super().embed_query(text)


def main() -> None:
    """Prints a line of JSON for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[0, 10_000])
    parser.add_argument("--questions", type=int, default=_QUESTIONS)
    given = parser.parse_args()
    for size in given.passages:
        if len(given.passages) > 1:
            found = part("ask", "--passages", str(size), "--questions", str(given.questions))
        else:
            found = measured(size, given.questions)
        print(json.dumps(found), flush=True)


def measured(size: int, count: int) -> dict[str, Any]:
    """Median milliseconds of each kind and of each stage, with *size* passages."""
    floor = MiniLMEmbedder()
    with tempfile.TemporaryDirectory() as folder:
        settings = BotSettings(data_dir=Path(folder))
        build_index(load_corpus([bundled_explainers()]).documents, floor, settings.data_dir)
        real = open_embedder(settings.data_dir)
        embedder: Embedder = real
        if size:
            embedder = RealQuestions(real)
            build_index(list(documents(size)), FastEmbedder(), settings.data_dir)
        bot = _forgetful(bootstrap(settings, keep_conversations=False, embedder=embedder), embedder)
        asked = questions(count) if size else [case.question for case in load_cases(())][:count]
        return _measured(bot, floor, real.embed_query, asked)


def _forgetful(bot: Chatbot, embedder: Embedder) -> Chatbot:
    """*bot*, which encodes and reads everything anew."""
    return replace(bot, retriever=Retriever(bot.retriever.index, embedder), reader=None)


def _measured(
    bot: Chatbot, floor: MiniLMEmbedder, encode: Callable[[str], Vectors], asked: list[str]
) -> dict[str, Any]:
    replies: dict[str, list[Reply]] = {ASK: [], UNREAD: []}
    actions: dict[str, Callable[[str], object]] = {
        FLOOR: floor.embed_query,
        ENCODE: encode,
        UNREAD: lambda text: replies[UNREAD].append(bot.ask(text, text)),
    }
    index = bot.retriever.index
    if len(index.cards) == 1:
        reading = replace(bot, reader=OnnxReader(FOLDER))
        actions[ASK] = lambda text: replies[ASK].append(reading.ask(text, text))
    in_turn(actions, asked[:3])  # the first ones load
    for kept in replies.values():
        kept.clear()
    medians = in_turn(actions, asked)
    return {
        "passages": len(index.passages),
        "questions": len(asked),
        "ms": medians,
        "stages": {name: _stages(kept) for name, kept in replies.items() if kept},
    }


def _stages(replies: list[Reply]) -> dict[str, float]:
    names = dict.fromkeys(name for reply in replies for name in reply.timings_ms)
    return {name: statistics.median(reply.timings_ms.get(name, 0.0) for reply in replies) for name in names}


if __name__ == "__main__":
    main()
