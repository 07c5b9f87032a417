"""What the trained reader made of each passage, kept between runs: reading is nearly all the time of an eval.

A reading depends on the reader's weights, the code that reads with them, the question and the passage, and on nothing
else, so it is kept under a hash of all four: a change of any of them is read anew, wherever the eval runs. On every
processor the same reading then decides. So that nobody trusts a file alone, one in fifty is read again and must agree,
on processors that round as the one does that it was made on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import onnx_reader
from bot.onnx_reader import FOLDER
from bot.ports import Reader
from bot.reader import Reading, Window
from eval.baseline import processor, replace_file
from eval.errors import ReadingsError
from index import onnx_runtime
from index.hashing import sha256

FORMAT = 1
AGAIN = 50
"""One in so many kept readings is read again."""
TOLERANCE = 0.5
"""Logits by which it may differ; far less than what makes another answer of it, and more than rounding does."""


_CODE = (Path(onnx_reader.__file__), Path(onnx_runtime.__file__))


def reader_identity(weights: Path = FOLDER / "reader.json", code: Sequence[Path] = _CODE) -> str:
    """What a reading is made with: the file that names the *weights* by their hashes, and the *code* that reads."""
    return hashlib.sha256(" ".join(map(sha256, (weights, *code))).encode()).hexdigest()


class KeptReader:
    """*reader*, whose readings are kept in the file at *path* for the reader that *identity* names.

    Raises `ReadingsError` for a file that can't be used, and where a kept reading isn't what the reader makes of the
    same passage now.
    """

    def __init__(self, reader: Reader, identity: str, path: Path, made_on: str | None = None) -> None:
        self.languages = reader.languages
        self._reader = reader
        self._identity = identity
        self._path = path
        self._here = made_on or processor()
        self._made_on, self._kept = _load(path, identity)
        self._made_on = self._made_on or self._here
        self._used: dict[str, Reading] = {}
        self._hits = 0

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """One reading a window, in order."""
        return [self._one(question, window) for window in windows]

    def _one(self, question: str, window: Window) -> Reading:
        key = _key(question, window)
        kept = self._kept.get(key)
        if kept is None:
            (kept,) = self._reader.read(question, [window])
            kept = _rounded(kept)
        else:
            self._hits += 1
            if self._hits % AGAIN == 0 and self._made_on == self._here:
                self._check(kept, question, window)
        self._used[key] = kept
        return kept

    def _check(self, kept: Reading, question: str, window: Window) -> None:
        (now,) = self._reader.read(question, [window])
        pairs = zip((kept.answers, *kept.evidence), (now.answers, *now.evidence), strict=True)
        if any(abs(one - other) > TOLERANCE for one, other in pairs):
            raise ReadingsError(f"{self._path} doesn't hold what the reader reads; delete it, and it is made anew.")

    def save(self, *, prune: bool = False) -> bool:
        """Writes what is known, with *prune* only what this run used; false where the file held just that."""
        head = {"format": FORMAT, "made_on": self._made_on, "reader": self._identity}
        text = _dump(head, self._used if prune else {**self._kept, **self._used})
        if self._path.is_file() and self._path.read_text(encoding="utf-8") == text:
            return False
        try:
            replace_file(self._path, text)
        except OSError as error:
            raise ReadingsError(f"{self._path} can't be written ({error.strerror}); check its folder.") from error
        return True


def _key(question: str, window: Window) -> str:
    spans = ",".join(f"{span.start}-{span.end}" for span in window.sentences)
    read = "\0".join([question, window.heading, window.text, spans])
    return hashlib.sha256(read.encode()).hexdigest()[:24]


def _rounded(reading: Reading) -> Reading:
    """*reading* as the file holds it, so that a first run decides as the next ones."""
    return Reading(round(reading.answers, 4), tuple(round(logit, 4) for logit in reading.evidence))


def _dump(head: Mapping[str, object], readings: Mapping[str, Reading]) -> str:
    lines = [json.dumps(head)]
    lines += [json.dumps([key, readings[key].answers, *readings[key].evidence]) for key in sorted(readings)]
    return "\n".join(lines) + "\n"


def _load(path: Path, identity: str) -> tuple[str | None, dict[str, Reading]]:
    """The processor and the readings that the file at *path* holds; none where it is missing or another reader's."""
    if not path.exists():
        return None, {}
    try:
        head, *rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        if (head["format"], head["reader"]) != (FORMAT, identity):
            return None, {}
        return str(head["made_on"]), {row[0]: _reading(row) for row in rows}
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise ReadingsError(f"{path} can't be read; delete it, and it is made anew.") from error


def _reading(row: list[Any]) -> Reading:
    return Reading(float(row[1]), tuple(float(logit) for logit in row[2:]))
