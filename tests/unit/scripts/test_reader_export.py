"""What becomes of a trained network on its way to the bot: evened out, in int8, stored as it is run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from bot.onnx_reader import FOLDER, OnnxReader
from bot.reader import Window
from corpus.documents import Span
from index.onnx_runtime import open_session
from scripts.reader.export import to_onnx, write_int8
from scripts.reader.smooth import Feed, smooth

WIDTH = 64


class LargeActivations(nn.Module):
    """Embeddings of which one activation is a hundred times as large as the others, then two layers and the heads."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.words = nn.Embedding(30_522, WIDTH)
        self.scale = nn.Parameter(torch.where(torch.arange(WIDTH) == 3, 100.0, 1.0))
        self.layers = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH))
        self.pieces, self.window = nn.Linear(WIDTH, 3), nn.Linear(WIDTH, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, _: Tensor) -> tuple[Tensor, Tensor]:
        states = self.layers(self.words(input_ids) * self.scale) * attention_mask[..., None]
        return self.pieces(states), self.window(states[:, 0]).squeeze(-1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "whole.onnx"
    to_onnx(LargeActivations().eval(), path)
    return path


def feeds(seed: int, count: int = 8) -> list[Feed]:
    random = np.random.default_rng(seed)
    ids = [random.integers(999, 30_000, (1, 40)) for _ in range(count)]
    return [{"input_ids": each, "attention_mask": np.ones_like(each), "token_type_ids": each} for each in ids]


def pieces_of(graph: Path, asked: list[Feed]) -> np.ndarray:
    session = open_session(graph)
    names = ("input_ids", "attention_mask")
    return np.concatenate([session.run(["pieces"], {name: feed[name] for name in names})[0] for feed in asked])


def test_an_evened_graph_says_the_same(whole: Path, tmp_path: Path) -> None:
    graph = onnx.load(whole)
    assert smooth(graph, feeds(0)) == 1
    onnx.save_model(graph, tmp_path / "even.onnx")
    assert np.allclose(pieces_of(tmp_path / "even.onnx", feeds(1)), pieces_of(whole, feeds(1)), atol=1e-3)


def test_int8_stays_near_fp32_where_one_activation_is_far_larger_than_the_others(whole: Path, tmp_path: Path) -> None:
    graph = write_int8(whole, FOLDER / "tokenizer.json", tmp_path, feeds(0))
    exact, rounded = pieces_of(whole, feeds(1)).ravel(), pieces_of(graph, feeds(1)).ravel()
    assert np.corrcoef(exact, rounded)[0, 1] > 0.9995


def test_the_bot_opens_what_is_written_as_it_is_stored(whole: Path, tmp_path: Path) -> None:
    write_int8(whole, FOLDER / "tokenizer.json", tmp_path, feeds(0))
    assert len({path.stat().st_mode for path in tmp_path.glob("reader.*")}) == 1
    assert json.loads((tmp_path / "reader.json").read_text())["optimised"] is True
    assert any("DynamicQuantize" in node.op_type for node in onnx.load(tmp_path / "reader.onnx").graph.node)
    text = "Growers pay a fee. Nobody else does."
    (reading,) = OnnxReader(tmp_path).read("Who pays?", [Window("", text, (Span(0, 18), Span(19, len(text))))])
    assert len(reading.evidence) == 2
