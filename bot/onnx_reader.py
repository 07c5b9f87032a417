"""The one door to onnxruntime: the trained reader, one thread, no torch."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.errors import ReaderUnavailable
from bot.reader import Reading, Window
from corpus.documents import Span

if TYPE_CHECKING:
    from tokenizers import Encoding

_MAX_PIECES = 320
"""A passage of 256 word pieces with its heading and a long question; the rest is cut from the passage's end."""
_LONGEST_ANSWER = 24
_UNREAD = -6.0
"""The evidence logit of a sentence that was cut off."""

FOLDER = Path(str(files("bot").joinpath("models")))


class OnnxReader:
    """MiniLM fine-tuned as a cross-encoder, exported to ONNX int8; see docs/reader-model-card.md.

    ``reader.json`` names the weights and their SHA-256, which is checked before they are loaded.
    """

    languages = frozenset({"en"})

    def __init__(self, folder: Path, tokenizer_file: Path) -> None:
        # Importing both takes a third of a second, which only a bot with a reader should pay.
        import onnxruntime  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        weights = _checked_weights(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        except Exception as error:  # onnxruntime and tokenizers raise bare exceptions of their own
            raise ReaderUnavailable(f"The reader model in {folder} could not be loaded ({error}).") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAX_PIECES, strategy="only_second")

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """One reading a window. Windows of like length share a batch, so that little is padded."""
        question = question[-1000:]
        encoded = [self._tokenizer.encode(question, f"{w.heading}\n{w.text}") for w in windows]
        readings: list[Reading | None] = [None] * len(windows)
        for rows in batches([len(e.ids) for e in encoded]):
            pieces, answers = self._run([encoded[row] for row in rows])
            for place, row in enumerate(rows):
                readings[row] = _reading(windows[row], encoded[row], pieces[place], float(answers[place]))
        return [reading for reading in readings if reading is not None]

    def _run(self, encoded: list[Encoding]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        shape = (len(encoded), max(len(e.ids) for e in encoded))
        ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        for row, encoding in enumerate(encoded):
            count = len(encoding.ids)
            ids[row, :count], types[row, :count], mask[row, :count] = encoding.ids, encoding.type_ids, 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        pieces, answers = self._session.run(["pieces", "answers"], feed)
        return pieces, answers


_PADDING_WORTH_A_BATCH = 1.25


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Rows grouped so that none is padded by more than a quarter."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda r: lengths[r]):
        if batches and lengths[row] <= lengths[batches[-1][0]] * _PADDING_WORTH_A_BATCH:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


def _reading(window: Window, encoding: Encoding, pieces: NDArray[np.float32], answers: float) -> Reading:
    base = len(window.heading) + 1
    own: list[list[int]] = [[] for _ in window.sentences]
    for at, (sequence, (start, end)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True)):
        if sequence == 1:
            for index, span in enumerate(window.sentences):
                if span.start + base <= start and end <= span.end + base:
                    own[index].append(at)
    evidence = tuple(float(pieces[rows, 2].mean()) if rows else _UNREAD for rows in own)
    words = tuple(_best_words(rows, pieces, encoding, base) for rows in own)
    return Reading(answers, evidence, words)


def _best_words(rows: list[int], pieces: NDArray[np.float32], encoding: Encoding, base: int) -> Span | None:
    """The likeliest run of at most 24 word pieces within one sentence."""
    if not rows:
        return None
    best, found = -math.inf, (rows[0], rows[0])
    for i, start in enumerate(rows):
        ends = rows[i : i + _LONGEST_ANSWER]
        last = int(np.argmax(pieces[ends, 1]))
        score = float(pieces[start, 0] + pieces[ends[last], 1])
        if score > best:
            best, found = score, (start, ends[last])
    return Span(encoding.offsets[found[0]][0] - base, encoding.offsets[found[1]][1] - base)


def _checked_weights(folder: Path) -> bytes:
    try:
        card = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
        weights = (folder / str(card["weights"])).read_bytes()
    except (OSError, ValueError, KeyError) as error:
        raise ReaderUnavailable(f"The reader model in {folder} can't be read ({error}).") from error
    digest = hashlib.sha256(weights).hexdigest()
    if digest != card.get("sha256"):
        raise ReaderUnavailable(
            f"The reader model {folder / str(card['weights'])} isn't the one that reader.json names "
            f"(SHA-256 {digest[:12]}…, not {str(card.get('sha256'))[:12]}…)."
        )
    return weights
