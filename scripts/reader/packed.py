"""Examples as arrays of word pieces: what `prepare` writes, and `train` reads on a machine that has no corpus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

if TYPE_CHECKING:  # where the sets are only read there is no corpus to import
    from scripts.reader.examples import Example

MAX_PIECES = 320
"""Word pieces of a question with its window, as the bot reads them; more is cut from the window's end."""

NOWHERE = -100
"""The start and end of a span that isn't there; what PyTorch's cross entropy passes over."""
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows of (question, window), end to end.

    Row *r* is pieces ``piece_at[r]:piece_at[r + 1]`` and sentences ``label_at[r]:label_at[r + 1]``. ``owner`` is the
    sentence a piece belongs to, counted in its row, or -1 (question, heading, separators). ``second`` is the row's
    first piece that isn't the question's. ``labels`` are 1, 0 or -1 where the set doesn't tell. ``span`` (rows, 2)
    counts pieces in the row, the last one included. Rows of one question have one number in ``question``.
    """

    ids: NDArray[np.int16]
    owner: NDArray[np.int8]
    piece_at: NDArray[np.int64]
    second: NDArray[np.int16]
    labels: NDArray[np.int8]
    label_at: NDArray[np.int64]
    answerable: NDArray[np.int8]
    span: NDArray[np.int16]
    question: NDArray[np.int32]

    def __len__(self) -> int:
        """Rows."""
        return len(self.answerable)

    def save(self, path: Path) -> None:
        """Writes one .npz."""
        np.savez_compressed(path, **{field.name: getattr(self, field.name) for field in fields(self)})


def load(path: Path) -> Packed:
    """Reads what `Packed.save` wrote."""
    with np.load(path) as stored:
        return Packed(**{field.name: stored[field.name] for field in fields(Packed)})


def tokenizer_of(folder: Path) -> Tokenizer:
    """The model's tokenizer, cutting what is too long from the window's end."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_PIECES, strategy="only_second")
    return tokenizer


def text_of(example: Example) -> tuple[str, list[tuple[int, int]]]:
    """The window's text, heading first, and where each sentence stands in it."""
    text = f"{example.heading}\n" if example.heading else ""
    spans = []
    for sentence in example.sentences:
        spans.append((len(text), len(text) + len(sentence)))
        text += f"{sentence} "
    return text, spans


def pack(examples: Iterable[tuple[int, Example]], tokenizer: Tokenizer) -> Packed:
    """The rows of (number of the question, example)."""
    ids: list[int] = []
    owner: list[int] = []
    labels: list[int] = []
    piece_at, label_at = [0], [0]
    rows: list[tuple[int, bool, int, tuple[int, int]]] = []
    for number, example in examples:
        text, spans = text_of(example)
        encoding = tokenizer.encode(example.question, text)
        own = [
            _owner(sequence, offset, spans)
            for sequence, offset in zip(encoding.sequence_ids, encoding.offsets, strict=True)
        ]
        ids += encoding.ids
        owner += own
        labels += [UNKNOWN] * len(spans) if example.labels is None else map(int, example.labels)
        piece_at.append(len(ids))
        label_at.append(len(labels))
        second = encoding.sequence_ids.index(1) if 1 in encoding.sequence_ids else len(own) - 1
        rows.append((number, example.answerable, second, _span(example, own, encoding.offsets, spans)))
    return Packed(
        np.array(ids, dtype=np.int16),
        np.array(owner, dtype=np.int8),
        np.array(piece_at),
        np.array([row[2] for row in rows], dtype=np.int16),
        np.array(labels, dtype=np.int8),
        np.array(label_at),
        np.array([row[1] for row in rows], dtype=np.int8),
        np.array([row[3] for row in rows], dtype=np.int16),
        np.array([row[0] for row in rows], dtype=np.int32),
    )


def _owner(sequence: int | None, offset: tuple[int, int], spans: list[tuple[int, int]]) -> int:
    if sequence != 1:
        return -1
    return next((i for i, span in enumerate(spans[:127]) if span[0] <= offset[0] and offset[1] <= span[1]), -1)


def _span(
    example: Example, own: list[int], offsets: list[tuple[int, int]], spans: list[tuple[int, int]]
) -> tuple[int, int]:
    if example.span is None:
        return NOWHERE, NOWHERE
    index, start, end = example.span
    base = spans[index][0]
    inside = [
        at
        for at, sentence in enumerate(own)
        if sentence == index and offsets[at][0] < base + end and offsets[at][1] > base + start
    ]
    return (inside[0], inside[-1]) if inside else (NOWHERE, NOWHERE)
