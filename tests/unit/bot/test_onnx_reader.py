"""The trained reader's files."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from bot.errors import ReaderUnavailable
from bot.onnx_reader import FOLDER, OnnxReader
from bot.reader import Window
from corpus.documents import Span


def test_a_missing_or_changed_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReaderUnavailable, match="can't be read"):
        OnnxReader(tmp_path)
    (tmp_path / "reader.json").write_text(
        json.dumps({"graph": "w.onnx", "tokenizer": "w.onnx", "sha256": {"w.onnx": "0" * 64}})
    )
    (tmp_path / "w.onnx").write_bytes(b"not a model")
    with pytest.raises(ReaderUnavailable, match="isn't the one that"):
        OnnxReader(tmp_path)


def test_the_words_stand_inside_their_sentence_and_nowhere_in_one_that_was_cut_off() -> None:
    reader = OnnxReader(FOLDER)
    text = "Growers pay a fee. " * 200
    window = Window("Orchards", text, tuple(Span(start, start + 18) for start in range(0, len(text), 19)))
    (reading,) = reader.read("What do growers pay?", [window])
    assert len(reading.words) == len(reading.evidence) == len(window.sentences)
    words = reading.words[3]
    assert words is not None
    assert window.sentences[3].contains(words)
    assert reading.words[199] is None


class WaitingSession:
    """Answers nobody until two ask, with the number of word pieces for the window's logit."""

    def __init__(self) -> None:
        self._both = Barrier(2, timeout=20)

    def run(self, _: object, feed: dict[str, np.ndarray]) -> list[np.ndarray]:
        self._both.wait()
        pieces = feed["input_ids"].shape[1]
        return [np.zeros((1, pieces, 3)), np.array([float(pieces)])]


def test_two_windows_are_read_at_once_and_the_readings_keep_the_order_of_the_windows() -> None:
    reader = OnnxReader(FOLDER, at_once=2)
    reader._session = WaitingSession()
    windows = [Window("", "pays " * words, (Span(0, 5 * words),)) for words in (3, 90, 12, 40)]
    readings = reader.read("Who pays?", windows)
    assert [reading.answers - readings[0].answers for reading in readings] == [0, 87, 9, 37]
