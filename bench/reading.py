"""The trained reader: its first five passages on one thread and on all cores, and where the time of one goes.

python -m bench.reading --data-dir DIR [--questions N]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bench.timing import in_turn
from bot.bootstrap import bootstrap
from bot.chatbot import Chatbot
from bot.onnx_reader import FOLDER, OnnxReader
from bot.reader import Window
from bot.rewrite import resolve
from bot.settings import BotSettings
from eval.cases import load_cases
from index import onnx_runtime

_READ_FIRST = 5
_ROUNDS = 10
_PIECES = 140
"""A window's word pieces, about as many as they have in the eval cases."""


def main() -> None:
    """Prints a line of JSON, in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=60)
    given = parser.parse_args()
    bot = bootstrap(BotSettings(data_dir=given.data_dir), keep_conversations=False)
    asked = [_asked(bot, case.question) for case in load_cases(())[: given.questions]]
    one, all_cores = OnnxReader(FOLDER, at_once=1), OnnxReader(FOLDER)
    actions = {"one thread": lambda pair: one.read(*pair), "all cores": lambda pair: all_cores.read(*pair)}
    in_turn(actions, asked[:1])
    medians = in_turn(actions, asked)
    windows = statistics.median(len(windows) for _, windows in asked)
    print(json.dumps({"ms": medians, "windows": windows, "operators": _operators()}))


def _asked(bot: Chatbot, text: str) -> tuple[str, list[Window]]:
    query = resolve(text, [], bot.language)
    passages = [scored.passage for scored in bot.retriever.search(query).passages[:_READ_FIRST]]
    return query.standalone, [bot.window(passage) for passage in passages]


def _operators() -> dict[str, float]:
    """The share of each kind of operator in a reading's time, the largest first."""
    ids = np.random.default_rng(0).integers(2000, 20_000, (1, _PIECES))
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    with tempfile.TemporaryDirectory() as folder:
        spent = Counter(_operators_ms(FOLDER / "reader.onnx", feed, Path(folder)))
    return {name: each / spent.total() for name, each in spent.most_common(8)}


def _operators_ms(graph: Path, feed: Mapping[str, object], folder: Path) -> dict[str, float]:
    """Milliseconds of a run in each kind of operator, as onnxruntime's profile says, which is written into *folder*."""
    options = onnx_runtime.one_thread()
    options.enable_profiling = True
    options.profile_file_prefix = str(folder / "profile")
    session = onnx_runtime.onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    inputs = {given.name: feed[given.name] for given in session.get_inputs()}
    for _ in range(_ROUNDS):
        session.run(None, inputs)
    spent: dict[str, float] = {}
    for event in json.loads(Path(session.end_profiling()).read_text(encoding="utf-8")):
        if event["name"].endswith("_kernel_time"):
            kind = event["args"]["op_name"]
            spent[kind] = spent.get(kind, 0.0) + event["dur"] / 1000 / _ROUNDS
    return spent


if __name__ == "__main__":
    main()
