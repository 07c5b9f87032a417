"""Writes a trained reader as ONNX int8 beside the bot, in files that any Git host takes, with their hashes.

python -m scripts.reader.export reader.pt --model FOLDER
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import onnx
import torch
from onnx.external_data_helper import set_external_data
from onnxruntime.quantization import QuantType, quantize_dynamic

from bot.onnx_reader import FOLDER
from index.hashing import sha256
from scripts.reader.model import ReaderNetwork

_NAMES = ["input_ids", "attention_mask", "token_type_ids"]
_LARGEST_FILE = 45_000_000
"""Bytes. Some hosts warn of files over 50 MB and refuse those over 100."""
_KEPT_INLINE = 1024


def export(weights: Path, model: Path, tokenizer: Path, folder: Path = FOLDER) -> Path:
    """The int8 graph in *folder*, its weights in files beside it; ``reader.json`` names them all with their SHA-256.

    *model* is the folder of the encoder that the *weights* were trained from.
    """
    network = ReaderNetwork(model)
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.eval()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("reader.*"):
        old.unlink()
    with tempfile.TemporaryDirectory() as scratch:
        whole, small = Path(scratch) / "reader.onnx", Path(scratch) / "int8.onnx"
        _to_onnx(network, whole)
        quantize_dynamic(
            whole, small, weight_type=QuantType.QInt8, per_channel=True, extra_options={"DefaultTensorType": 1}
        )
        graph = onnx.load(small)
    _set_apart(graph)
    onnx.save_model(graph, folder / "reader.onnx")
    if tokenizer != folder / "tokenizer.json":
        shutil.copyfile(tokenizer, folder / "tokenizer.json")
    files = sorted([*folder.glob("reader.*"), folder / "tokenizer.json"])
    card = {"graph": "reader.onnx", "tokenizer": "tokenizer.json", "sha256": {f.name: sha256(f) for f in files}}
    (folder / "reader.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return folder / "reader.onnx"


def _to_onnx(network: ReaderNetwork, path: Path) -> None:
    sample = tuple(torch.ones((2, 16), dtype=torch.int64) for _ in _NAMES)
    axes = {name: {0: "batch", 1: "length"} for name in [*_NAMES, "pieces"]} | {"answers": {0: "batch"}}
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
