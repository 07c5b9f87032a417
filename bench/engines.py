"""Engines for the embedding model: milliseconds, and whether they find and answer the same.

    python -m bench.engines --data-dir DIR [--quick]

Each is compared with sentence-transformers over the passages of the bundled explainers and the questions of the eval
cases: the passages among the top three that are the same, and how many cases get another reply. OpenVINO and NNCF are
optional (``pip install openvino nncf``); a row says so where they aren't installed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_dynamic, quantize_static
from tokenizers import Tokenizer

from bench.timing import in_turn, seconds
from bot.bootstrap import bootstrap
from bot.footnotes import reply_dict
from bot.retrieve import Retriever
from bot.settings import BotSettings
from eval.cases import load_cases
from eval.readings import KeptReader, reader_identity
from index.build import build_index
from index.embedders import MiniLMEmbedder
from index.onnx_embedder import TOKENIZER, WEIGHTS
from index.onnx_runtime import open_session
from index.ports import Progress, Vectors
from index.store import IndexStore

_FLOOR, _SHIPPED = "sentence-transformers", "onnxruntime fp32 (shipped)"
_CALIBRATED_ON = 200
_READINGS = Path(__file__).parents[1] / "eval/readings.jsonl"

Feed = dict[str, NDArray[np.int64]]
Engine = Callable[[Feed], Vectors]


def main() -> None:
    """Prints a line of JSON: a row an engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="an index of the bundled explainers")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    store = IndexStore(given.data_dir)
    model = store.model_folder(store.manifest().model_id)
    bot = bootstrap(BotSettings(data_dir=given.data_dir), keep_conversations=False)
    passages = [passage.text for passage in bot.retriever.index.passages]
    questions = list(dict.fromkeys(case.question for case in load_cases(())))[: 20 if given.quick else None]
    with tempfile.TemporaryDirectory() as folder:
        texts = _Texts(model / TOKENIZER)
        made = {name: make() for name, make in _engines(model, Path(folder), texts, passages).items()}
        embedders = {name: _Embedder(name, run, texts) for name, run in made.items() if run}
        floor = MiniLMEmbedder()
        actions = {_FLOOR: floor.embed_query} | {name: each.embed_query for name, each in embedders.items()}
        in_turn(actions, questions[:2])
        question_ms, passage_ms = in_turn(actions, questions), _passage_ms(floor, embedders, passages)
        wanted = _nearest(floor.embed_passages(passages), [floor.embed_query(text) for text in questions])
        replies = _replies(bot, floor, given.quick)
        rows: dict[str, Any] = {_FLOOR: {"question_ms": question_ms[_FLOOR], "passage_ms": passage_ms[_FLOOR]}}
        for name, embedder in embedders.items():
            found = _nearest(embedder.embed_passages(passages), [embedder.embed_query(text) for text in questions])
            rows[name] = {
                "question_ms": question_ms[name],
                "passage_ms": passage_ms[name],
                "top_3": float(np.mean([len(one & other) / 3 for one, other in zip(found, wanted, strict=True)])),
                "cases_changed": sum(
                    a != b for a, b in zip(_replies(bot, embedder, given.quick), replies, strict=True)
                ),
            }
    print(json.dumps({"cases": len(replies), "engines": rows | {name: None for name, run in made.items() if not run}}))


class _Texts:
    """Texts as what a model's graph is fed."""

    def __init__(self, tokenizer: Path) -> None:
        self._whole, self._tokenizer = (Tokenizer.from_file(str(tokenizer)) for _ in range(2))
        self._whole.no_padding()
        self._whole.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MiniLMEmbedder.window)

    def pieces(self, text: str) -> int:
        return len(self._whole.encode(text).ids)

    def feed(self, text: str) -> Feed:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        return {"input_ids": ids, "attention_mask": np.ones_like(ids)}


class _Embedder:
    """The same model on another engine; passages one by one, since int8 must not depend on what else is in a batch."""

    dimension, window = MiniLMEmbedder.dimension, MiniLMEmbedder.window

    def __init__(self, name: str, run: Engine, texts: _Texts) -> None:
        self.model_id = name
        self._run, self._texts = run, texts

    def count_tokens(self, text: str) -> int:
        return self._texts.pieces(text)

    def embed_query(self, text: str) -> Vectors:
        return self._run(self._texts.feed(text))

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = np.stack([self.embed_query(text) for text in texts])
        if progress:
            progress(len(texts), len(texts))
        return vectors


