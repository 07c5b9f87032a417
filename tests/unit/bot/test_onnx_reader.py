"""The trained reader's files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import ReaderUnavailable
from bot.onnx_reader import OnnxReader


def test_a_missing_or_changed_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReaderUnavailable, match="can't be read"):
        OnnxReader(tmp_path, tmp_path / "tokenizer.json")
    (tmp_path / "reader.json").write_text(json.dumps({"weights": "w.onnx", "sha256": "0" * 64}))
    (tmp_path / "w.onnx").write_bytes(b"not a model")
    with pytest.raises(ReaderUnavailable, match="isn't the one that"):
        OnnxReader(tmp_path, tmp_path / "tokenizer.json")
