"""Writes a trained reader as ONNX int8 beside the bot, with its hash.

python -m scripts.reader.export reader.pt
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from bot.onnx_reader import FOLDER
from index.embedders import packaged_model
from index.hashing import sha256
from scripts.reader.model import ReaderNetwork

_NAMES = ["input_ids", "attention_mask", "token_type_ids"]


def export(weights: Path, folder: Path = FOLDER) -> Path:
    """The int8 file in *folder*; ``reader.json`` beside it names it and its SHA-256."""
    network = ReaderNetwork(packaged_model())
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.eval()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "reader.int8.onnx"
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "reader.onnx"
        _to_onnx(network, whole)
        quantize_dynamic(
            whole, target, weight_type=QuantType.QInt8, per_channel=True, extra_options={"DefaultTensorType": 1}
        )
    tokenizer = folder / "tokenizer.json"
    shutil.copyfile(packaged_model() / "tokenizer.json", tokenizer)
    parts = {"weights": target, "tokenizer": tokenizer}
    card = {part: {"file": file.name, "sha256": sha256(file)} for part, file in parts.items()}
    (folder / "reader.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return target


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


def main() -> None:
    """Exports the weights file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    sys.stdout.write(f"{export(parser.parse_args().weights)}\n")


if __name__ == "__main__":
    main()