def _engines(
    model: Path, folder: Path, texts: _Texts, passages: Sequence[str]
) -> dict[str, Callable[[], Engine | None]]:
    feeds = [texts.feed(text) for text in passages[:_CALIBRATED_ON]]
    return {
        _SHIPPED: lambda: _onnx(model / WEIGHTS),
        "onnxruntime dynamic int8": lambda: _dynamic(model / WEIGHTS, folder / "dynamic.onnx"),
        "onnxruntime static int8": lambda: _static(model / WEIGHTS, folder / "static.onnx", feeds),
        "OpenVINO fp32": lambda: _openvino(model / WEIGHTS, None),
        "OpenVINO int8 (NNCF)": lambda: _openvino(model / WEIGHTS, feeds),
    }


def _onnx(graph: Path) -> Engine:
    session = open_session(graph)
    return lambda feed: np.asarray(session.run(["vectors"], feed)[0][0])


def _dynamic(graph: Path, small: Path) -> Engine:
    quantize_dynamic(graph, small, weight_type=QuantType.QInt8, per_channel=True)
    return _onnx(small)


class _Given(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, feeds: Sequence[Feed]) -> None:
        self._feeds = iter(feeds)

    def get_next(self) -> Feed | None:
        return next(self._feeds, None)


def _static(graph: Path, small: Path, feeds: Sequence[Feed]) -> Engine:
    operators = ["MatMul", "Gemm"]
    quantize_static(graph, small, _Given(feeds), per_channel=True, op_types_to_quantize=operators)
    return _onnx(small)


def _openvino(graph: Path, calibrated_on: Sequence[Feed] | None) -> Engine | None:
    if find_spec("openvino") is None or (calibrated_on and find_spec("nncf") is None):
        return None
    import openvino  # noqa: PLC0415 - optional

    read = openvino.Core().read_model(graph)
    if calibrated_on:
        import nncf  # noqa: PLC0415 - optional

        read = nncf.quantize(read, nncf.Dataset(list(calibrated_on)), model_type=nncf.ModelType.TRANSFORMER)
    hints = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(read, "CPU", hints)
    return lambda feed: np.array(compiled(feed)[0][0])


def _passage_ms(floor: MiniLMEmbedder, embedders: dict[str, _Embedder], passages: list[str]) -> dict[str, float]:
    """Milliseconds a passage; the floor in batches, as it is at its best."""
    spent = {_FLOOR: seconds(lambda: floor.embed_passages(passages))}
    spent |= {name: seconds(lambda e=each: e.embed_passages(passages)) for name, each in embedders.items()}  # type: ignore[misc]
    return {name: 1000 * each / len(passages) for name, each in spent.items()}


def _nearest(passages: Vectors, questions: list[Vectors]) -> list[set[int]]:
    return [set(np.argsort(-(passages @ question))[:3].tolist()) for question in questions]


def _replies(bot: Any, embedder: Any, quick: bool) -> list[object]:
    """The replies to the eval cases about the indexed explainers, where an engine encodes text and questions."""
    kept = KeptReader(bot.reader, reader_identity(), _READINGS)
    with tempfile.TemporaryDirectory() as folder:
        build_index(bot.texts(), embedder, Path(folder))
        there = bootstrap(BotSettings(data_dir=Path(folder)), keep_conversations=False, embedder=embedder)
        asked = replace(there, retriever=Retriever(there.retriever.index, embedder), reader=kept)
        cases = [case for case in load_cases(()) if case.document in {card.id for card in bot.documents()}]
        said = [reply_dict(asked.ask(c.id, c.question, c.history), "") for c in cases[: 20 if quick else None]]
    return [(each["status"], each["answer"], [note["quote"] for note in each["footnotes"]]) for each in said]


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as error:
        sys.exit(f"{error}; run it from a checkout, with an index of the bundled explainers.")
