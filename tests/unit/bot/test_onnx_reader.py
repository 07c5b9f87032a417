"""The trained reader's files, and how windows are batched."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ReaderUnavailable
from bot.onnx_reader import OnnxReader, batches


@given(st.lists(st.integers(1, 320), max_size=30))
def test_every_window_is_in_one_batch_and_little_is_padded(lengths: list[int]) -> None:
    made = batches(lengths)
    assert sorted(chain.from_iterable(made)) == list(range(len(lengths)))
    for rows in made:
        assert max(lengths[r] for r in rows) <= 1.25 * min(lengths[r] for r in rows)


def test_a_missing_or_changed_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReaderUnavailable, match="can't be read"):
        OnnxReader(tmp_path, tmp_path / "tokenizer.json")
    (tmp_path / "reader.json").write_text(json.dumps({"weights": "w.onnx", "sha256": "0" * 64}))
    (tmp_path / "w.onnx").write_bytes(b"not a model")
    with pytest.raises(ReaderUnavailable, match="isn't the one that"):
        OnnxReader(tmp_path, tmp_path / "tokenizer.json")
