"""Writes a trained reader as ONNX int8 beside the bot, in files that any Git host takes, with their hashes.

python -m scripts.reader.export reader.pt --model FOLDER
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx.external_data_helper import set_external_data
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from bot.onnx_reader import FOLDER
from index.embedders import MiniLMEmbedder
from index.hashing import sha256
from index.onnx_runtime import write_optimised
from scripts.reader.model import ReaderNetwork
from scripts.reader.packed import pack, tokenizer_of
from scripts.reader.policy_sets import open_sample, policy_examples, training_slugs
from scripts.reader.smooth import Feed, smooth

_NAMES = ["input_ids", "attention_mask", "token_type_ids"]
_LARGEST_FILE = 45_000_000
"""Bytes. Some hosts warn of files over 50 MB and refuse those over 100."""
_KEPT_INLINE = 1024
_SAMPLES, _EACH, _EVERY = 8, 8, 37
"""Training samples that are read before quantising, passages of each, and of how many one is taken."""


def export(weights: Path, model: Path, tokenizer: Path, folder: Path = FOLDER) -> Path:
    """The int8 graph in *folder*, its weights in files beside it; ``reader.json`` names them all with their SHA-256.

    *model* is the folder of the encoder that the *weights* were trained from.
    """
    network = ReaderNetwork(model)
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.eval()
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "reader.onnx"
        to_onnx(network, whole)
        return write_int8(whole, tokenizer, folder, calibration(tokenizer))


def write_int8(whole: Path, tokenizer: Path, folder: Path, feeds: Iterable[Feed]) -> Path:
    """Writes the fp32 graph *whole* as `export` does; its activations are evened out by what they are for *feeds*."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("reader.*"):
        old.unlink()
    graph = onnx.load(whole)
    smooth(graph, feeds)
    with tempfile.TemporaryDirectory() as scratch:
        even, small, optimised = (Path(scratch) / f"{name}.onnx" for name in ("even", "int8", "optimised"))
        onnx.save_model(graph, even)
        quantize_dynamic(
            even, small, weight_type=QuantType.QInt8, per_channel=True, extra_options={"DefaultTensorType": 1}
        )
        write_optimised(small, optimised)
        graph = onnx.load(optimised)
    _set_apart(graph)
    onnx.save_model(graph, folder / "reader.onnx")
    for part in folder.glob("reader.weights-*.bin"):  # onnx lets only its owner read them
        part.chmod((folder / "reader.onnx").stat().st_mode)
    if tokenizer != folder / "tokenizer.json":
        shutil.copyfile(tokenizer, folder / "tokenizer.json")
    _write_card(folder)
    return folder / "reader.onnx"


def _write_card(folder: Path) -> None:
    files = sorted([*folder.glob("reader.*"), folder / "tokenizer.json"])
    hashes = {file.name: sha256(file) for file in files}
    card = {"graph": "reader.onnx", "optimised": True, "tokenizer": "tokenizer.json", "sha256": hashes}
    (folder / "reader.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def calibration(tokenizer: Path) -> list[Feed]:
    """Word pieces of questions about some training samples, each with a passage, as the bot reads them."""
    embedder = MiniLMEmbedder()
    chosen = []
    for slug in training_slugs()[:_SAMPLES]:
        examples = (example for _, example in policy_examples(open_sample(slug, embedder), embedder))
        chosen += list(islice(examples, 0, None, _EVERY))[:_EACH]
    rows = pack(enumerate(chosen), tokenizer_of(tokenizer.parent))
    pieces = zip(rows.piece_at[:-1], rows.piece_at[1:], rows.second, strict=True)
    return [_feed(rows.ids[start:end], int(second)) for start, end, second in pieces]


def _feed(pieces: NDArray[np.int16], second: int) -> Feed:
    ids = pieces.astype(np.int64)[None]
    types = (np.arange(ids.shape[1])[None] >= second).astype(np.int64)
    return dict(zip(_NAMES, (ids, np.ones_like(ids), types), strict=True))


def to_onnx(network: nn.Module, path: Path) -> None:
    """Writes *network* in fp32, any batch and length."""
    sample = tuple(torch.ones((2, 16), dtype=torch.int64) for _ in _NAMES)
    axes = {name: {0: "batch", 1: "length"} for name in [*_NAMES, "pieces"]} | {"answers": {0: "batch"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of shapes that it takes for constants; agreement is measured
        torch.onnx.export(
            network,
            sample,
            str(path),
            input_names=_NAMES,
            output_names=["pieces", "answers"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )


def _set_apart(graph: onnx.ModelProto) -> None:
    """Gives each large tensor of *graph* a place in a file of at most 45 MB."""
    number, size = 0, 0
    for tensor in graph.graph.initializer:
        length = len(tensor.raw_data)
        if length < _KEPT_INLINE:
            continue
        if size and size + length > _LARGEST_FILE:
            number, size = number + 1, 0
        set_external_data(tensor, location=f"reader.weights-{number}.bin")
        size += length


def main() -> None:
    """Exports the weights file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="the folder with the encoder's config and weights")
    parser.add_argument("--tokenizer", type=Path, default=FOLDER / "tokenizer.json", help="MiniLM's tokenizer.json")
    options = parser.parse_args()
    sys.stdout.write(f"{export(options.weights, options.model, options.tokenizer)}\n")


if __name__ == "__main__":
    main()
