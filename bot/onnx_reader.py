"""The trained reader, in onnxruntime: one thread a window, no torch."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from bot.errors import ReaderUnavailable
from bot.reader import UNREAD, Reading, Window
from corpus.documents import Span
from index.hashing import sha256
from index.onnx_runtime import open_session

_MAX_PIECES = 320
"""A passage of 256 word pieces with its heading and a long question; the rest is cut from the passage's end."""
_LONGEST_QUESTION = 1000
"""Characters; of a longer question the end is read."""
_LONGEST_ANSWER = 24

FOLDER = Path(str(files("bot").joinpath("models")))


class OnnxReader:
    """A cross-encoder over MiniLM's word pieces, in ONNX int8; see docs/reader-model-card.md.

    ``reader.json`` names the graph, the tokenizer and the SHA-256 of every file, which is checked before it is loaded.
    *at_once* windows are read at once, each on one thread that doesn't spin; None: one a core.
    """

    languages = frozenset({"en"})

    def __init__(self, folder: Path, at_once: int | None = None) -> None:
        graph, tokenizer, optimised = _checked(folder)
        try:
            self._session = open_session(graph, optimised=optimised)
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # onnxruntime and tokenizers raise bare exceptions of their own
            raise ReaderUnavailable(f"The reader model in {folder} could not be loaded ({error}).") from error
        self._inputs = [given.name for given in self._session.get_inputs()]
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAX_PIECES, strategy="only_second")
        self._threads = ThreadPoolExecutor(at_once or _cores(), thread_name_prefix="reader")

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """One reading a window, in order.

        Each window is run by itself: dynamic int8 scales a whole batch by its largest activation, so that what else
        is in the batch would change the reading. The longest begin first, so that the threads end together.
        """
        asked = question[-_LONGEST_QUESTION:]
        order = sorted(range(len(windows)), key=lambda place: -len(windows[place].text))
        readings = self._threads.map(lambda place: self._read(asked, windows[place]), order)
        return [reading for _, reading in sorted(zip(order, readings, strict=True), key=lambda pair: pair[0])]

    def _read(self, question: str, window: Window) -> Reading:
        spans, encoding, pieces, answers = self._run(question, window)
        rows = _rows(encoding, spans)
        evidence = (float(pieces[of_sentence, 2].mean()) if of_sentence else UNREAD for of_sentence in rows)
        words = (
            _moved(_best_words(of_sentence, pieces, encoding), sentence.start - span.start)
            for of_sentence, sentence, span in zip(rows, window.sentences, spans, strict=True)
        )
        return Reading(answers, tuple(evidence), tuple(words))

    def _run(self, question: str, window: Window) -> tuple[list[Span], Encoding, NDArray[np.float32], float]:
        """Where the sentences stand in the text as read, its word pieces, their logits (pieces, 3), the window's."""
        text, spans = _lay_out(window)
        encoding = self._tokenizer.encode(question, text)
        feed = {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": np.ones((1, len(encoding.ids)), dtype=np.int64),
            "token_type_ids": np.array([encoding.type_ids], dtype=np.int64),
        }
        pieces, answers = self._session.run(["pieces", "answers"], {name: feed[name] for name in self._inputs})
        return spans, encoding, pieces[0], float(answers[0])


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _lay_out(window: Window) -> tuple[str, list[Span]]:
    """The text as the reader was trained on it, and where each sentence stands in that.

    The heading, a line break, then the sentences with a blank between: no bullets, no line breaks.
    """
    text = f"{window.heading}\n" if window.heading else ""
    spans = []
    for sentence in window.sentences:
        spans.append(Span(len(text), len(text) + sentence.end - sentence.start))
        text += f"{sentence.of(window.text)} "
    return text, spans


def _rows(encoding: Encoding, spans: list[Span]) -> list[list[int]]:
    """The word pieces of each sentence."""
    own: list[list[int]] = [[] for _ in spans]
    for at, (sequence, (start, end)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True)):
        if sequence == 1:
            for index, span in enumerate(spans):
                if span.start <= start and end <= span.end:
                    own[index].append(at)
    return own


def _moved(span: Span | None, by: int) -> Span | None:
    return Span(span.start + by, span.end + by) if span else None


def _best_words(rows: list[int], pieces: NDArray[np.float32], encoding: Encoding) -> Span | None:
    """The likeliest run of at most `_LONGEST_ANSWER` of the word pieces *rows*, in the text as read."""
    if not rows:
        return None
    best, found = -math.inf, (rows[0], rows[0])
    for i, start in enumerate(rows):
        ends = rows[i : i + _LONGEST_ANSWER]
        last = int(np.argmax(pieces[ends, 1]))
        score = float(pieces[start, 0] + pieces[ends[last], 1])
        if score > best:
            best, found = score, (start, ends[last])
    return Span(encoding.offsets[found[0]][0], encoding.offsets[found[1]][1])


def _checked(folder: Path) -> tuple[Path, Path, bool]:
    """The graph and the tokenizer that ``reader.json`` names, once every file has the hash that it names.

    And whether the graph is stored as onnxruntime runs it.
    """
    try:
        card = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
        graph, tokenizer, hashes = folder / card["graph"], folder / card["tokenizer"], dict(card["sha256"])
        wrong = [name for name, digest in hashes.items() if sha256(folder / name) != digest]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReaderUnavailable(f"The reader model in {folder} can't be read ({error}).") from error
    if wrong:
        raise ReaderUnavailable(
            f"The reader model {folder / wrong[0]} isn't the one that reader.json names (its SHA-256 differs)."
        )
    return graph, tokenizer, bool(card.get("optimised"))
